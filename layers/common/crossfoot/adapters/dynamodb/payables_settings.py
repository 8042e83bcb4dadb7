"""What a partner chose for its payables, what its profile follows from, and its place among those with auto-sync."""

from collections.abc import Mapping
from datetime import date, datetime

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.table import Put, Table, Update, When
from crossfoot.adapters.dynamodb.values import Item, Plain, digest_of, text
from crossfoot.core.payables.preferences import Direction, PayablesPreferences
from crossfoot.core.payables.profile import NO_FACTS, PaymentSync, ProfileFacts

_DEFAULTS = PayablesPreferences()
_DIGEST = "digest"


class TablePayablesSettings:
    """The port PayablesSettings in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, tenant: str) -> PayablesPreferences | None:
        """Read the preferences; None when they were never saved."""
        item = self._table.get(keys.payables_preferences(tenant))
        return None if item is None else _to_preferences(item)

    def save(self, tenant: str, preferences: PayablesPreferences) -> None:
        """Store the preferences whole, with the partner's place among those with auto-sync."""
        place = Update(keys.payables(tenant), "SET #auto = :auto", {"auto": preferences.auto_sync})
        self._table.transact(Put(keys.payables_preferences(tenant), _to_item(preferences)), place)

    def load_facts(self, tenant: str) -> ProfileFacts:
        """Read what the profile follows from."""
        item = self._table.get(keys.profile_facts(tenant))
        return NO_FACTS if item is None else _to_facts(item)

    def replace_facts(self, tenant: str, seen: ProfileFacts, new: ProfileFacts) -> None:
        """Store it whole. Raises: Conflict when it is not as it was seen."""
        as_seen = f"#{_DIGEST} = :seen"
        unchanged = When(
            f"attribute_not_exists(#pk) OR {as_seen}" if seen == NO_FACTS else as_seen,
            {"seen": text(_from_facts(seen), _DIGEST)},
        )
        self._table.write(Put(keys.profile_facts(tenant), _from_facts(new), unchanged))

    def list_due(self, before: datetime, limit: int) -> tuple[str, ...]:
        """List who is due, longest waiting first: all places are read, a few hundred in each bucket at most."""
        buckets = self._table.each(lambda bucket: self._due_in(bucket, keys.time_text(before)), range(keys.DUE_BUCKETS))
        return tuple(tenant for _, tenant in sorted(place for bucket in buckets for place in bucket)[:limit])

    def _due_in(self, bucket: int, before: str) -> list[tuple[str, str]]:
        """Give when each last sync ended, "" before the first one, and whose it was."""
        places = self._table.starting(keys.payables_pk(bucket), "", consistent=False)
        found = [(text(item, "ended_at"), key) for key, item in places if item.get("auto") is True]
        return [(ended_at, keys.unescape(key.sk)) for ended_at, key in found if ended_at < before]


def _to_item(preferences: PayablesPreferences) -> Item:
    return {
        "expense_account": preferences.expense_account_id,
        "income_account": preferences.income_account_id,
        "bank_account": preferences.bank_account_id,
        "card_account": preferences.card_account_id,
        "home_currency": preferences.home_currency,
        "direction": preferences.direction.value,
        "auto_sync": preferences.auto_sync,
        "needs_approval": preferences.needs_approval,
    }


def _to_preferences(item: Mapping[str, Plain]) -> PayablesPreferences:
    """Read preferences; what came to be after they were saved has its default."""
    return PayablesPreferences(
        expense_account_id=text(item, "expense_account"),
        income_account_id=text(item, "income_account"),
        bank_account_id=text(item, "bank_account"),
        card_account_id=text(item, "card_account"),
        home_currency=text(item, "home_currency") or _DEFAULTS.home_currency,
        direction=Direction(text(item, "direction") or _DEFAULTS.direction),
        auto_sync=bool(item.get("auto_sync", _DEFAULTS.auto_sync)),
        needs_approval=bool(item.get("needs_approval", _DEFAULTS.needs_approval)),
    )


def _from_facts(facts: ProfileFacts) -> Item:
    said: Item = {
        "signed_up_on": facts.signed_up_on.isoformat() if facts.signed_up_on else "",
        "accountant_console": facts.accountant_console,
        "override": facts.override.value if facts.override else "",
        "told_at": keys.maybe_time_text(facts.told_at),
    }
    return said | {_DIGEST: digest_of(said)}


def _to_facts(item: Mapping[str, Plain]) -> ProfileFacts:
    signed_up_on, override, told_at = (text(item, name) for name in ("signed_up_on", "override", "told_at"))
    return ProfileFacts(
        signed_up_on=date.fromisoformat(signed_up_on) if signed_up_on else None,
        accountant_console=bool(item.get("accountant_console", False)),
        override=PaymentSync(override) if override else None,
        told_at=datetime.fromisoformat(told_at) if told_at else None,
    )
