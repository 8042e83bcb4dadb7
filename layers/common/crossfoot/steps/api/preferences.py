"""Read and replace a partner's preferences (C1, C8, E3, E4)."""

from crossfoot.core.preferences import Preferences
from crossfoot.messages import CrossfootRequest
from crossfoot.messages.api.preferences import PreferencesShape
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.needs import BadField, Ports


def show_preferences(ports: Ports, asked: Asked) -> PreferencesShape:
    """Show them; what was never chosen has its default."""
    return _to_shape(ports.preferences.load(asked.tenant))


def put_preferences(ports: Ports, asked: Asked[Nothing, Nothing, PreferencesShape]) -> PreferencesShape:
    """Replace them, and pick up the payments that waited for this choice.

    Raises: BadField for an account that QuickBooks does not have.
    Source: E3, E4: turning the toggle on reaches back to what was imported before.
    """
    before = ports.preferences.load(asked.tenant)
    after = Preferences(**asked.body.model_dump())
    if after.deposit_account_id != before.deposit_account_id:
        _check_account(ports, asked.tenant, after.deposit_account_id)
    ports.preferences.save(asked.tenant, after)
    # Also where nothing changed: the queue may have failed after the first attempt had stored the choice.
    if after.external_payments_enabled:
        now = ports.clock.now().isoformat()
        ports.queue.send([CrossfootRequest(tenant=asked.tenant, every_payment=True, because=f"preferences {now}")])
    return _to_shape(after)


def _check_account(ports: Ports, tenant: str, account_id: str) -> None:
    if not account_id:
        return
    if account_id not in {account.id for account in ports.accounts.fetch_bank_accounts(tenant)}:
        raise BadField("deposit_account_id", "QuickBooks has no active bank account with this id.")


def _to_shape(preferences: Preferences) -> PreferencesShape:
    return PreferencesShape(
        external_payments_enabled=preferences.external_payments_enabled,
        sync_tool_enabled=preferences.sync_tool_enabled,
        external_payments_mode=preferences.external_payments_mode,
        primary=preferences.primary,
        deposit_account_id=preferences.deposit_account_id,
    )
