"""The payment rows of one ConnectWise invoice: what they should be, and the next single write towards that (E5 to E7).

The rows that we keep ("ours") carry the total of all external payments and the newest date. That is right whether
ConnectWise allows one payment row per invoice or many.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import cast

from crossfoot.core.effects import Effect, EffectState, Json
from crossfoot.core.model import PaymentRow


class Operation(StrEnum):
    """What a row write does. ADOPT writes nothing: it records that a row which stands there is ours from now on (E6)."""

    ADOPT = "adopt"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Paid:
    """An external payment's part on the invoice. `payment` is its id in QuickBooks."""

    payment: str
    amount_minor: int
    paid_on: date


@dataclass(frozen=True, slots=True)
class Standing:
    """What we keep on the invoice since the newest settled effect: our rows, and the payments that they carry."""

    generation: int = 0
    rows: tuple[PaymentRow, ...] = ()
    carries: tuple[str, ...] = ()

    @property
    def total_minor(self) -> int:
        """Add up our rows."""
        return sum(row.amount_minor for row in self.rows)


@dataclass(frozen=True, slots=True)
class RowWrite:
    """One write on the rows of an invoice.

    Takes: `row` is the row as it should stand afterwards (for DELETE: the row that goes; for CREATE: with an empty id;
    for ADOPT: unused). `ours` are our rows before the write, `known` the ids of all rows that stood there, so that a
    look can tell a row that we made from one that was there already.
    """

    operation: Operation
    row: PaymentRow | None
    ours: tuple[PaymentRow, ...]
    carries: tuple[str, ...]
    known: tuple[str, ...]
    currency: str

    def standing_after(self, generation: int, written: PaymentRow | None) -> Standing:
        """Give what stands once the write is done; `written` is the created or updated row as the vendor returned it."""
        if self.row is None:
            return Standing(generation, self.ours, self.carries)
        others = tuple(row for row in self.ours if row.id != self.row.id)
        rows = (written, *others) if written is not None else others
        return Standing(generation, rows, self.carries)


