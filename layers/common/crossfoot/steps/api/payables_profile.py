"""Say what syncs for a partner, which way, and why; an operator may choose otherwise (B1, B2, B5, B6)."""

from dataclasses import asdict, replace

from crossfoot.core.model import ACCOUNTING
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.profile import PaymentSync, payment_sync_of
from crossfoot.core.payables.sync_profile import SyncedType, sync_profile, why_profile
from crossfoot.messages.api.payables_preferences import (
    FlowShape,
    SyncedTypeShape,
    SyncProfileChange,
    SyncProfileShape,
)
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.parking import retry_what_is_parked
from crossfoot.steps.api.needs import Ports

OPERATORS = "operators"
# What every line about it in the history of the connection begins with.
_NOTED = "Payment sync of payables"


def show_sync_profile(ports: Ports, asked: Asked) -> SyncProfileShape:
    """Say type by type what syncs for this partner, which way, and why. Source: B1, B2, B5, B6."""
    return _show(ports, asked.tenant)


def put_sync_profile(ports: Ports, asked: Asked[Nothing, Nothing, SyncProfileChange]) -> SyncProfileShape:
    """Choose a profile for a partner, or let it follow from the facts again, with a line in the partner's history.

    Called again after it broke off, it makes up for what is missing.
    Raises: Conflict when the platform tells of the partner at this moment.
    Source: B6.
    """
    tenant, override = asked.tenant, asked.body.override
    seen = ports.payables_settings.load_facts(tenant)
    if seen.override is not override:
        ports.payables_settings.replace_facts(tenant, seen, replace(seen, override=override))
    _note(ports, tenant, _tell(override, asked.user))
    retry_what_is_parked(tenant, f"sync profile {ports.clock.now().isoformat()}", ports)
    return _show(ports, tenant)


def _show(ports: Ports, tenant: str) -> SyncProfileShape:
    preferences = ports.payables_settings.load(tenant) or PayablesPreferences()
    facts = ports.payables_settings.load_facts(tenant)
    return SyncProfileShape(
        payment_sync=payment_sync_of(facts),
        payment_sync_why=why_profile(facts),
        signed_up_on=facts.signed_up_on,
        accountant_console=facts.accountant_console,
        override=facts.override,
        types=[_to_shape(each) for each in sync_profile(preferences, facts)],
    )


def _tell(override: PaymentSync | None, user: str) -> str:
    by = f"by the operator {user}" if user else "by an operator"
    if override is None:
        return f"{_NOTED} follows from the sign-up again, {by}"
    chosen = "two-way" if override is PaymentSync.TWO_WAY else "the classic profile"
    return f"{_NOTED} set to {chosen} {by}"


def _note(ports: Ports, tenant: str, said: str) -> None:
    """Add a line to the history, unless the last one about it says the same."""
    history = ports.connections.load_history(tenant, ACCOUNTING)
    last = next((event.what for event in reversed(history) if event.what.startswith(_NOTED)), "")
    if last != said:
        ports.connections.note(tenant, ACCOUNTING, said)


def _to_shape(each: SyncedType) -> SyncedTypeShape:
    return SyncedTypeShape(
        type=each.type,
        into_platform=FlowShape(**asdict(each.into_platform)),
        into_accounting=FlowShape(**asdict(each.into_accounting)),
    )
