"""The partner's preferences."""

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.table import Put, Table
from crossfoot.adapters.dynamodb.values import text
from crossfoot.core.model import System
from crossfoot.core.preferences import ExternalPaymentsMode, Preferences

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
        )

    def save(self, tenant: str, preferences: Preferences) -> None:
        """Store them whole."""
        self._table.write(
            Put(
                keys.preferences(tenant),
                {
                    "external_payments_enabled": preferences.external_payments_enabled,
                    "sync_tool_enabled": preferences.sync_tool_enabled,
                    "external_payments_mode": preferences.external_payments_mode.value,
                    "primary": preferences.primary.value,
                    "deposit_account_id": preferences.deposit_account_id,
                },
            )
        )
