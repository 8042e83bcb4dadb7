"""Read and replace a partner's preferences (C1, C8, D1, D2, E3, E4, P1)."""

from dataclasses import asdict

from crossfoot.core.company import AccountUse
from crossfoot.core.preferences import Preferences
from crossfoot.messages import CrossfootRequest
from crossfoot.messages.api.preferences import PreferencesShape
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.parking import retry_what_is_parked
from crossfoot.steps.api.needs import BadField, Ports

# What each chosen account has to be for; None where any will do.
_ACCOUNTS = {
    "deposit_account_id": AccountUse.BANK,
    "fee_account_id": AccountUse.EXPENSE,
    "returns_account_id": None,
}


def show_preferences(ports: Ports, asked: Asked) -> PreferencesShape:
    """Show them; what was never chosen has its default."""
    return _to_shape(ports.preferences.load(asked.tenant))


def put_preferences(ports: Ports, asked: Asked[Nothing, Nothing, PreferencesShape]) -> PreferencesShape:
    """Replace them, and pick up the payments that waited for this choice.

    Raises: BadField for an account that QuickBooks does not have for this, or that deposits need and that was not chosen
    (D1); for a mode that would stop external payments because the sync tool is turned on (E4).
    Source: E3, E4: turning the toggle on reaches back to what was imported before.
    """
    before = ports.preferences.load(asked.tenant)
    after = Preferences(**asked.body.model_dump())
    _check_mode(before, after)
    _check_deposits(after)
    _check_accounts(ports, asked.tenant, before, after)
    ports.preferences.save(asked.tenant, after)
    # Also where nothing changed: the queue may have failed after the first attempt had stored the choice.
    because = f"preferences {ports.clock.now().isoformat()}"
    if after.external_payments_enabled:
        ports.queue.send([CrossfootRequest(tenant=asked.tenant, every_payment=True, because=because)])
    retry_what_is_parked(asked.tenant, because, ports)
    return _to_shape(after)


def _check_mode(before: Preferences, after: Preferences) -> None:
    """Make sure that nobody stops external payments unaware: a mode that counted for nothing does with the tool on.

    It is asked for and not chosen here: the same call, sent once more because its answer was lost, has to mean the same.
    Source: E4.
    """
    is_chosen = before.external_payments_mode is not after.external_payments_mode or not after.external_payments_enabled
    if before.has_external_payments and not after.has_external_payments and not is_chosen:
        raise BadField(
            "external_payments_mode",
            "With the sync tool on, payments made in QuickBooks would no longer go to ConnectWise, as they do now. Choose "
            "all_invoices or synced_invoices_only; to stop them all, turn external_payments_enabled off.",
        )


def _check_deposits(preferences: Preferences) -> None:
    """Source: D1, D2."""
    if preferences.deposits_enabled and not preferences.deposit_account_id:
        raise BadField("deposit_account_id", "Deposits need the bank account that they go to.")
    if preferences.deposits_enabled and not preferences.fee_account_id:
        raise BadField("fee_account_id", "Deposits need the account that takes the platform's fees.")


def _check_accounts(ports: Ports, tenant: str, before: Preferences, after: Preferences) -> None:
    """Look live for what was newly chosen. Source: C1, D2."""
    chosen = {name: id_ for name in _ACCOUNTS if (id_ := getattr(after, name)) and id_ != getattr(before, name)}
    if not chosen:
        return
    uses = {account.id: account.use for account in ports.accounts.fetch_accounts(tenant)}
    for name, id_ in chosen.items():
        use = _ACCOUNTS[name]
        if id_ not in uses or (use is not None and uses[id_] is not use):
            raise BadField(name, f"QuickBooks has no active {f'{use} ' if use else ''}account with this id.")


def _to_shape(preferences: Preferences) -> PreferencesShape:
    return PreferencesShape(**asdict(preferences))
