"""fetch_new_data: read what changed in one system, save it, queue what follows, then move the cursor (I1, I8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from crossfoot.core.decisions import Decision, refused
from crossfoot.core.model import Invoice, Link, Payment, Record, Ref, System, fingerprint
from crossfoot.core.planning import PAYMENT_ROWS
from crossfoot.core.rows import standing_of
from crossfoot.linking import link_invoices
from crossfoot.messages import Message, MirrorPayment, Nudge
from crossfoot.ports import (
    Book,
    Connections,
    Cursors,
    EffectStore,
    History,
    PreferencesStore,
    Queue,
    Systems,
    is_connected,
)

# One invocation reads so many windows at most; the rest goes on in the next one.
MAX_WINDOWS = 8


@dataclass(frozen=True, slots=True)
class Ports:
    """What the step needs."""

    book: Book
    connections: Connections
    cursors: Cursors
    effects: EffectStore
    history: History
    preferences: PreferencesStore
    queue: Queue
    systems: Systems


def fetch_new_data(tenant: str, system: System, ports: Ports) -> int:
    """Read a partner's changes in a system, from the cursor on.

    Returns: how many records were read; 0 for a system that is not connected (its cursor stays, C6).
    Raises: errors of the vendor and of our table. What was saved by then is saved, and is read again.
    Source: I1, I2, I3, I8.
    """
    if not is_connected(ports.connections, tenant, system):
        return 0
    source = ports.systems.source(tenant, system)
    count = 0
    for _ in range(MAX_WINDOWS):
        cursor = ports.cursors.load(tenant, system)
        window = source.fetch_changes(cursor)
        count += len(window.records)
        ports.book.save(tenant, window.records)
        ports.history.save(tenant, [_unreadable(ref) for ref in window.unreadable])
        # From what was fetched, not from what was saved: after a crash here, the next read saves nothing new and must
        # still queue all of this.
        ports.queue.send(_follow_ups(tenant, window.records, ports))
        if window.cursor != cursor:
            ports.cursors.move(tenant, system, cursor, window.cursor)
        if not window.more:
            ports.connections.touch(tenant, system)
            return count
    ports.queue.send([Nudge(tenant=tenant, system=system, because=ports.cursors.load(tenant, system)[:500])])
    return count


def _unreadable(ref: Ref) -> Decision:
    sentence = "This record holds something that cannot be kept exactly, for example an amount finer than its currency."
    return refused(ref, "X5", "unreadable", sentence, "Correct the record in the system that it comes from.")


def _follow_ups(tenant: str, records: Sequence[Record], ports: Ports) -> list[Message]:
    """List the work that the records imply, each payment once."""
    invoices = [record for record in records if isinstance(record, Invoice)]
    links = link_invoices(tenant, invoices, ports.book, ports.effects)
    # Read after the records were saved: whoever turns the toggle on later finds them in the book (PUT /v1/preferences
    # queues a crossfoot, which picks up what waits).
    if not ports.preferences.load(tenant).external_payments_enabled:
        return []
    payments = {record.ref: fingerprint(record) for record in records if isinstance(record, Payment)}
    for payment, because in _payments_to_recheck(tenant, invoices, links, ports).items():
        payments.setdefault(payment, because)
    return [MirrorPayment(tenant=tenant, payment_id=ref.id, because=because) for ref, because in payments.items()]


def _payments_to_recheck(
    tenant: str, invoices: Sequence[Invoice], links: dict[Ref, Link], ports: Ports
) -> dict[Ref, str]:
    """Find the payments of invoices that are not as our rows make them: one may have waited for this read (E6, E8).

    That is so where the two copies show different amounts paid, and where ConnectWise shows cash that is not ours: a
    payment by hand is taken over though the amounts agree, or it would be entered again when it is edited.
    """
    fetched = {invoice.ref: invoice for invoice in invoices if invoice.ref in links}
    copies = ports.book.load_many(tenant, {ref for each in links.values() for ref in (each.accounting, each.psa)})
    latest = ports.effects.load_latest_of(tenant, PAYMENT_ROWS, {links[ref].psa for ref in fetched})
    found: dict[Ref, str] = {}
    for ref, invoice in fetched.items():
        link = links[ref]
        accounting, psa = copies.get(link.accounting), copies.get(link.psa)
        if isinstance(accounting, Invoice) and isinstance(psa, Invoice):
            kept_minor = standing_of(latest.get(link.psa)).total_minor
            if _paid_minor(accounting) != _paid_minor(psa) or psa.paid_minor not in (None, kept_minor):
                for payment in ports.book.load_payments_of(tenant, link.accounting):
                    found.setdefault(payment.ref, f"{fingerprint(payment)} {fingerprint(invoice)}")
    return found


def _paid_minor(invoice: Invoice) -> int:
    return invoice.total_minor - invoice.balance_minor
