"""Why a payable stays in QuickBooks: each reason holds only where what it says is so (B1, B2, B5, B6)."""

from collections.abc import Callable, Mapping
from datetime import UTC

from crossfoot.core.decisions import Outcome
from crossfoot.core.model import ACCOUNTING, Ref
from crossfoot.core.payables.open_amounts import named_by
from crossfoot.core.payables.preferences import Direction
from crossfoot.core.payables.profile import PaymentSync
from crossfoot.core.payables.records import Bill, BillPayment, Payable, is_payable

from tests.simulation.excuses import Case, part_there, shown_there
from tests.simulation.people import Office


def check_left_out(office: Office, ref: Ref) -> None:
    """Check that what people made in QuickBooks came in, or says rightly why not (B1, B2, B5, B6)."""
    world = office.world
    kept, shown = world.book.load(world.tenant, ref), shown_there(world, ref)
    assert is_payable(kept)
    assert shown is not None
    if not kept.keeping.left_out:
        assert getattr(shown, "currency", "USD") == "USD", f"{ref} is in another currency, and came in: {shown}"
        return
    told = world.history.load(world.tenant, ref)
    assert told, f"{ref} is left out, and nothing says why"
    newest = told[-1].item
    assert newest.outcome is Outcome.SKIPPED, f"{ref} is left out, and the last word is {newest}"
    assert newest.code in _LEFT_OUT, f"{ref} is left out for {newest}"
    assert _LEFT_OUT[newest.code](Case.of(office, kept), shown), (
        f"{ref} is left out for {newest}, which is not so: {shown}"
    )


def _was_paid_before(case: Case, shown: Payable) -> bool:
    connected_on = case.world.connections.connected_at[ACCOUNTING].astimezone(UTC).date()
    payments = [each for each in case.world.our_payables.records.values() if isinstance(each, BillPayment)]
    return any(part_there(each, shown.ref) for each in payments if each.paid_on and each.paid_on < connected_on)


def _settles_nothing_here(case: Case, shown: Payable) -> bool:
    assert isinstance(shown, BillPayment)
    owed = [case.kept(ref) for ref in named_by(shown)]
    return all(each is None or each.keeping.left_out for each in owed)


_LEFT_OUT: Mapping[str, Callable[[Case, Payable], bool]] = {
    "one_way": lambda case, _: case.preferences.direction is Direction.TO_ACCOUNTING,
    "classic_profile": lambda case, _: case.payment_sync is PaymentSync.CLASSIC,
    "other_currency": lambda _, shown: getattr(shown, "currency", "USD") != "USD",
    "no_number": lambda _, shown: isinstance(shown, Bill) and not shown.number,
    "paid_before_connection": _was_paid_before,
    "partly_paid_before_connection": _was_paid_before,
    "used_before_connection": _was_paid_before,
    "bills_did_not_come": _settles_nothing_here,
}
