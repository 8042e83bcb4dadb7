"""The payments that we keep in the accounting for one platform payment: what they should be, and the next single write.

A QuickBooks payment is of one customer, so a platform payment over invoices of two (a company and its branch, say) is two
of them. Here they are called receipts, to tell them from the payment that they stand for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import cast

from crossfoot.core.effects import Effect, EffectState, Json
from crossfoot.core.model import ACCOUNTING, Allocation, Kind, Ref


class Operation(StrEnum):
    """What a receipt write does. ADOPT writes nothing: it takes over what somebody changed in the accounting (P3)."""

    ADOPT = "adopt"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A platform payment's part of one customer, as the accounting holds it.

    Takes: `id` and `revision` are the vendor's, "" until it is made; `applied` are the invoices that it pays, what is left
    of the amount is unapplied; `account_id` is where the money lies until it is deposited.
    """

    id: str
    customer: Ref
    amount_minor: int
    received_on: date
    applied: tuple[Allocation, ...]
    account_id: str
    reference: str = ""
    revision: str = ""

    @property
    def unapplied_minor(self) -> int:
        """Give what pays no invoice."""
        return self.amount_minor - sum(part.amount_minor for part in self.applied)


@dataclass(frozen=True, slots=True)
class ReceiptWrite:
    """One write on the receipts of a platform payment.

    Takes: `receipt` is the one written, as it should stand afterwards (for DELETE: the one that goes; for ADOPT: unused);
    `kept` are the others, which stay as they are.
    """

    operation: Operation
    receipt: Receipt | None
    kept: tuple[Receipt, ...]
    currency: str

    def standing_after(self, written: Receipt | None) -> tuple[Receipt, ...]:
        """Give what stands once the write is done. Takes: the receipt as the vendor returned it, None when it is gone."""
        return self.kept if written is None else (*self.kept, written)


def arrange_receipts(wanted: Iterable[Receipt], standing: Iterable[Receipt], currency: str) -> ReceiptWrite | None:
    """Decide the next write that brings the receipts of a payment to what they should be; None when they are.

    What goes is taken away first, so that an invoice is never paid by more than is wanted.
    Source: P1, P2.
    """
    due = {receipt.customer: receipt for receipt in wanted}
    ours = {receipt.customer: receipt for receipt in standing}

    def write(operation: Operation, receipt: Receipt) -> ReceiptWrite:
        kept = tuple(each for each in ours.values() if each.customer != receipt.customer)
        return ReceiptWrite(operation, receipt, kept, currency)

    for customer, receipt in ours.items():
        if customer not in due:
            return write(Operation.DELETE, receipt)
    for customer, receipt in due.items():
        ours_now = ours.get(customer)
        if ours_now is None:
            return write(Operation.CREATE, receipt)
        if not says_the_same(receipt, ours_now):
            return write(Operation.UPDATE, replace(receipt, id=ours_now.id, revision=ours_now.revision))
    return None


def says_the_same(receipt: Receipt, other: Receipt) -> bool:
    """Tell whether two receipts say the same, whatever their ids and revisions are, and in which order they say it."""
    return _content(receipt) == _content(other)


def _content(receipt: Receipt) -> Receipt:
    return replace(receipt, id="", revision="", applied=tuple(sorted(receipt.applied, key=lambda part: part.invoice)))


# --- stored form: an effect's body and result hold these as plain JSON -------------------------------------------------


def to_body(write: ReceiptWrite) -> dict[str, Json]:
    """Store a write in an effect's body."""
    return {
        "operation": write.operation.value,
        "receipt": _to_json(write.receipt) if write.receipt else None,
        "kept": [_to_json(receipt) for receipt in write.kept],
        "currency": write.currency,
    }


def from_body(body: Mapping[str, Json]) -> ReceiptWrite:
    """Read a write back from an effect's body."""
    receipt = body["receipt"]
    return ReceiptWrite(
        Operation(cast(str, body["operation"])),
        _from_json(receipt) if receipt is not None else None,
        tuple(_from_json(item) for item in cast(list[Json], body["kept"])),
        cast(str, body["currency"]),
    )


def to_result(standing: Iterable[Receipt]) -> dict[str, Json]:
    """Store what stands after an effect."""
    return {"receipts": [_to_json(receipt) for receipt in standing]}


def standing_of(effect: Effect | None) -> tuple[Receipt, ...]:
    """Read what stands since the newest effect on the payment, which is settled or was never sent, or None."""
    if effect is None:
        return ()
    return tuple(_from_json(item) for item in cast(list[Json], effect.result["receipts"]))


def repeats_refusal(effect: Effect | None, write: ReceiptWrite) -> bool:
    """Tell whether a write is what the accounting refused last, with the same receipts standing there."""
    return effect is not None and effect.state is EffectState.REFUSED and from_body(effect.body) == write


def _to_json(receipt: Receipt) -> Json:
    return {
        "id": receipt.id,
        "customer": receipt.customer.id,
        "amount_minor": receipt.amount_minor,
        "received_on": receipt.received_on.isoformat(),
        "applied": [[part.invoice.id, part.amount_minor] for part in receipt.applied],
        "account_id": receipt.account_id,
        "reference": receipt.reference,
        "revision": receipt.revision,
    }


def _from_json(item: Json) -> Receipt:
    receipt = cast(dict[str, Json], item)
    applied = cast(list[list[Json]], receipt["applied"])
    return Receipt(
        cast(str, receipt["id"]),
        Ref(ACCOUNTING, Kind.CUSTOMER, cast(str, receipt["customer"])),
        cast(int, receipt["amount_minor"]),
        date.fromisoformat(cast(str, receipt["received_on"])),
        tuple(Allocation(Ref(ACCOUNTING, Kind.INVOICE, cast(str, id_)), cast(int, minor)) for id_, minor in applied),
        cast(str, receipt["account_id"]),
        cast(str, receipt["reference"]),
        cast(str, receipt["revision"]),
    )
