"""Records of the platform that are to be entered, what stands for them, and the cases of them, made in a line."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from crossfoot.core.company import AccountUse, Company, LedgerAccount
from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.model import ACCOUNTING, PLATFORM, Kind, Ref, Standing
from crossfoot.core.payables.case import Case, Named
from crossfoot.core.payables.entries import (
    PAYABLE,
    BillEntry,
    CreditEntry,
    Entry,
    EntryLine,
    EntryOperation,
    EntryWrite,
    Part,
    PaymentEntry,
    VendorEntry,
)
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.profile import PaymentSync
from crossfoot.core.payables.records import (
    Bill,
    BillPart,
    BillPayment,
    CostLine,
    CostLineKind,
    CreditPart,
    Payable,
    PayMethod,
    Vendor,
    VendorCredit,
)
from crossfoot.core.payables.stored import to_body, to_result

from tests.fakes.records import STAMP

DAY = date(2026, 11, 3)
NOW = datetime(2026, 11, 3, 17, tzinfo=UTC)
EXPENSES, INCOME, CHECKING, VISA, TEA = "63", "1", "35", "41", "64"
READY = PayablesPreferences(EXPENSES, INCOME, CHECKING, VISA)
COMPANY = Company(
    tuple(LedgerAccount(id_, id_, AccountUse.OTHER) for id_ in (EXPENSES, INCOME, CHECKING, VISA, TEA)),
    home_currency="USD",
)
ACME = Ref(PLATFORM, Kind.VENDOR, "ven_1")


def told(kind: Kind, id_: str) -> Ref:
    return Ref(PLATFORM, kind, id_)


def line(amount_minor: int, account_id: str = EXPENSES, description: str = "") -> CostLine:
    return CostLine("", CostLineKind.ACCOUNT, description, amount_minor, account_id)


def vendor(name: str = "Acme", **more: Any) -> Vendor:
    return replace(Vendor(ACME, STAMP, Standing.LIVE, name), **more)


def bill(id_: str = "bill_1", minor: int = 100_00, *lines: CostLine, **more: Any) -> Bill:
    made = Bill(
        told(Kind.BILL, id_), STAMP, Standing.LIVE, id_.upper(), ACME, "", DAY, None, "USD", minor, minor,
        lines or (line(minor),),
    )  # fmt: skip
    return replace(made, **more)


def credit(id_: str = "vc_1", minor: int = 30_00, **more: Any) -> VendorCredit:
    ref = told(Kind.VENDOR_CREDIT, id_)
    made = VendorCredit(ref, STAMP, Standing.LIVE, id_.upper(), ACME, "", DAY, "USD", minor, lines=(line(minor),))
    return replace(made, **more)


def payment(
    id_: str = "bp_1", bills: dict[str, int] | None = None, credited: dict[str, int] | None = None, **more: Any
) -> BillPayment:
    parts = tuple(BillPart(told(Kind.BILL, name), m) for name, m in (bills or {"bill_1": 100_00}).items())
    used = tuple(CreditPart(told(Kind.VENDOR_CREDIT, name), m) for name, m in (credited or {}).items())
    total = sum(part.amount_minor for part in parts) - sum(part.amount_minor for part in used)
    made = BillPayment(
        told(Kind.BILL_PAYMENT, id_), STAMP, Standing.LIVE, ACME, "", DAY, "USD", total, bills=parts, credits=used
    )
    return replace(made, **more)


# --- what stands ---------------------------------------------------------------------------------------------------------

VENDOR_ENTRY = VendorEntry("56", "Acme", revision="0")


def bill_entry(id_: str = "129", minor: int = 100_00, **more: Any) -> BillEntry:
    lines = (EntryLine(minor, EXPENSES, line_id="1"),)
    return replace(BillEntry(id_, "56", "BILL_1", DAY, DAY, lines, revision="0"), **more)


def credit_entry(id_: str = "140", minor: int = 30_00, **more: Any) -> CreditEntry:
    return replace(
        CreditEntry(id_, "56", "VC_1", DAY, (EntryLine(minor, EXPENSES, line_id="1"),), revision="0"), **more
    )


def payment_entry(
    bills: dict[str, int], credited: dict[str, int] | None = None, *, id_: str = "150", **more: Any
) -> PaymentEntry:
    parts = tuple(Part(name, minor) for name, minor in bills.items())
    used = tuple(Part(name, minor) for name, minor in (credited or {}).items())
    made = PaymentEntry(id_, "56", DAY, PayMethod.CHECK, CHECKING, parts, used, revision="0")
    return replace(made, **more)


def effect(
    subject: Ref,
    standing: Entry | None,
    asked: Entry | None = None,
    *,
    operation: EntryOperation = EntryOperation.CREATE,
    **more: Any,
) -> Effect:
    """Give the newest effect on a record. Takes: `asked` is what it writes, if that is not what stands."""
    entry = asked or standing
    assert entry is not None
    made = Effect(
        "t_00000001", PAYABLE, subject, 1, to_body(EntryWrite(operation, entry, "USD")), "B4", "", (subject,),
        state=EffectState.CONFIRMED, remote_id=standing.id if standing else "",
        result=to_result(standing, "2000-01-01T00:00:00.000000Z"),
    )  # fmt: skip
    return replace(made, **more)


def named_vendor() -> Named:
    return Named(told=vendor(), latest=effect(ACME, VENDOR_ENTRY))


def named_bill(record: Bill | None = None, entry: BillEntry | None = None, **more: Any) -> Named:
    record = record or bill()
    return Named(told=record, latest=effect(record.ref, entry or bill_entry(minor=record.total_minor)), **more)


def named_credit(record: VendorCredit | None = None) -> Named:
    record = record or credit()
    return Named(told=record, latest=effect(record.ref, credit_entry(minor=record.total_minor)))


def theirs(bills: dict[str, int], id_: str = "900", **more: Any) -> BillPayment:
    """Give a payment that somebody made in the accounting, on bills by their ids there."""
    parts = tuple(BillPart(Ref(ACCOUNTING, Kind.BILL, name), minor) for name, minor in bills.items())
    ref = Ref(ACCOUNTING, Kind.BILL_PAYMENT, id_)
    made = BillPayment(ref, STAMP, Standing.LIVE, None, "", DAY, "USD", sum(bills.values()), bills=parts)
    return replace(made, **more)


def case(record: Payable, **more: Any) -> Case:
    """Give the case of a record, everything that it names being entered."""
    named: dict[Ref, Named] = {ACME: named_vendor()}
    if isinstance(record, BillPayment):
        named |= {part.bill: named_bill(bill(part.bill.id)) for part in record.bills}
        named |= {part.credit: named_credit() for part in record.credits}
    made = Case(record, READY, PaymentSync.TWO_WAY, COMPANY, NOW, named=named)
    return replace(made, **more)
