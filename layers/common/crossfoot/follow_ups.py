"""The work that records imply: copies to join, payments to carry over, payouts and synced bills to look at."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from crossfoot.core.effects import Effect
from crossfoot.core.model import (
    PLATFORM,
    PSA,
    CreditMemo,
    Deposit,
    Invoice,
    Kind,
    Link,
    LinkOrigin,
    Payment,
    Record,
    Ref,
    Standing,
    fingerprint,
)
from crossfoot.core.planning import PAYMENT_ROWS
from crossfoot.core.rows import standing_of
from crossfoot.linking import link_invoices
from crossfoot.messages import CheckSynced, Message, MirrorPayment, RecordDeposit
from crossfoot.ports import Book, EffectStore, Matches, Origins, PreferencesStore, Waiting


class Stores(Protocol):
    """What this reads and links in; a step's own ports offer it."""

    @property
    def book(self) -> Book: ...
    @property
    def effects(self) -> EffectStore: ...
    @property
    def matches(self) -> Matches: ...
    @property
    def origins(self) -> Origins: ...
    @property
    def preferences(self) -> PreferencesStore: ...
    @property
    def waiting(self) -> Waiting: ...


def follow_ups(tenant: str, records: Sequence[Record], stores: Stores) -> list[Message]:
    """Link the invoices that were read, and list the payments that follow from all of it, each once.

    Takes: records that are in the book by now, as they were *read*: after a crash the same read saves nothing new and must
    still list all of this.
    """
    invoices = [record for record in records if isinstance(record, Invoice)]
    invoices += _twins(tenant, invoices, stores.book)
    links = link_invoices(tenant, invoices, stores.book, stores.effects, stores.matches)
    read = find_origins(tenant, [record for record in records if isinstance(record, Payment)], stores.origins)
    payments = {payment.origin or payment.ref: fingerprint(payment) for payment in read}
    for payment, because in _payments_to_recheck(tenant, invoices, links, stores).items():
        payments.setdefault(payment, because)
    for payment, because in _payments_that_waited(tenant, invoices, links, stores.waiting).items():
        # Said beside the rest: what another invoice of the payment gives as a reason may have been looked at already.
        payments[payment] = f"{payments.get(payment, '')} {because}".strip()
    told: list[Message] = [*_payouts_to_recheck(tenant, records, stores.origins)]
    told += _synced_to_recheck(tenant, records, links, stores.book)
    # Read after the records were saved: whoever turns the toggle on later finds them in the book (PUT /v1/preferences
    # queues a crossfoot, which picks up what waits). The platform's own payments know no toggle (P1).
    external = stores.preferences.load(tenant).external_payments_enabled
    told += [
        MirrorPayment(tenant=tenant, payment_id=ref.id, system=ref.system, because=because)
        for ref, because in payments.items()
        if external or ref.system is PLATFORM
    ]
    return told


def _payouts_to_recheck(tenant: str, records: Iterable[Record], origins: Origins) -> Iterable[RecordDeposit]:
    """Find the payouts whose deposits were read: somebody may have changed one (D2)."""
    read = {record.ref: fingerprint(record) for record in records if isinstance(record, Deposit)}
    payouts = origins.load_payouts(tenant, read) if read else {}
    for deposit, payout in payouts.items():
        yield RecordDeposit(tenant=tenant, payout_id=payout.id, because=read[deposit])


def _synced_to_recheck(
    tenant: str, records: Iterable[Record], links: Mapping[Ref, Link], book: Book
) -> Iterable[CheckSynced]:
    """Find the bills that the sync tool entered: one may have been changed since, or its entry be gone (S3)."""
    read = [record for record in records if isinstance(record, Invoice | CreditMemo)]
    telling = [each for each in read if each.ref.system is PSA or each.standing is not Standing.LIVE]
    memos = [each.ref for each in telling if isinstance(each, CreditMemo)]
    joined = {**links, **book.load_links(tenant, memos)} if memos else links
    for record in telling:
        link = joined.get(record.ref)
        if link is not None and link.origin is LinkOrigin.SYNCED:
            yield CheckSynced(
                tenant=tenant,
                bill_id=link.psa.id,
                bill_kind=Kind.CREDIT_MEMO if link.psa.kind is Kind.CREDIT_MEMO else Kind.INVOICE,
                because=fingerprint(record),
            )


