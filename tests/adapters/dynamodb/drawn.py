"""Records as hypothesis draws them: few ids, names, numbers and times, so that they meet."""

from dataclasses import replace
from datetime import date
from typing import Any

from crossfoot.core.model import (
    CONNECTED,
    PLATFORM,
    Allocation,
    CreditUse,
    Keeping,
    Kind,
    PayoutState,
    Record,
    Ref,
    Standing,
    System,
    TakenBack,
    Trait,
    TraitName,
    Version,
)
from crossfoot.core.payables.records import BillPart, BillPayment, CreditPart, PayMethod, PayState
from hypothesis import strategies as st

from tests.adapters.dynamodb.payables import (
    make_bill,
    make_bill_payment,
    make_cost_lines,
    make_vendor,
    make_vendor_credit,
)
from tests.adapters.dynamodb.records import (
    make_credit_memo,
    make_customer,
    make_deposit,
    make_deposit_lines,
    make_invoice,
    make_lines,
    make_payment,
    make_payout,
    make_payout_items,
)

NUMBERS = ("INV-1", "inv 1", "INV-2", "")
NAMES = ("Acme", "ACME, Inc.", "acme inc", "Becker", "")
IDS = st.sampled_from(("1", "2", "#3"))
DAYS = st.sampled_from((date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 3)))
VERSIONS = st.builds(
    Version,
    st.sampled_from([f"2026-11-03T17:00:0{second}Z" for second in range(4)]),
    st.sampled_from([f"2026-11-03T18:00:0{second}Z" for second in range(3)]),
)
WORKED = tuple(replace(line, labour="Technician / Regular / ProjectTicket") for line in make_lines(2))
LINES = st.sampled_from((None, (), make_lines(2), make_lines(2, "Remote support"), make_lines(300), WORKED))
COMMON: dict[str, st.SearchStrategy[Any]] = {
    "standing": st.sampled_from((Standing.LIVE, Standing.LIVE, Standing.VOID)),
    "at": VERSIONS,
    "system": st.sampled_from(CONNECTED),
}
FILTERABLE: dict[str, st.SearchStrategy[Any]] = {
    "traits": st.sampled_from(((), (Trait(TraitName.LOCATION, "2"),))),
    "keeping": st.builds(Keeping, left_out=st.booleans()),
}
PAYABLE_SYSTEMS = (System.QUICKBOOKS, PLATFORM)
BATCHED: dict[str, st.SearchStrategy[Any]] = {"closed": st.booleans(), "batch": st.sampled_from(("", "", "CF-1"))}


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Draw a record of any kind, or what tells that one was deleted."""
    common: dict[str, Any] = {name: draw(of) for name, of in COMMON.items()}
    filterable: dict[str, Any] = {name: draw(of) for name, of in FILTERABLE.items()}
    system, id_, customer = common.pop("system"), draw(IDS), Ref(System.QUICKBOOKS, Kind.CUSTOMER, draw(IDS))
    of_somebody: dict[str, Any] = {"customer": draw(st.sampled_from((None, replace(customer, system=system))))}
    own: dict[str, Any] = {}
    kind: Kind = draw(st.sampled_from(Kind))
    match kind:
        case Kind.VENDOR | Kind.BILL | Kind.VENDOR_CREDIT | Kind.BILL_PAYMENT:
            return draw(payables(kind))
        case Kind.CUSTOMER:
            customer_record = make_customer(id_, name=draw(st.sampled_from(NAMES)), **filterable, **common)
            return _deleted(draw, replace(customer_record, ref=Ref(system, Kind.CUSTOMER, id_)))
        case Kind.INVOICE:
            own = {"number": draw(st.sampled_from(NUMBERS)), "issued_on": draw(DAYS), "lines": draw(LINES)}
            own |= {name: draw(of) for name, of in BATCHED.items()}
            balance = draw(st.sampled_from((0, 500, 125_000)))
            return _deleted(
                draw, make_invoice(id_, system, balance_minor=balance, **own, **of_somebody, **filterable, **common)
            )
        case Kind.PAYMENT:
            if draw(st.integers(0, 2)) == 0:
                return _on_platform(draw, id_)
            paid = [Allocation(Ref(system, Kind.INVOICE, invoice), 5) for invoice in draw(st.sets(IDS))]
            used = [CreditUse(Ref(system, Kind.CREDIT_MEMO, memo), 7) for memo in draw(st.sets(IDS, max_size=1))]
            payment = make_payment(
                id_,
                allocations=tuple(paid),
                credits=tuple(used),
                paid_on=draw(st.none() | DAYS),
                deposit=draw(st.sampled_from((None, Ref(system, Kind.DEPOSIT, "1")))),
                origin=draw(st.sampled_from((None, None, Ref(PLATFORM, Kind.PAYMENT, "1")))),
                revision=draw(st.sampled_from(("", "3"))),
                **of_somebody,
                **common,
            )
            return _deleted(draw, replace(payment, ref=Ref(system, Kind.PAYMENT, id_)))
        case Kind.CREDIT_MEMO:
            own = {"issued_on": draw(DAYS), "lines": draw(LINES)}
            own |= {name: draw(of) for name, of in BATCHED.items()}
            return _deleted(draw, make_credit_memo(id_, system, **own, **of_somebody, **filterable, **common))
        case Kind.DEPOSIT:
            held = draw(st.sampled_from((None, make_deposit_lines(2), make_deposit_lines(400))))
            common["revision"] = draw(st.sampled_from(("", "0", "3")))
            deposit = make_deposit(id_, deposited_on=draw(st.none() | DAYS), lines=held, **common)
            return _deleted(draw, deposit)
        case Kind.PAYOUT:
            items = draw(st.sampled_from((None, make_payout_items(1), make_payout_items(2), make_payout_items(400))))
            state = draw(st.sampled_from(PayoutState))
            return make_payout(id_, at=common["at"], arrives_on=draw(DAYS), items=items, state=state)


COSTS = st.sampled_from((None, (), make_cost_lines(2), make_cost_lines(2, "Rails"), make_cost_lines(300)))


@st.composite
def payables(draw: st.DrawFn, kind: Kind) -> Record:
    """Draw a payable of QuickBooks or the platform, or what tells that one was deleted."""
    id_, system = draw(IDS), draw(st.sampled_from(PAYABLE_SYSTEMS))
    common: dict[str, Any] = {"at": draw(VERSIONS), "system": system, **_known_of(draw, kind, id_, system)}
    if kind is Kind.VENDOR:
        return _deleted(draw, make_vendor(id_, name=draw(st.sampled_from(NAMES)), active=draw(st.booleans()), **common))
    common |= {"standing": draw(COMMON["standing"]), "vendor": draw(st.none() | _kin(Kind.VENDOR, system))}
    common["marker"] = draw(st.sampled_from(("", "xf:0123456789abcdef")))
    match kind:
        case Kind.BILL:
            common |= {"balance_minor": draw(st.sampled_from((0, 500, 20_500))), "approved": draw(st.booleans())}
            return _deleted(draw, make_bill(id_, issued_on=draw(DAYS), lines=draw(COSTS), **common))
        case Kind.VENDOR_CREDIT:
            common |= {"remaining_minor": draw(st.sampled_from((None, 0, 500)))}
            return _deleted(draw, make_vendor_credit(id_, issued_on=draw(DAYS), lines=draw(COSTS), **common))
        case _:
            return _deleted(draw, _bill_payment(draw, id_, system, common))


def _known_of(draw: st.DrawFn, kind: Kind, id_: str, system: System) -> dict[str, Any]:
    """Draw what joins two books: a record's copy is named on the platform, its origin in QuickBooks."""
    name, other = ("copy_of", System.QUICKBOOKS) if system is PLATFORM else ("origin", PLATFORM)
    return {
        name: draw(st.sampled_from((None, None, Ref(other, kind, id_)))),
        "revision": draw(st.sampled_from(("", "3"))),
        "keeping": draw(FILTERABLE["keeping"]),
    }


