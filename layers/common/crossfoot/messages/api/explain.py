"""The shapes of what happened to a record, and why (X1)."""

from datetime import datetime

from pydantic import Field

from crossfoot.core.effects import EffectState
from crossfoot.core.model import Kind
from crossfoot.messages.api.words import RecordId, Why
from crossfoot.messages.routes import Shape


class OneRecord(Shape):
    """A record, by its kind and id."""

    kind: Kind
    id: RecordId


class EffectShape(Shape):
    """A write to a system, or a row found there and taken over."""

    key: str
    kind: str
    subject: RecordId
    generation: int
    state: EffectState
    adopted: bool
    remote_id: str
    planned_at: datetime | None
    settled_at: datetime | None
    refusal: str


class StoryLine(Shape):
    """Something that happened to a record: a decision, or a write."""

    at: datetime
    why: Why
    effect: EffectShape | None = None


class Explanation(Shape):
    """What happened to a record and why, oldest first; and what holds now, tried or not (X1)."""

    id: RecordId
    kind: Kind
    ids: list[RecordId] = Field(description="The record's ids in both systems, as far as it is there.")
    title: str
    now: list[Why]
    story: list[StoryLine]