def find_origins(tenant: str, payments: Sequence[Payment], origins: Origins) -> list[Payment]:
    """Say of payments that were read which payment of the platform each stands for (E1, P4)."""
    found = origins.load_many(tenant, payments) if payments else {}
    return [replace(each, origin=found[each.ref]) if each.ref in found else each for each in payments]


def _twins(tenant: str, invoices: Sequence[Invoice], book: Book) -> list[Invoice]:
    """Find what took the place of invoices that are gone: entered again under their number, it can be joined now."""
    gone = book.load_many(tenant, [invoice.ref for invoice in invoices if invoice.standing is not Standing.LIVE])
    numbers = {record.number for record in gone.values() if isinstance(record, Invoice) and record.number}
    found = book.load_numbered(tenant, numbers) if numbers else {}
    read = {invoice.ref for invoice in invoices}
    twins = (twin for number in sorted(found) for twin in found[number].invoices)
    return [twin for twin in twins if twin.standing is Standing.LIVE and twin.ref not in read]


def _payments_to_recheck(
    tenant: str, invoices: Sequence[Invoice], links: Mapping[Ref, Link], stores: Stores
) -> dict[Ref, str]:
    """Find the payments of invoices that are not as our rows make them: one may have waited for this read (E6, E8).

    That is so where the two copies show different amounts paid or one is gone, and where ConnectWise shows cash that is not
    ours: a payment by hand is taken over though the amounts agree, or it would be entered again when it is edited.
    """
    fetched = {invoice.ref: invoice for invoice in invoices if invoice.ref in links}
    copies = stores.book.load_many(tenant, {ref for each in links.values() for ref in (each.accounting, each.psa)})
    latest = stores.effects.load_latest_of(tenant, PAYMENT_ROWS, {links[ref].psa for ref in fetched})
    doubtful: dict[Ref, Invoice] = {}
    for ref, invoice in fetched.items():
        link = links[ref]
        if _is_doubtful(copies.get(link.accounting), copies.get(link.psa), latest.get(link.psa)):
            doubtful.setdefault(link.accounting, invoice)
    copies_of = [ref for accounting, read in doubtful.items() for ref in (accounting, links[read.ref].psa)]
    payments = stores.book.load_payments_of_many(tenant, copies_of) if doubtful else {}
    found: dict[Ref, str] = {}
    for accounting, read in doubtful.items():
        state = fingerprint(read)
        for payment in (*payments[accounting], *payments[links[read.ref].psa]):
            if (payment.origin or payment.ref) not in found:
                found[payment.origin or payment.ref] = f"{fingerprint(payment)} {state}"
    return found


def _payments_that_waited(
    tenant: str, invoices: Iterable[Invoice], links: Mapping[Ref, Link], waiting: Waiting
) -> dict[Ref, str]:
    """Find the payments of the platform that waited for an invoice of these, or for its copy in the other system (E8)."""
    read = {ref: invoice for invoice in invoices for ref in _copies(invoice.ref, links)}
    waited = waiting.load_waiting(tenant, read) if read else ()
    if not waited:
        return {}  # Most reads end here, without a word about each invoice.
    because = hashlib.sha256("".join(fingerprint(invoice) for invoice in read.values()).encode()).hexdigest()[:16]
    return dict.fromkeys(waited, f"arrived {because}")


def _copies(ref: Ref, links: Mapping[Ref, Link]) -> tuple[Ref, ...]:
    link = links.get(ref)
    return (ref,) if link is None else (link.accounting, link.psa)


def _is_doubtful(accounting: Record | None, psa: Record | None, latest: Effect | None) -> bool:
    if not isinstance(accounting, Invoice) or not isinstance(psa, Invoice):
        return False
    return not _agree(accounting, psa) or psa.paid_minor not in (None, standing_of(latest).total_minor)


def _agree(accounting: Invoice, psa: Invoice) -> bool:
    return _paid_minor(accounting) == _paid_minor(psa) and accounting.standing is psa.standing


def _paid_minor(invoice: Invoice) -> int:
    return invoice.total_minor - invoice.balance_minor