def _bill_payment(draw: st.DrawFn, id_: str, system: System, common: dict[str, Any]) -> BillPayment:
    bills = draw(st.sets(_kin(Kind.BILL, system), max_size=2))
    credited = draw(st.sets(_kin(Kind.VENDOR_CREDIT, system), max_size=1))
    payment = make_bill_payment(
        id_,
        paid_on=draw(st.none() | DAYS),
        method=draw(st.sampled_from(PayMethod)),
        state=draw(st.sampled_from(PayState)),
        other_minor=draw(st.sampled_from((0, -500))),
        **common,
    )
    parts, used = (
        (BillPart(bill, 500) for bill in sorted(bills)),
        (CreditPart(credit, 300) for credit in sorted(credited)),
    )
    return replace(payment, bills=tuple(parts), credits=tuple(used))


def _kin(kind: Kind, system: System) -> st.SearchStrategy[Ref]:
    """Draw whom a record names: QuickBooks only its own, the platform either copy."""
    return st.builds(Ref, st.sampled_from((system, System.QUICKBOOKS)), st.just(kind), IDS)


def _on_platform(draw: st.DrawFn, id_: str) -> Record:
    """Draw a payment of the platform: it pays invoices of either system, and says why where it was taken back."""
    invoices = st.builds(Ref, st.sampled_from(CONNECTED), st.just(Kind.INVOICE), IDS)
    taken_back = draw(st.sampled_from((None, None, *TakenBack)))
    paid = () if taken_back else tuple(Allocation(invoice, 5) for invoice in draw(st.sets(invoices)))
    payment = make_payment(
        id_,
        at=draw(VERSIONS),
        allocations=paid,
        customer=draw(st.sampled_from((None, Ref(System.CONNECTWISE, Kind.CUSTOMER, "1")))),
        paid_on=draw(DAYS),
        taken_back=taken_back,
        refunded_minor=draw(st.sampled_from((0, 5))),
        standing=Standing.DELETED if taken_back else Standing.LIVE,
    )
    return replace(payment, ref=Ref(PLATFORM, Kind.PAYMENT, id_))


def _deleted(draw: st.DrawFn, record: Record) -> Record:
    """Now and then, give what vendors send of a deleted record instead: its id, and blanks."""
    if draw(st.integers(0, 4)):
        return record
    blanks: dict[str, Any] = {
        "name": "", "number": "", "customer": None, "customer_name": "", "total_minor": 0, "balance_minor": 0,
        "remaining_minor": 0, "allocations": (), "credits": (), "lines": None, "traits": (), "paid_on": None,
        "deposited_on": None, "deposit": None, "vendor": None, "vendor_name": "", "bills": (), "marker": "",
    }  # fmt: skip
    own = {name: blank for name, blank in blanks.items() if hasattr(record, name)}
    return replace(record, standing=Standing.DELETED, **own)
