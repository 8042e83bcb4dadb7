"""The shapes of what happened to a record, and why (X1)."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from crossfoot.core.effects import EffectState
from crossfoot.core.model import Kind
from crossfoot.messages import patterns
from crossfoot.messages.api.words import RecordId, Why
from crossfoot.messages.routes import Shape


class OneRecord(Shape):
    """A record, by its kind and id."""

    kind: Kind
    id: RecordId


class OneEffect(OneRecord):
    """A write that a record's story tells of, by its key."""

    key: Annotated[str, Field(pattern=patterns.EFFECT_KEY)]


class UndoShape(Shape):
    """Whether a write can be undone now."""

    possible: bool
    reason: str = Field(description='Why it is not possible; "" where it is.')
    takes_back: list[RecordId] = Field(
        description="What is taken out of that system, on every invoice that it pays: payments, or a payout."
    )


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
    undo: UndoShape


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
