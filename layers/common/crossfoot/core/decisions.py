"""Decisions: what was done or not done with a record, by which rule, in a bookkeeper's words (X1)."""

from dataclasses import dataclass, field
from enum import StrEnum

from crossfoot.core.model import Ref


class Outcome(StrEnum):
    """What a decision says."""

    DID = "did"
    SKIPPED = "skipped"
    WAITS = "waits"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer to "what happened and why".

    Takes: `rule` is the number in docs/rules.md; `code` is stable for programs, `sentence` and `fix` are for people;
    `about` holds the other records that it speaks of.
    """

    record: Ref
    outcome: Outcome
    rule: str
    code: str
    sentence: str
    fix: str = ""
    about: tuple[Ref, ...] = field(default=())


def did(record: Ref, rule: str, code: str, sentence: str, *about: Ref) -> Decision:
    """Say that something was done, or found to be done already."""
    return Decision(record, Outcome.DID, rule, code, sentence, about=about)


def skipped(record: Ref, rule: str, code: str, sentence: str, fix: str = "", *about: Ref) -> Decision:
    """Say that nothing is to be done, and why."""
    return Decision(record, Outcome.SKIPPED, rule, code, sentence, fix, about)


def waits(record: Ref, rule: str, code: str, sentence: str, fix: str = "", *about: Ref) -> Decision:
    """Say what the record waits for; it goes on by itself when that comes."""
    return Decision(record, Outcome.WAITS, rule, code, sentence, fix, about)


def unreadable(record: Ref) -> Decision:
    """Say that a record cannot be kept as it is. Source: X5."""
    sentence = "This record holds something that cannot be kept exactly, for example an amount finer than its currency."
    return refused(record, "X5", "unreadable", sentence, "Correct the record in the system that it comes from.")


def refused(record: Ref, rule: str, code: str, sentence: str, fix: str, *about: Ref) -> Decision:
    """Say what stands in the way, and what the partner can do; a refusal always has a fix."""
    return Decision(record, Outcome.REFUSED, rule, code, sentence, fix, about)
