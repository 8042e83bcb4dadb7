"""What must hold of the platform's payouts: each is one deposit to the cent, or says why not (D1 to D3, P2, X2, X6)."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from crossfoot.core.decisions import Decision, Outcome
from crossfoot.core.model import PLATFORM, PSA, Deposit, Kind, Payment, Payout, PayoutState, Ref, Standing
from crossfoot.core.slip_lines import payments_in

from tests.fakes.table import Tables
from tests.simulation.people import Office
from tests.simulation.received import is_excused


def check_deposited_once(office: Office) -> None:
    """Check at any moment that no payout is deposited twice, and no payment lies in two deposits (D2)."""
    deposits = _living(office)
    payouts = Counter(payout for payout, _ in deposits)
    twice = [payout for payout, times in payouts.items() if times > 1]
    assert not twice, f"more than one deposit in QuickBooks stands for {twice}"
    held = Counter(line.payment for _, deposit in deposits for line in deposit.lines or () if line.payment)
    twice_held = [payment for payment, times in held.items() if times > 1]
    assert not twice_held, f"{twice_held} lie in more than one deposit"


def check_deposited(office: Office, tables: Tables) -> None:
    """Check the payouts at rest. Raises: AssertionError in words."""
    assert not [ref for ref in office.world.connectwise.ever if ref.kind is Kind.DEPOSIT], f"a deposit in {PSA} (D3)"
    living = dict(_living(office))
    assert office.deposited or not living, f"deposits were never turned on (D1): {living}"
    assert living.keys() <= {payout.id for payout in office.payouts}, f"a deposit of nobody's payout: {living}"
    for payout in office.payouts.values():
        _check_payout(office, tables, payout, living.get(payout.ref.id))


def _check_payout(office: Office, tables: Tables, payout: Payout, deposit: Deposit | None) -> None:
    kept = tables.book.load(office.world.tenant, payout.ref)
    assert isinstance(kept, Payout), f"{payout.ref} was told, and is not in the book"
    assert (kept.version, kept.state) == (payout.version, payout.state), f"told {payout}, and the book has {kept}"
    told = tables.history.load(office.world.tenant, payout.ref)
    newest = told[-1].item if told else None
    if _is_meddled(office, payout):
        # What people did there stands, and is told while the payout still means something to it (D2).
        assert deposit is None or newest is not None, f"people changed the deposit of {payout.ref}, and nothing says so"
        return
    wrong = [*_wrong(office, tables, payout, deposit)]
    assert not wrong or (newest and _excuses(office, tables, payout, newest)), f"{'; '.join(wrong)}: {newest}"


def _wrong(office: Office, tables: Tables, payout: Payout, deposit: Deposit | None) -> Iterator[str]:
    if payout.state is not PayoutState.PAID:
        if deposit is not None and payout.state is PayoutState.FAILED:
            yield f"{payout.ref} failed, and keeps its deposit {deposit}"
        # One that was paid is never told as created again; the platform's own time orders them.
        elif deposit is not None:
            yield f"{payout.ref} was not paid yet, and has the deposit {deposit}"
        return
    if deposit is None:
        yield f"{payout.ref} was paid, and has no deposit"
        return
    # To the cent, whatever else is open: no reason excuses it.
    amounts = {ref: _amount(office, ref) for ref in _held(deposit)}
    own = sum(line.amount_minor for line in deposit.lines or () if line.payment is None)
    comes_to = own + sum(amounts.values())
    assert payout.total_minor == deposit.total_minor == comes_to, f"{payout} has {deposit}, which holds {amounts}"
    assert not any(line.amount_minor % office.unit_minor for line in deposit.lines or ()), (
        f"another's amount: {deposit}"
    )
    wanted = _receipts(office, tables, payout)
    if amounts.keys() != wanted:
        yield f"the deposit of {payout.ref} holds {sorted(amounts)}, and not {sorted(wanted)}"


def _excuses(office: Office, tables: Tables, payout: Payout, newest: Decision) -> bool:
    """Tell whether the last word on a payout may be the last: each has to be true."""
    assert newest.outcome is not Outcome.REFUSED or newest.fix, newest
    may_be = EXCUSES.get(newest.code)
    return may_be is not None and may_be(office, tables, payout)


def _is_off(office: Office, _: Tables, __: Payout) -> bool:
    return not office.world.preferences.load(office.world.tenant).deposits_enabled


def _is_held_up(office: Office, tables: Tables, payout: Payout) -> bool:
    """Tell whether a payment of it is not as it should be in QuickBooks, and says why."""
    return any(is_excused(tables, office, payment) for payment in payments_in(payout))


def _is_in_other_payout(office: Office, tables: Tables, payout: Payout) -> bool:
    """Tell whether another payout holds a payment of it too: one that failed, and that people are at."""
    others = (other for ref, other in office.payouts.items() if ref != payout.ref)
    return any(payments_in(other).keys() & payments_in(payout).keys() for other in others)


def _is_deposited_by_hand(office: Office, tables: Tables, payout: Payout) -> bool:
    lying = (office.world.quickbooks.records.get(ref) for ref in _receipts(office, tables, payout))
    return any(
        isinstance(each, Payment) and each.deposit is not None and each.deposit not in office.world.our_deposits.notes
        for each in lying
    )


def _is_touched(office: Office, _: Tables, payout: Payout) -> bool:
    """Tell whether people changed a payment of it: what they made of it may be another amount than was paid out."""
    return bool(payments_in(payout).keys() & office.touched)


def _lies_elsewhere(office: Office, tables: Tables, payout: Payout) -> bool:
    ours = office.world.our_payments
    funds = ours.company.undeposited_funds
    assert funds is not None
    return any(ours.account_of(ref) != funds.id for ref in _receipts(office, tables, payout))


# By the code of the last word, when it may be that.
EXCUSES: Mapping[str, Callable[[Office, Tables, Payout], bool]] = {
    "deposits_off": _is_off,
    "payment_not_ready": _is_held_up,
    "payment_follows": _is_held_up,
    "in_other_payout": _is_in_other_payout,
    "deposited_by_hand": _is_deposited_by_hand,
    "does_not_tie": _is_touched,
    "not_in_undeposited_funds": _lies_elsewhere,
}


def _living(office: Office) -> list[tuple[str, Deposit]]:
    """List our deposits in QuickBooks, by the payout that their note names, and nothing else that we know."""
    notes = office.world.our_deposits.notes
    found = ((notes[ref], office.world.quickbooks.records.get(ref)) for ref in notes)
    return [
        (note.split()[1], deposit)
        for note, deposit in found
        if isinstance(deposit, Deposit) and deposit.standing is Standing.LIVE
    ]


def _is_meddled(office: Office, payout: Payout) -> bool:
    ours = office.world.our_deposits.notes.items()
    return any(ref in office.touched_deposits and note.split()[1] == payout.ref.id for ref, note in ours)


def _held(deposit: Deposit) -> list[Ref]:
    return [line.payment for line in deposit.lines or () if line.payment is not None]


def _amount(office: Office, receipt: Ref) -> int:
    return office.world.quickbooks.payment(receipt.id).total_minor


def _receipts(office: Office, tables: Tables, payout: Payout) -> frozenset[Ref]:
    """Find what stands in QuickBooks for the payments of a payout, by what its note says."""
    notes, records = office.world.our_payments.notes, office.world.quickbooks.records
    names = {payment.id for payment in payments_in(payout)}
    assert all(payment.system is PLATFORM for payment in payments_in(payout))
    return frozenset(
        ref
        for ref, note in notes.items()
        if note.partition("(")[2].partition(")")[0] in names
        and isinstance(record := records.get(ref), Payment)
        and record.standing is Standing.LIVE
    )
