"""Read and replace a partner's preferences for its payables (B2, B3, B5, B7)."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from crossfoot.core.company import AccountUse, Company
from crossfoot.core.payables.obstacles import preferences_missing
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.profile import payment_sync_of
from crossfoot.core.payables.sync_profile import why_profile
from crossfoot.messages import SyncPayables
from crossfoot.messages.api.payables_preferences import PayablesPreferencesShape, PayablesPreferencesStanding
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.parking import retry_what_is_parked
from crossfoot.steps.api.needs import Ports, require_none_bad

# What each chosen account has to be for.
_ACCOUNTS = {
    "expense_account_id": AccountUse.EXPENSE,
    "income_account_id": AccountUse.INCOME,
    "bank_account_id": AccountUse.BANK,
    "card_account_id": AccountUse.CREDIT_CARD,
}


def show_payables_preferences(ports: Ports, asked: Asked) -> PayablesPreferencesStanding:
    """Show them; what was never chosen has its default. Source: B3."""
    return _to_standing(ports, asked.tenant, ports.payables_settings.load(asked.tenant))


def put_payables_preferences(
    ports: Ports, asked: Asked[Nothing, Nothing, PayablesPreferencesShape]
) -> PayablesPreferencesStanding:
    """Replace them, and have tried again what waited for this choice.

    Raises: BadFields for each account that QuickBooks does not have for this, or a currency that it does not keep its books
    in; errors of QuickBooks, which is asked where either is newly chosen.
    Source: B2, B3, B5, B7.
    """
    tenant, after = asked.tenant, PayablesPreferences(**asked.body.model_dump())
    _check_live(ports, tenant, ports.payables_settings.load(tenant) or PayablesPreferences(), after)
    ports.payables_settings.save(tenant, after)
    # Also where nothing changed: the queue may have failed after the first attempt had stored the choice.
    because = f"payables preferences {ports.clock.now().isoformat()}"
    retry_what_is_parked(tenant, because, ports)
    newest = ports.payable_syncs.load_newest(tenant)
    if (newest is None or newest.problem) and preferences_missing(after) is None:
        # Where auto-sync is on, and came to nothing, or did not begin, for want of this choice.
        ports.queue.send([SyncPayables(tenant=tenant, because=because)])
    return _to_standing(ports, tenant, after)


def _check_live(ports: Ports, tenant: str, before: PayablesPreferences, after: PayablesPreferences) -> None:
    """Look in QuickBooks for what was newly chosen."""
    chosen = {name: id_ for name in _ACCOUNTS if (id_ := getattr(after, name)) and id_ != getattr(before, name)}
    if not chosen and after.home_currency == before.home_currency:
        return
    # Read anew, and kept so: whoever writes to these accounts next has to know them too.
    ports.companies.forget(tenant)
    company = ports.companies.load(tenant)
    require_none_bad(_name_wrong(company, chosen, after.home_currency))


def _name_wrong(company: Company, chosen: Mapping[str, str], home_currency: str) -> Iterator[tuple[str, str]]:
    for name, id_ in chosen.items():
        account, use = company.account(id_), _ACCOUNTS[name]
        if account is None or not account.active or account.use is not use:
            yield name, f"QuickBooks has no active {use.replace('_', ' ')} account with this id."
    if company.home_currency not in ("", home_currency):
        yield "home_currency", f"QuickBooks keeps this company's books in {company.home_currency}."


def _to_standing(ports: Ports, tenant: str, saved: PayablesPreferences | None) -> PayablesPreferencesStanding:
    chosen, facts = saved or PayablesPreferences(), ports.payables_settings.load_facts(tenant)
    missing = preferences_missing(saved)
    return PayablesPreferencesStanding(
        **asdict(chosen),
        saved=saved is not None,
        ready=missing is None,
        missing=missing.problem if missing else "",
        payment_sync=payment_sync_of(facts),
        payment_sync_why=why_profile(facts),
    )
