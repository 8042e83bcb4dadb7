"""Wires the steps of payables."""

from crossfoot.steps import mirror_bill, sync_payables
from crossfoot.wiring.workers import Parts, patience


def mirror_bill_ports(parts: Parts) -> mirror_bill.Ports:
    """Wire mirror_bill."""
    return mirror_bill.Ports(
        attention=parts.attention,
        book=parts.book,
        history=parts.history,
        effects=parts.effects,
        payables_settings=parts.payables_settings,
        connections=parts.connections,
        companies=parts.companies,
        origins=parts.origins,
        outbox=parts.outbox,
        queue=parts.queue,
        systems=parts.systems,
        clock=parts.clock,
        patience=patience(parts.config, parts.config.payment_timeout_s),
    )


def sync_payables_ports(parts: Parts) -> sync_payables.Ports:
    """Wire sync_payables."""
    return sync_payables.Ports(
        book=parts.book,
        clock=parts.clock,
        companies=parts.companies,
        connections=parts.connections,
        effects=parts.effects,
        history=parts.history,
        origins=parts.origins,
        outbox=parts.outbox,
        payable_syncs=parts.payable_syncs,
        payables_settings=parts.payables_settings,
        queue=parts.queue,
        systems=parts.systems,
    )


def close_sync_ports(parts: Parts) -> sync_payables.Closing:
    """Wire the end of a sync: it needs nothing but what every worker has."""
    return parts
