"""What people do in the matrix of payables: the accountant in QuickBooks, and the platform."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from crossfoot.core.model import PLATFORM as PLATFORM_SYSTEM
from crossfoot.core.model import Kind, Ref, System
from crossfoot.messages.bill_payments import PlatformBillPayment
from crossfoot.messages.payables import PlatformBill, PlatformVendor, PlatformVendorCredit
from crossfoot.told import keep_told

from tests.matrix.office import Wire
from tests.matrix.payables.cells import Cell
from tests.matrix.payables.office import BEFORE_ON, MADE_ON, PAID_ON, PayablesOffice
from tests.matrix.payables.table import (
    AT_ONCE,
    BEFORE,
    BILL,
    CHANGED,
    CREDIT,
    MADE,
    PARTS,
    PAYMENT,
    PLATFORM,
    QUICKBOOKS,
    SETTLED_THEN,
    TOTALS,
    VENDOR,
)

KINDS = {"V": Kind.VENDOR, "A": Kind.BILL, "B": Kind.BILL, "K": Kind.VENDOR_CREDIT, "P": Kind.BILL_PAYMENT}
ENTITIES = {"V": "Vendor", "A": "Bill", "B": "Bill", "K": "VendorCredit", "P": "BillPayment"}
_SHAPES: dict[str, type[PlatformVendor | PlatformBill | PlatformVendorCredit | PlatformBillPayment]] = {
    "V": PlatformVendor,
    "A": PlatformBill,
    "B": PlatformBill,
    "K": PlatformVendorCredit,
    "P": PlatformBillPayment,
}
# What a vendor's new name adds to the old one.
RENAMED = " Ltd"
_SUBJECTS = {VENDOR: "V", BILL: "A", CREDIT: "K", PAYMENT: "P"}


@dataclass
class Case:
    """One cell's vendor, with the ids in QuickBooks of what people entered there, and what the platform told.

    Takes: `copies` are the ids in QuickBooks of what the platform told, as far as people looked.
    """

    cell: Cell
    number: int
    entered: dict[str, str] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    told: dict[str, Wire] = field(default_factory=dict)

    @property
    def parts(self) -> Mapping[str, str]:
        """Give what is settled."""
        record = BILL if self.cell.record == PAYMENT else self.cell.record
        return PARTS.get((record, self.cell.settled), {})

    @property
    def is_at_once(self) -> bool:
        """Tell whether it is settled before anybody syncs."""
        return self.cell.settled in (*AT_ONCE, *BEFORE)

    @property
    def owed(self) -> list[str]:
        """List the bills and credits."""
        if self.parts:
            return list(self.parts)
        return [] if self.cell.record == VENDOR else [self.subject]

    @property
    def subject(self) -> str:
        """Give what the cell is about."""
        return _SUBJECTS[self.cell.record]

    @property
    def money(self) -> Decimal:
        return sum((Decimal(part) * (-1 if name == "K" else 1) for name, part in self.parts.items()), Decimal(0))

    @property
    def money_then(self) -> Decimal:
        """Give the money of a payment that was changed."""
        return self.money - TOTALS["A"] + SETTLED_THEN

    @property
    def vendor_name(self) -> str:
        return f"Vendor {self.number}"

    def number_of(self, name: str) -> str:
        return f"{self.number}-{name}"

    def there(self, name: str) -> Ref | None:
        """Name what people entered in QuickBooks."""
        return Ref(System.QUICKBOOKS, KINDS[name], self.entered[name]) if name in self.entered else None

    def here(self, name: str) -> Ref | None:
        """Name what the platform told."""
        return Ref(PLATFORM_SYSTEM, KINDS[name], self.told[name]["id"]) if name in self.told else None

    def id_there(self, name: str) -> str:
        """Give QuickBooks' id of something, whoever entered it."""
        return self.entered.get(name) or self.copies[name]

    def named(self, name: str) -> str:
        """Give the id in our API by which the platform names something: its own, where it is."""
        return f"platform-{self.told[name]['id']}" if name in self.told else f"quickbooks-{self.entered[name]}"


