"""Gather the proof of a payout: payout, deposit, payments, invoices, in all three books, from our own table (D2)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from crossfoot.core.company import NO_COMPANY
from crossfoot.core.decisions import Decision
from crossfoot.core.depositing import DEPOSIT
from crossfoot.core.model import ACCOUNTING, PSA, Allocation, Deposit, Invoice, Kind, Link, Payment, Payout, Record, Ref
from crossfoot.core.parts import carried_as, external_parts, platform_parts
from crossfoot.core.planning import PAYMENT_ROWS
from crossfoot.core.receipts import standing_of as receipts_of
from crossfoot.core.rows import Standing as RowsStanding
from crossfoot.core.rows import standing_of as rows_of
from crossfoot.core.slip_lines import payments_in
from crossfoot.core.slips import Slip, standing_of
from crossfoot.core.tying import PaidInvoice, PaidOut, Proof
from crossfoot.gathering import load_receivings
from crossfoot.steps.api.needs import Ports


def load_proof(ports: Ports, tenant: str, payout: Payout) -> Proof:
    """Gather everything that a payout is on all sides. Takes: it with its items."""
    amounts = payments_in(payout)
    found = ports.book.load_many(tenant, amounts)
    payments = {ref: record for ref, record in found.items() if isinstance(record, Payment)}
    receivings = load_receivings(tenant, list(payments.values()), NO_COMPANY, ports)
    invoices = _Invoices(ports, tenant, payments.values())
    slip = standing_of(ports.effects.load_latest(tenant, DEPOSIT, payout.ref))
    return Proof(
        payout,
        tuple(
            PaidOut(
                ref, minor, payments[ref], receipts_of(receivings[ref].latest), invoices.paid_by(payments[ref])
            ) if ref in payments else PaidOut(ref, minor)
            for ref, minor in amounts.items()
        ),
        slip,
        load_deposit_copy(ports, tenant, slip),
        _last_word(ports, tenant, payout.ref),
    )  # fmt: skip


class _Invoices:
    """The invoices that some payments pay, with their copies, and the rows that we keep on them."""

    def __init__(self, ports: Ports, tenant: str, payments: Iterable[Payment]) -> None:
        named = {part.invoice for payment in payments for part in payment.allocations}
        self._links: Mapping[Ref, Link] = ports.book.load_links(tenant, named) if named else {}
        copies = {copy for ref in named for copy in self._copies(ref) if copy is not None}
        self._records: Mapping[Ref, Record] = ports.book.load_many(tenant, copies)
        latest = ports.effects.load_latest_of(tenant, PAYMENT_ROWS, [copy for copy in copies if copy.system is PSA])
        self._rows = {psa: rows_of(effect) for psa, effect in latest.items()}
        self._paying = ports.book.load_payments_of_many(tenant, copies) if copies else {}

    def paid_by(self, payment: Payment) -> tuple[PaidInvoice, ...]:
        """Show what a payment pays."""
        return tuple(self._paid(payment, part) for part in payment.allocations if part.amount_minor)

    def _paid(self, payment: Payment, part: Allocation) -> PaidInvoice:
        accounting, psa = (self._invoice(copy) for copy in self._copies(part.invoice))
        rows = self._rows.get(psa.ref) if psa is not None else None
        return PaidInvoice(
            part.invoice,
            part.amount_minor,
            accounting,
            psa,
            rows.rows if rows is not None else (),
            rows is not None and carried_as(payment) in rows.carries,
            self._carried_minor(part.invoice, rows) if rows is not None else 0,
        )

    def _carried_minor(self, named: Ref, rows: RowsStanding) -> int:
        """Add up what the payments that some rows stand for pay of their invoice."""
        copies = [copy for copy in self._copies(named) if copy is not None]
        paying = {payment.ref: payment for copy in copies for payment in self._paying[copy]}.values()
        outside = [part for copy in copies if copy.system is ACCOUNTING for part in external_parts(paying, copy)]
        parts = [*outside, *platform_parts(paying, copies)]
        return sum(part.amount_minor for part in parts if part.payment in rows.carries)

    def _copies(self, named: Ref) -> tuple[Ref | None, Ref | None]:
        link = self._links.get(named)
        if link is not None:
            return link.accounting, link.psa
        return (named, None) if named.system is ACCOUNTING else (None, named)

    def _invoice(self, ref: Ref | None) -> Invoice | None:
        record = self._records.get(ref) if ref is not None else None
        return record if isinstance(record, Invoice) else None


def load_deposit_copy(ports: Ports, tenant: str, slip: Slip | None) -> Deposit | None:
    """Read a deposit of ours as the book saw it last, with its lines."""
    if slip is None:
        return None
    copy = ports.book.load(tenant, Ref(ACCOUNTING, Kind.DEPOSIT, slip.id))
    if not isinstance(copy, Deposit):
        return None
    return replace(copy, lines=ports.book.load_deposit_lines(tenant, copy))


def _last_word(ports: Ports, tenant: str, payout: Ref) -> Decision | None:
    told = ports.history.load(tenant, payout)
    return told[-1].item if told else None
