"""The deposit that we keep in the accounting for one payout: what it should be, and the write that brings it there.

Here it is called a slip, to tell it from the deposits that are read from the accounting.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from crossfoot.core.effects import Effect, EffectState, Json
from crossfoot.core.receipts import Operation


@dataclass(frozen=True, slots=True, order=True)
class SlipLine:
    """A line of a slip: a receipt, which is deposited whole, or an amount of its own.

    Takes: `receipt_id` is "" for an amount of its own; `account_id` then says where it comes from, or goes to, and `memo`
    what it is.
    Units: `amount_minor` as it changes the total, so a fee is negative.
    """

    amount_minor: int
    receipt_id: str = ""
    account_id: str = ""
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """A deposit of ours.

    Takes: `id` and `revision` are the vendor's, "" until it is made; `total_minor` is what the accounting makes of
    the lines.
    """

    id: str
    account_id: str
    deposited_on: date
    lines: tuple[SlipLine, ...]
    total_minor: int
    revision: str = ""

    @property
    def held(self) -> frozenset[str]:
        """Name the receipts that it holds, and so locks."""
        return frozenset(line.receipt_id for line in self.lines if line.receipt_id)

    @property
    def is_added_up(self) -> bool:
        """Tell whether the accounting makes of the lines what they come to."""
        return self.total_minor == sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class SlipWrite:
    """One write on the slip of a payout. Takes: `slip` as it should stand afterwards; for DELETE, the one that goes."""

    operation: Operation
    slip: Slip
    currency: str


def arrange_slip(wanted: Slip | None, standing: Slip | None, currency: str) -> SlipWrite | None:
    """Decide the write that brings the slip of a payout to what it should be; None when it is. Source: D2."""
    if wanted is None:
        return SlipWrite(Operation.DELETE, standing, currency) if standing is not None else None
    if standing is None:
        return SlipWrite(Operation.CREATE, wanted, currency)
    if _content(wanted) == _content(standing):
        return None
    return SlipWrite(Operation.UPDATE, replace(wanted, id=standing.id, revision=standing.revision), currency)


def says_the_same(slip: Slip, other: Slip) -> bool:
    """Tell whether two slips say the same, whatever the accounting calls them and makes of their lines.

    A memo may be said in other letters, and the amount of a receipt is told by the receipt.
    """
    return _said(slip) == _said(other)


def as_asked(found: Slip, asked: Slip) -> Slip:
    """Give what stands with the lines that were asked for, where it says the same."""
    return replace(found, lines=asked.lines) if says_the_same(found, asked) else found


def _said(slip: Slip) -> tuple[object, ...]:
    own = sorted((line.account_id, line.amount_minor) for line in slip.lines if not line.receipt_id)
    return slip.account_id, slip.deposited_on, own, sorted(slip.held)


def _content(slip: Slip) -> Slip:
    return replace(slip, id="", revision="", lines=tuple(sorted(slip.lines)))


# --- stored form: an effect's body and result hold these as plain JSON -------------------------------------------------


def to_body(write: SlipWrite) -> dict[str, Json]:
    """Store a write in an effect's body."""
    return {"operation": write.operation.value, "slip": _to_json(write.slip), "currency": write.currency}


def size_bytes(slip: Slip) -> int:
    """Say how much of an item of our table a slip takes; an effect holds one that is written, and one that stands."""
    return len(json.dumps(_to_json(slip)))


def from_body(body: Mapping[str, Json]) -> SlipWrite:
    """Read a write back from an effect's body."""
    slip = _from_json(body["slip"])
    return SlipWrite(Operation(cast(str, body["operation"])), slip, cast(str, body["currency"]))


def to_result(standing: Slip | None) -> dict[str, Json]:
    """Store what stands after an effect."""
    return {"slip": _to_json(standing) if standing is not None else None}


def standing_of(effect: Effect | None) -> Slip | None:
    """Read what stands since the newest effect on the payout, which is settled or was never sent, or None."""
    if effect is None or effect.result["slip"] is None:
        return None
    return _from_json(effect.result["slip"])


def locked_by(effect: Effect) -> frozenset[str]:
    """Name the receipts that a payout's deposit holds, or is about to."""
    standing = standing_of(effect)
    held = standing.held if standing is not None else frozenset[str]()
    return held if effect.settled else held | from_body(effect.body).slip.held


def repeats_refusal(effect: Effect | None, write: SlipWrite) -> bool:
    """Tell whether a write is what the accounting refused last."""
    return effect is not None and effect.state is EffectState.REFUSED and from_body(effect.body) == write


def went_wrong(effect: Effect | None) -> SlipWrite | None:
    """Give the deposit that was taken back last because the accounting had added it up to something else; else None."""
    if effect is None or effect.state is not EffectState.CONFIRMED:
        return None
    write = from_body(effect.body)
    return write if write.operation is Operation.DELETE and not write.slip.is_added_up else None


def _to_json(slip: Slip) -> Json:
    return {
        "id": slip.id,
        "account_id": slip.account_id,
        "deposited_on": slip.deposited_on.isoformat(),
        "lines": [_line_to_json(line) for line in slip.lines],
        "total_minor": slip.total_minor,
        "revision": slip.revision,
    }


def _line_to_json(line: SlipLine) -> Json:
    """A slip of many payments has to fit into one item of our table: a receipt is told by its amount and id alone."""
    if line.receipt_id:
        return [line.amount_minor, line.receipt_id]
    return [line.amount_minor, "", line.account_id, line.memo]


def _from_json(item: Json) -> Slip:
    slip = cast(dict[str, Json], item)
    return Slip(
        cast(str, slip["id"]),
        cast(str, slip["account_id"]),
        date.fromisoformat(cast(str, slip["deposited_on"])),
        tuple(_lines_from_json(cast(list[list[Json]], slip["lines"]))),
        cast(int, slip["total_minor"]),
        cast(str, slip["revision"]),
    )


def _lines_from_json(items: Iterable[list[Json]]) -> Iterable[SlipLine]:
    for amount_minor, *texts in items:
        yield SlipLine(cast(int, amount_minor), *(cast(str, text) for text in texts))