class Obstacle(StrEnum):
    """Why the rows cannot be made right without the partner."""

    ROW_GONE = "row_gone"
    ROW_TAKEN = "row_taken"
    BALANCE_TOO_SMALL = "balance_too_small"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What to do with the rows: nothing (both empty), one write, or an obstacle.

    Takes: `elsewhere` names the payments that another product's row shows already.
    """

    write: RowWrite | None = None
    obstacle: Obstacle | None = None
    strangers: tuple[PaymentRow, ...] = ()
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """The live rows, sorted by whose they are."""

    ours: tuple[PaymentRow, ...]
    gone: tuple[PaymentRow, ...]
    hand_made: list[PaymentRow] = field(default_factory=list)
    foreign: list[PaymentRow] = field(default_factory=list)


def arrange_rows(
    paid: Iterable[Paid], standing: Standing, live: tuple[PaymentRow, ...], *, balance_minor: int, currency: str
) -> Arrangement:
    """Decide the next write that brings an invoice's rows to what QuickBooks shows.

    Takes: `paid` are all external payments on the invoice; `live` are its rows as they are now; `balance_minor` is what
    ConnectWise still shows as open.
    Source: E5 (follow changes), E6 (adopt what is there by hand), E7 (one row with the total and the newest date; other
    products' rows are never touched).
    """
    payments = sorted(paid, key=lambda part: (part.paid_on, part.payment))
    reading = _read(standing, live)
    entered_again = _replacements(reading.gone, reading.hand_made)
    hand_made = [row for row in reading.hand_made if row not in entered_again]
    new = [part for part in payments if part.payment not in standing.carries]
    adopted = _pair(new, hand_made)
    elsewhere = _pair([part for part in new if part.payment not in adopted], reading.foreign)
    strangers = tuple(row for row in hand_made if row not in adopted.values())
    carried = [part for part in payments if part.payment not in elsewhere]
    blocked = Arrangement(strangers=strangers, elsewhere=tuple(elsewhere))
    if carried and len(entered_again) < len(reading.gone):
        return replace(blocked, obstacle=Obstacle.ROW_GONE)
    ours = (*reading.ours, *entered_again, *adopted.values())
    carries = tuple(part.payment for part in carried)
    known = tuple(row.id for row in live)
    write = _next_write(carried, ours, carries, known, currency, adopting=bool(adopted or reading.gone))
    if write is None and set(carries) != set(standing.carries):
        # The rows are right, and it is other payments now that they stand for.
        write = RowWrite(Operation.ADOPT, None, ours, carries, known, currency)
    if write is not None and write.row is not None and write.row.foreign:
        return replace(blocked, obstacle=Obstacle.ROW_TAKEN)
    if write is not None and _increase(write) > balance_minor:
        return replace(blocked, obstacle=Obstacle.BALANCE_TOO_SMALL)
    return replace(blocked, write=write)


def _read(standing: Standing, live: tuple[PaymentRow, ...]) -> _Reading:
    kept = {row.id for row in standing.rows}
    present = {row.id for row in live}
    return _Reading(
        ours=tuple(row for row in live if row.id in kept),
        gone=tuple(row for row in standing.rows if row.id not in present),
        hand_made=[row for row in live if row.id not in kept and not row.foreign],
        foreign=[row for row in live if row.id not in kept and row.foreign],
    )


def _replacements(gone: tuple[PaymentRow, ...], hand_made: list[PaymentRow]) -> tuple[PaymentRow, ...]:
    """Find the rows that somebody entered again in place of rows of ours that are gone."""
    again = _pair([Paid(row.id, row.amount_minor, row.paid_on) for row in gone], hand_made)
    return tuple(again.values())


def _pair(payments: list[Paid], rows: list[PaymentRow]) -> dict[str, PaymentRow]:
    """Pair payments with rows of the same amount and date, each at most once (E6)."""
    free = list(rows)
    pairs: dict[str, PaymentRow] = {}
    for part in payments:
        wanted = PaymentRow("", part.amount_minor, part.paid_on)
        same = next((row for row in free if is_same(row, wanted)), None)
        if same is not None:
            free.remove(same)
            pairs[part.payment] = same
    return pairs


def _next_write(
    carried: list[Paid],
    ours: tuple[PaymentRow, ...],
    carries: tuple[str, ...],
    known: tuple[str, ...],
    currency: str,
    *,
    adopting: bool,
) -> RowWrite | None:
    def write(operation: Operation, row: PaymentRow | None) -> RowWrite:
        return RowWrite(operation, row, ours, carries, known, currency)

    if adopting:
        return write(Operation.ADOPT, None)
    want = sum(part.amount_minor for part in carried)
    if not ours:
        return write(Operation.CREATE, PaymentRow("", want, carried[-1].paid_on)) if want else None
    if not want:
        return write(Operation.DELETE, ours[-1])
    first, *rest = ours
    share = want - sum(row.amount_minor for row in rest)
    if share <= 0:
        return write(Operation.DELETE, ours[-1])
    paid_on = first.paid_on if rest and share == first.amount_minor else carried[-1].paid_on
    aim = replace(first, amount_minor=share, paid_on=paid_on)
    return None if is_same(aim, first) else write(Operation.UPDATE, aim)


def is_same(row: PaymentRow, other: PaymentRow) -> bool:
    """Tell whether two rows say the same, whoever owns them by now."""
    return (row.amount_minor, row.paid_on) == (other.amount_minor, other.paid_on)


def _increase(write: RowWrite) -> int:
    if write.row is None or write.operation is Operation.DELETE:
        return 0
    before = sum(row.amount_minor for row in write.ours if row.id == write.row.id)
    return write.row.amount_minor - before


# --- stored form: an effect's body and result hold these as plain JSON -------------------------------------------------


def to_body(write: RowWrite) -> dict[str, Json]:
    """Store a write in an effect's body."""
    return {
        "operation": write.operation.value,
        "row": _row_to_json(write.row) if write.row else None,
        "ours": [_row_to_json(row) for row in write.ours],
        "carries": list(write.carries),
        "known": list(write.known),
        "currency": write.currency,
    }


def from_body(body: Mapping[str, Json]) -> RowWrite:
    """Read a write back from an effect's body."""
    row = body["row"]
    return RowWrite(
        Operation(cast(str, body["operation"])),
        _row_from_json(row) if row is not None else None,
        tuple(_row_from_json(item) for item in cast(list[Json], body["ours"])),
        tuple(cast(list[str], body["carries"])),
        tuple(cast(list[str], body["known"])),
        cast(str, body["currency"]),
    )


def to_result(standing: Standing) -> dict[str, Json]:
    """Store what stands after an effect."""
    return {"rows": [_row_to_json(row) for row in standing.rows], "carries": list(standing.carries)}


def standing_of(effect: Effect | None) -> Standing:
    """Read what stands since the newest settled effect on the invoice.

    Takes: an effect that is settled or was never sent (whose result is what stands without it), or None.
    """
    if effect is None:
        return Standing()
    rows = tuple(_row_from_json(item) for item in cast(list[Json], effect.result["rows"]))
    return Standing(effect.generation, rows, tuple(cast(list[str], effect.result["carries"])))


def repeats_refusal(effect: Effect | None, write: RowWrite) -> bool:
    """Tell whether a write is what ConnectWise refused last, with the same rows standing there."""
    return effect is not None and effect.state is EffectState.REFUSED and from_body(effect.body) == write


def _row_to_json(row: PaymentRow) -> Json:
    return {"id": row.id, "amount_minor": row.amount_minor, "paid_on": row.paid_on.isoformat(), "foreign": row.foreign}


def _row_from_json(item: Json) -> PaymentRow:
    row = cast(dict[str, Json], item)
    return PaymentRow(
        cast(str, row["id"]),
        cast(int, row["amount_minor"]),
        date.fromisoformat(cast(str, row["paid_on"])),
        cast(bool, row["foreign"]),
    )
