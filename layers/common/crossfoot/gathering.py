"""How payments of the platform stand in the accounting: read for whoever enters them there, or deposits them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from crossfoot.core.company import Company
from crossfoot.core.depositing import DEPOSIT
from crossfoot.core.effects import Effect
from crossfoot.core.model import ACCOUNTING, Deposit, Invoice, Kind, Link, Payment, Ref, Standing
from crossfoot.core.parts import invoices_of
from crossfoot.core.receipts import standing_of
from crossfoot.core.receiving import RECEIPTS, Receiving
from crossfoot.core.slips import locked_by
from crossfoot.core.slips import standing_of as standing_slip
from crossfoot.ports import Book, EffectStore, Origins


class Stores(Protocol):
    """What this reads; a step's own ports offer it."""

    @property
    def book(self) -> Book: ...
    @property
    def effects(self) -> EffectStore: ...
    @property
    def origins(self) -> Origins: ...


def load_accounting_copies(tenant: str, payments: Iterable[Payment], book: Book) -> dict[Ref, Invoice]:
    """Find the accounting's copies of the invoices that payments name or used to, by the ids that they name them by."""
    named = {invoice for payment in payments for invoice in invoices_of(payment)}
    links = book.load_links(tenant, named) if named else {}
    copy_of = {ref: _accounting_copy(ref, links.get(ref)) for ref in named}
    records = book.load_many(tenant, {ref for ref in copy_of.values() if ref is not None})
    found = {ref: records.get(copy) for ref, copy in copy_of.items() if copy is not None}
    return {ref: record for ref, record in found.items() if isinstance(record, Invoice)}


def load_receipt_copies(tenant: str, effects: Iterable[Effect], book: Book) -> dict[str, Payment]:
    """Read the receipts that stand as the book saw them last, by their ids."""
    ids = {receipt.id for latest in effects for receipt in standing_of(latest)}
    found = book.load_many(tenant, [Ref(ACCOUNTING, Kind.PAYMENT, id_) for id_ in sorted(ids)]) if ids else {}
    return {ref.id: record for ref, record in found.items() if isinstance(record, Payment)}


def load_locks(tenant: str, payments: Iterable[Ref], stores: Stores) -> dict[str, Ref]:
    """Say which payout's deposit holds which receipts of some payments, or is about to. Source: P2, D2.

    A deposit that somebody deleted in the accounting holds nothing any more.
    """
    payouts = stores.book.load_payouts_of(tenant, payments)
    latest = stores.effects.load_latest_of(tenant, DEPOSIT, {payout for found in payouts.values() for payout in found})
    named = {payout: _deposit(effect) for payout, effect in latest.items()}
    copies = stores.book.load_many(tenant, {deposit for deposit in named.values() if deposit is not None})
    gone = {ref for ref, copy in copies.items() if isinstance(copy, Deposit) and copy.standing is not Standing.LIVE}
    locking = {payout: effect for payout, effect in latest.items() if named[payout] not in gone}
    return {receipt: payout for payout, effect in locking.items() for receipt in locked_by(effect)}


def _deposit(effect: Effect) -> Ref | None:
    standing = standing_slip(effect)
    return Ref(ACCOUNTING, Kind.DEPOSIT, standing.id) if standing is not None else None


def load_our_deposits(tenant: str, copies: Iterable[Payment], origins: Origins) -> frozenset[Ref]:
    """Say which of the deposits that the book shows some receipts in are ours."""
    deposits = {copy.deposit for copy in copies if copy.deposit is not None}
    return frozenset(origins.load_payouts(tenant, sorted(deposits))) if deposits else frozenset()


def load_receivings(
    tenant: str, payments: Sequence[Payment], company: Company, stores: Stores
) -> Mapping[Ref, Receiving]:
    """Gather how some payments stand in the accounting, each with its newest effect, which may be under way."""
    refs = [payment.ref for payment in payments]
    latest = stores.effects.load_latest_of(tenant, RECEIPTS, refs)
    copies = load_receipt_copies(tenant, latest.values(), stores.book)
    invoices = load_accounting_copies(tenant, payments, stores.book)
    locks, ours = load_locks(tenant, refs, stores), load_our_deposits(tenant, copies.values(), stores.origins)
    return {
        payment.ref: Receiving(payment, company, invoices, latest.get(payment.ref), copies, locks, ours)
        for payment in payments
    }


def _accounting_copy(named: Ref, link: Link | None) -> Ref | None:
    if named.system is ACCOUNTING:
        return named
    return link.accounting if link is not None else None
