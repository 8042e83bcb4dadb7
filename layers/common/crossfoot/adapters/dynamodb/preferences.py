"""The partner's preferences."""

from dataclasses import asdict

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.table import Put, Table
from crossfoot.adapters.dynamodb.values import text
from crossfoot.core.model import System
from crossfoot.core.preferences import ClosedPeriod, ExternalPaymentsMode, Preferences, UnappliedMoney

_DEFAULTS = Preferences()


class TablePreferences:
    """The port PreferencesStore in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, tenant: str) -> Preferences:
        """Read them; what was never set has its default."""
        item = self._table.get(keys.preferences(tenant)) or {}
        return Preferences(
            external_payments_enabled=bool(item.get("external_payments_enabled", _DEFAULTS.external_payments_enabled)),
            sync_tool_enabled=bool(item.get("sync_tool_enabled", _DEFAULTS.sync_tool_enabled)),
            external_payments_mode=ExternalPaymentsMode(
                text(item, "external_payments_mode") or _DEFAULTS.external_payments_mode
            ),
            primary=System(text(item, "primary") or _DEFAULTS.primary),
            deposit_account_id=text(item, "deposit_account_id"),
            deposits_enabled=bool(item.get("deposits_enabled", _DEFAULTS.deposits_enabled)),
            fee_account_id=text(item, "fee_account_id"),
            returns_account_id=text(item, "returns_account_id"),
            closed_period=ClosedPeriod(text(item, "closed_period") or _DEFAULTS.closed_period),
            unapplied_money=UnappliedMoney(text(item, "unapplied_money") or _DEFAULTS.unapplied_money),
        )

    def save(self, tenant: str, preferences: Preferences) -> None:
        """Store them whole."""
        self._table.write(Put(keys.preferences(tenant), asdict(preferences)))
