"""What the accounting refused, and what a refusal may rest on: while that stays, the same would be refused again."""

import hashlib

from crossfoot.core.decisions import Decision, refused
from crossfoot.core.effects import Effect
from crossfoot.core.model import Ref
from crossfoot.core.payables.case import Case

# QuickBooks' code for a name that a customer, an employee or a vendor has.
NAME_TAKEN = "6240"


def refusal_of(record: Ref, effect: Effect) -> Decision:
    """Tell a record that the accounting refused its effect."""
    fix = effect.fix or "Correct this in QuickBooks or on the platform, then retry."
    return refused(record, effect.rule, "refused_by_accounting", f"QuickBooks refused: {effect.refusal}", fix)


def rests_on(case: Case) -> str:
    """Name the state of what a refusal may be about: once it has changed, the same write may pass."""
    named = (record for each in case.named.values() for record in (each.told, each.copy) if record is not None)
    seen = sorted(f"{record.ref} {record.version.updated_at}" for record in (case.record, *named))
    entered = sorted(each.entry_id for each in case.named.values())
    active = sorted(account.id for account in case.company.accounts if account.active)
    known = f"{seen} {entered} {case.company.closed_until} {active}"
    return hashlib.sha256(known.encode()).hexdigest()[:16]
