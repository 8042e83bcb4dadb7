"""Decisions as they are stored, wherever they are."""

from crossfoot.adapters.dynamodb import shapes
from crossfoot.adapters.dynamodb.values import Item, Plain, rows, text, without_blanks
from crossfoot.core.decisions import Decision, Outcome
from crossfoot.core.model import Ref


def to_item(decision: Decision) -> Item:
    """Write a decision without its record, which the key names."""
    about: list[Plain] = [shapes.to_row(ref) for ref in decision.about]
    return without_blanks(
        {
            "outcome": decision.outcome.value,
            "rule": decision.rule,
            "code": decision.code,
            "sentence": decision.sentence,
            "fix": decision.fix,
            "about": about,
        }
    )


def to_decision(record: Ref, item: Item) -> Decision:
    """Read a decision on a record back."""
    return Decision(
        record,
        Outcome(text(item, "outcome")),
        text(item, "rule"),
        text(item, "code"),
        text(item, "sentence"),
        text(item, "fix"),
        tuple(shapes.from_row(ref) for ref in rows(item, "about")),
    )