class People:
    """Everybody who does something for one partner."""

    def __init__(self, office: PayablesOffice, cases: Sequence[Case]) -> None:
        self.office, self.cases = office, cases

    # --- made -----------------------------------------------------------------------------------------------------

    def make(self) -> None:
        """Let vendors, bills and credits be made where they are born."""
        for name in "VABK":
            self._make(name, [case for case in self._with(name) if case.cell.home_of(name) == case.cell.born])
        self._make("P", [case for case in self.cases if case.is_at_once])

    def make_across(self) -> None:
        """Let credits be made in the other book than their bills."""
        across = [case for case in self._with("K") if case.cell.home_of("K") != case.cell.born]
        self._find_copies(across, ["V"])
        self._make("K", across)

    def pay(self) -> None:
        """Let payments be made: of what the other book has made, where it stands there."""
        settled = [case for case in self.cases if case.parts and not case.is_at_once]
        by_accountant = [case for case in settled if case.cell.payer == QUICKBOOKS]
        self._find_copies(by_accountant, "VABK")
        self._enter("P", by_accountant)
        for case in settled:
            if case.cell.payer == PLATFORM:
                self._tell(case, "P")

    def _with(self, name: str) -> list[Case]:
        return [case for case in self.cases if name == "V" or name in case.owed]

    def _make(self, name: str, cases: Sequence[Case]) -> None:
        self._enter(name, [case for case in cases if case.cell.home_of(name) == QUICKBOOKS])
        for case in cases:
            if case.cell.home_of(name) == PLATFORM:
                self._tell(case, name)

    def _find_copies(self, cases: Iterable[Case], names: Iterable[str]) -> None:
        """See what the product has made in QuickBooks, as the accountant does: by names and numbers."""
        seen = self._see()
        for case in cases:
            told = [name for name in names if name in case.told]
            case.copies |= {name: seen[self._called(case, name)]["Id"] for name in told}

    def _see(self) -> dict[tuple[str, str], Wire]:
        """Look at all that stands in QuickBooks: vendors by name, payments by their vendor's, the rest by number."""
        vendors = {each["Id"]: each for each in self.office.all_of("Vendor")}
        seen = {("Vendor", each["DisplayName"]): each for each in vendors.values()}
        for each in self.office.all_of("BillPayment"):
            seen["BillPayment", vendors[each["VendorRef"]["value"]]["DisplayName"]] = each
        return seen | {
            (kind, each["DocNumber"]): each for kind in ("Bill", "VendorCredit") for each in self.office.all_of(kind)
        }

    def _called(self, case: Case, name: str) -> tuple[str, str]:
        return ENTITIES[name], case.vendor_name if name in "VP" else case.number_of(name)

    # --- what becomes of it ---------------------------------------------------------------------------------------

    def go_on(self) -> None:
        """Let happen what then happens to what a cell is about."""
        becoming = [case for case in self.cases if case.cell.then != MADE]
        for case in becoming:
            if case.cell.deed_in == PLATFORM:
                self._go_on_on_platform(case)
        self._go_on_in_quickbooks([case for case in becoming if case.cell.deed_in == QUICKBOOKS])

    def repeat(self) -> None:
        """Let the platform tell everything again that it told last."""
        for case in self.cases:
            for name, told in case.told.items():
                self._keep(name, told)

    def _go_on_on_platform(self, case: Case) -> None:
        """The platform tells it once more; what was made in QuickBooks it tells for the first time, as a copy of that."""
        name, deed = case.subject, case.cell.then.split()[0]
        copy = {} if name in case.told else {"copy_of": case.named(name)}
        if deed == "changed":
            self._tell(case, name, copy | self._changed_words(case))
        else:
            self._tell(case, name, copy | {"status": "inactive" if name == "V" else deed})

    def _changed_words(self, case: Case) -> Wire:
        name = case.subject
        if name == "V":
            return {"name": f"{case.vendor_name}{RENAMED}"}
        if name == "P":
            return {"bills": [{"bill": case.named("A"), "amount": str(SETTLED_THEN)}], "amount": str(case.money_then)}
        return {"amount": str(CHANGED[name]), "lines": [{"amount": str(CHANGED[name])}]}

    def _go_on_in_quickbooks(self, cases: Sequence[Case]) -> None:
        seen = self._see()
        there = [(case, ENTITIES[case.subject], seen[self._called(case, case.subject)]) for case in cases]
        for case, _, wire in there:
            if case.cell.then.startswith("voided"):
                self.office.void(wire)
        deleted = [(entity, wire) for case, entity, wire in there if case.cell.then.startswith("deleted")]
        self.office.change([("Vendor", wire, {"Active": False}) for entity, wire in deleted if entity == "Vendor"])
        self.office.delete([(entity, wire) for entity, wire in deleted if entity != "Vendor"])
        changed = [each for each in there if each[0].cell.then.startswith("changed")]
        self.office.change([(entity, wire, _changed_wire(case, wire)) for case, entity, wire in changed])

    # --- words ----------------------------------------------------------------------------------------------------

    def _enter(self, name: str, cases: Sequence[Case]) -> None:
        entered = self.office.enter([(ENTITIES[name], self._wire(case, name)) for case in cases])
        for case, wire in zip(cases, entered, strict=True):
            case.entered[name] = wire["Id"]

    def _wire(self, case: Case, name: str) -> Wire:
        if name == "V":
            return {"DisplayName": case.vendor_name}
        vendor = {"VendorRef": {"value": case.id_there("V")}}
        if name == "P":
            lines = [_link(ENTITIES[each], case.id_there(each), part) for each, part in case.parts.items()]
            day = BEFORE_ON if case.cell.settled in BEFORE else PAID_ON
            paid = {"PayType": "Check", "CheckPayment": {"BankAccountRef": {"value": self.office.bank}}}
            return {**vendor, **paid, "TxnDate": day.isoformat(), "TotalAmt": case.money, "Line": lines}
        spent = {"AccountBasedExpenseLineDetail": {"AccountRef": {"value": self.office.costs}}}
        line = {"Amount": TOTALS[name], "DetailType": "AccountBasedExpenseLineDetail", **spent}
        return {**vendor, "TxnDate": MADE_ON.isoformat(), "DocNumber": case.number_of(name), "Line": [line]}

    def _tell(self, case: Case, name: str, other: Wire | None = None) -> None:
        """Let the platform tell of something, whole, and what it was asked for follow."""
        self.office.clock.advance(1)
        told = case.told.get(name) or self._first_word(case, name)
        case.told[name] = {**told, **(other or {}), "updated_at": self.office.clock.now().isoformat()}
        self._keep(name, case.told[name])

    def _keep(self, name: str, told: Wire) -> None:
        keep_told(self.office.tenant, _SHAPES[name].model_validate(told).to_record(), self.office)

    def _first_word(self, case: Case, name: str) -> Wire:
        if name == "V":
            return {"id": f"ven_{case.number}", "status": "active", "name": case.vendor_name}
        about = {"vendor": case.named("V"), "currency": "USD"}
        if name == "P":
            bills = [{"bill": case.named(each), "amount": part} for each, part in case.parts.items() if each != "K"]
            credits_ = [
                {"credit": case.named(each), "amount": part} for each, part in case.parts.items() if each == "K"
            ]
            # What credits cover needs no money, and is scheduled for ever. (B4)
            status = "paid" if case.money else "scheduled"
            parts = {"bills": bills, "credits": credits_, "amount": str(case.money)}
            return {"id": f"bp_{case.number}", "status": status, **about, "paid_on": PAID_ON.isoformat(), **parts}
        id_, total = f"owed_{case.number_of(name)}", str(TOTALS[name])
        said = {"id": id_, "status": "active", "number": case.number_of(name), "amount": total}
        return {**said, **about, "issued_on": MADE_ON.isoformat(), "lines": [{"amount": total}]}


def _link(kind: str, id_: str, amount: str) -> Wire:
    return {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]}


def _changed_wire(case: Case, wire: Wire) -> Wire:
    """Say what changes of a record in QuickBooks; lines are sent whole, or not at all."""
    if case.subject == "V":
        return {"DisplayName": f"{case.vendor_name}{RENAMED}"}
    if case.subject != "P":
        (line,) = wire["Line"]
        return {"VendorRef": wire["VendorRef"], "Line": [{**line, "Amount": CHANGED[case.subject]}]}
    lines = [{**line, "Amount": SETTLED_THEN} if _is_of_bill(line) else line for line in wire["Line"]]
    kept = {name: wire[name] for name in ("VendorRef", "PayType")}
    return {**kept, "TotalAmt": case.money_then, "Line": lines}


def _is_of_bill(line: Wire) -> bool:
    return any(link["TxnType"] == "Bill" for link in line["LinkedTxn"])
