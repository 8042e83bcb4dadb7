"""Which part of a QuickBooks payment is cash and for which invoice, and which credits it applies."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from crossfoot.core.model import Allocation, CreditUse, Kind, Ref, System
from crossfoot.core.money import to_minor

type Wire = Mapping[str, Any]


def cash_allocations(wire: Wire, currency: str) -> tuple[Allocation, ...]:
    """Give each invoice its cash: credits on the same payment are used up first, in the order of the invoice lines."""
    cash = _cash_by_invoice(wire, currency)
    return tuple(Allocation(_invoice(id_), amount) for id_, amount in cash.items() if amount)


def credited_only(wire: Wire, currency: str) -> tuple[Ref, ...]:
    """List the invoices of a payment that get credits, and no cash. Source: I3."""
    return tuple(_invoice(id_) for id_, amount in _cash_by_invoice(wire, currency).items() if not amount)


def _cash_by_invoice(wire: Wire, currency: str) -> dict[str, int]:
    lines = _minor_lines(wire, currency)
    paid = [(target, amount) for kind, target, amount in lines if kind == "Invoice"]
    credit = max(
        sum(amount for kind, _, amount in lines if kind == "CreditMemo"),
        # A journal entry can be a credit too, without saying so: then the invoices get more than there is cash.
        sum(amount for _, amount in paid) - _applied_cash(wire, currency),
        0,
    )
    return _sum_by_id(_take_off(paid, credit))


def _invoice(id_: str) -> Ref:
    return Ref(System.QUICKBOOKS, Kind.INVOICE, id_)


def credit_uses(wire: Wire, currency: str) -> tuple[CreditUse, ...]:
    """Give the credit memos that a payment applies. Source: I3."""
    used = ((target, amount) for kind, target, amount in _minor_lines(wire, currency) if kind == "CreditMemo")
    sums = _sum_by_id(used)
    return tuple(
        CreditUse(Ref(System.QUICKBOOKS, Kind.CREDIT_MEMO, id_), amount) for id_, amount in sums.items() if amount
    )


def credited_parts(wire: Wire, currency: str) -> dict[str, int]:
    """Give what credits pay of each invoice on a payment, in the order of its lines."""
    if not wire:
        return {}
    cash, paid = _cash_by_invoice(wire, currency), sums_of_lines(wire, currency)
    parts = {id_: minor - cash[id_] for (kind, id_), minor in paid.items() if kind == "Invoice"}
    return {id_: minor for id_, minor in parts.items() if minor}


def credit_lines(wire: Wire) -> list[Wire]:
    """Give the lines that pay no invoice, as they are written again to stay."""
    return [
        {"Amount": amount, "LinkedTxn": [{"TxnId": target, "TxnType": kind}]}
        for kind, target, amount in linked_lines(wire)
        if kind != "Invoice"
    ]


def sums_of_lines(wire: Wire, currency: str) -> dict[tuple[str, str], int]:
    """Add up what the lines of a payment are linked to, by type and id."""
    return _sum_by_id(((kind, target), amount) for kind, target, amount in _minor_lines(wire, currency) if amount)


def linked_lines(wire: Wire) -> Iterable[tuple[str, str, Decimal]]:
    """List what the lines of a transaction are linked to: type, id and amount."""
    for line in wire.get("Line") or ():
        for link in line.get("LinkedTxn") or ():
            yield str(link["TxnType"]), str(link["TxnId"]), line["Amount"]


def _minor_lines(wire: Wire, currency: str) -> list[tuple[str, str, int]]:
    return [(kind, target, to_minor(amount, currency)) for kind, target, amount in linked_lines(wire)]


def _applied_cash(wire: Wire, currency: str) -> int:
    return to_minor(wire["TotalAmt"], currency) - to_minor(wire.get("UnappliedAmt") or 0, currency)


def _take_off(paid: Iterable[tuple[str, int]], credit: int) -> Iterable[tuple[str, int]]:
    for invoice_id, amount in paid:
        by_credit = min(credit, amount)
        credit -= by_credit
        yield invoice_id, amount - by_credit


def _sum_by_id[K](parts: Iterable[tuple[K, int]]) -> dict[K, int]:
    """Add up what goes to the same record."""
    sums: dict[K, int] = {}
    for id_, amount in parts:
        sums[id_] = sums.get(id_, 0) + amount
    return sums
