"""Do what follows from a decision on a match, right away as far as one call goes (I9)."""

from dataclasses import replace

from crossfoot.core.model import Invoice, Kind, Ref
from crossfoot.core.verdicts import Pair
from crossfoot.follow_ups import follow_ups
from crossfoot.linking import load_bearing
from crossfoot.messages import CrossfootRequest, Message, MirrorPayment
from crossfoot.steps.api.needs import Ports

# The invoices of a customer that are matched while the caller waits; a comparison of the books takes the others.
AT_ONCE = 200


def follow_decision(ports: Ports, tenant: str, pair: Pair) -> None:
    """Match the invoices that a decision bears on again, and let the payments on them follow. Source: I9, E2.

    Repeating it changes nothing. What is not reached here, the comparison of the books reaches.
    """
    because = f"match {pair.accounting} {pair.psa} {ports.clock.now().isoformat()}"
    invoices, more = _affected(ports, tenant, pair)
    messages: list[Message] = [
        # Of its own kind: what waited may have been queued a moment ago, and a repeat would be swallowed.
        replace(message, because=because)
        for message in (*follow_ups(tenant, invoices, ports), *_to_take_back(ports, tenant, invoices))
    ]
    if more:
        messages.append(CrossfootRequest(tenant=tenant, because=because))
    ports.queue.send(list(dict.fromkeys(messages)))


def _affected(ports: Ports, tenant: str, pair: Pair) -> tuple[list[Invoice], bool]:
    if pair.accounting.kind is Kind.INVOICE:
        records = list(ports.book.load_many(tenant, [pair.accounting, pair.psa]).values())
        return [record for record in records if isinstance(record, Invoice)], False
    page = ports.book.list_records(
        tenant,
        Kind.INVOICE,
        first=None,
        last=None,
        system=None,
        cursor="",
        limit=AT_ONCE,
        customer=pair.accounting,
    )
    return [record for record in page.records if isinstance(record, Invoice)], bool(page.next_cursor)


def _to_take_back(ports: Ports, tenant: str, invoices: list[Invoice]) -> list[MirrorPayment]:
    """List the payments that stand on the rows of a copy that is none any more."""
    known = {invoice.ref: invoice for invoice in invoices}
    links = ports.book.load_links(tenant, known)
    copies = {ref for link in links.values() for ref in (link.accounting, link.psa)}
    records = ports.book.load_many(tenant, copies) if copies else {}
    parted: set[Ref] = set()
    if records and ports.preferences.load(tenant).external_payments_enabled:
        by_accounting = {link.accounting: link for link in links.values()}
        parted |= load_bearing(tenant, records, by_accounting, ports.book, ports.matches).parted
    payments = ports.book.load_payments_of_many(tenant, sorted(parted)) if parted else {}
    refs = [payment.ref for paid in payments.values() for payment in paid]
    return [MirrorPayment(tenant=tenant, payment_id=ref.id, system=ref.system) for ref in refs]
