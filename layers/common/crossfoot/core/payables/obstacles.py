"""What keeps a partner's payables from syncing at all, in one sentence (B3)."""

from dataclasses import dataclass

from crossfoot.core.payables.preferences import PayablesPreferences

_NOT_CHOSEN = PayablesPreferences()


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands in the way of every sync, by which rule, and what the partner can do."""

    rule: str
    problem: str
    fix: str


def preferences_missing(preferences: PayablesPreferences | None) -> Obstacle | None:
    """Say which accounts have to be chosen before anything syncs; None when they are. Source: B3."""
    chosen = preferences or _NOT_CHOSEN
    accounts = {
        "the unallocated expense account": chosen.expense_account_id,
        "the unallocated income account": chosen.income_account_id,
        "the bank account": chosen.bank_account_id,
    }
    missing = [name for name, id_ in accounts.items() if not id_]
    if not missing:
        return None
    said = " and ".join(filter(None, (", ".join(missing[:-1]), missing[-1])))
    verb = "is" if len(missing) == 1 else "are"
    fix = "Choose them under the preferences of payables."
    return Obstacle("B3", f"Nothing syncs until {said} {verb} chosen.", fix)
