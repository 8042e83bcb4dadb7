"""The payables of a QuickBooks company in memory: as the ports show them, and as people there edit them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from crossfoot.core.company import AccountUse
from crossfoot.core.model import Kind, Ref, Standing
from crossfoot.core.payables.entries import (
    KIND_OF,
    BillEntry,
    CreditEntry,
    Entry,
    PaymentEntry,
    VendorEntry,
)
from crossfoot.core.payables.latin import in_latin
from crossfoot.core.payables.likeness import with_unsaid
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
from crossfoot.core.payables.standing import entry_of
from crossfoot.errors import Conflict, Rejected

from tests.fakes.answering import Answering
from tests.fakes.filing import NEW, TODAY
from tests.fakes.payable_book import PayableBook
from tests.fakes.payable_records import record_of
from tests.fakes.receipts import BANK, CARD, COSTS, FakeReceipts

_CLOCK_ERROR = timedelta(minutes=5)
_PAID_FROM = {PayMethod.CHECK: AccountUse.BANK, PayMethod.CREDIT_CARD: AccountUse.CREDIT_CARD}


class FakePayables(Answering, PayableBook):
    """Implements PayableEntries and PayablesSource on the company that the receipts are in.

    Takes: `notes` are those that were left on what was made; `writes` counts what was carried out, not what was answered
    from memory.
    """

    def __init__(self, receipts: FakeReceipts) -> None:
        Answering.__init__(self)
        PayableBook.__init__(self, receipts.quickbooks.clock)
        self._receipts = receipts
        self.notes: dict[Ref, str] = {}
        self._made: dict[Ref, datetime] = {}

    # --- PayableEntries -------------------------------------------------------------------------------------------

    def create(self, entry: Entry, currency: str, note: str, request_id: str) -> Entry:
        def create() -> Entry:
            ref = self.new_ref(KIND_OF[type(entry)])
            made = self._write(ref, entry, currency, "" if isinstance(entry, VendorEntry) else note)
            self._made[ref], self.notes[ref] = self.clock.now(), note
            return made

        return self._once(request_id, create)

    def update(self, entry: Entry, currency: str, request_id: str) -> Entry:
        def update() -> Entry:
            standing = self._changeable(entry)
            return self._write(standing.ref, entry, currency, "" if isinstance(standing, Vendor) else standing.note)

        return self._once(request_id, update)

    def delete(self, entry: Entry, request_id: str) -> None:
        def delete() -> None:
            standing = self.living(KIND_OF[type(entry)], entry.id)
            if standing is None or (isinstance(standing, Vendor) and not standing.active):
                return
            self._remove(self._changeable(entry))

        self._once(request_id, delete)

    def void(self, entry: PaymentEntry, request_id: str) -> None:
        def void() -> None:
            standing = self.living(Kind.BILL_PAYMENT, entry.id)
            if standing is not None and standing.standing is Standing.LIVE:
                self._changeable(entry)
                self.void_payment(entry.id)

        self._once(request_id, void)

    def fetch(self, kind: Kind, id_: str, currency: str) -> Entry | None:
        self.reads += 1
        found = self.living(kind, id_)
        return entry_of(found) if found is not None and found.standing is Standing.LIVE else None

    def find(self, kind: Kind, marker: str, since: datetime, currency: str) -> Entry | None:
        self.reads += 1
        recent = (ref for ref, made_at in self._made.items() if ref.kind is kind and made_at >= since - _CLOCK_ERROR)
        living = (self.living(kind, ref.id) for ref in recent)
        return next((entry_of(each) for each in living if each is not None and _marker_of(each) == marker), None)

    def find_vendors(self, name: str) -> tuple[VendorEntry, ...]:
        self.reads += 1
        vendors = [entry_of(record) for record in self.records.values() if isinstance(record, Vendor)]
        kept = in_latin(VendorEntry("", name))
        assert isinstance(kept, VendorEntry)
        return tuple(each for each in vendors if isinstance(each, VendorEntry) and each.name == kept.name)

    def forget_requests(self) -> None:
        """Let QuickBooks no longer know which requests it has answered: nobody says for how long it does."""
        self._answered.clear()

    # --- what people do -------------------------------------------------------------------------------------------

    def add_vendor(self, name: str, *, email: str = "", account_number: str = "") -> Vendor:
        """Enter a vendor."""
        ref = self.new_ref(Kind.VENDOR)
        return self.keep(Vendor(ref, NEW, Standing.LIVE, name, account_number=account_number, email=email))

    def add_bill(
        self,
        vendor: str,
        number: str,
        costs: int | Sequence[CostLine],
        *,
        on: date = TODAY,
        due_on: date | None = None,
        currency: str = "USD",
        note: str = "",
    ) -> Bill:
        """Enter a bill of a vendor by id. Takes: `costs` are its lines, or the amount of the only one."""
        ref = self.new_ref(Kind.BILL)
        bill = Bill(ref, NEW, Standing.LIVE, number, self._vendor(vendor), "", on, due_on or on, currency, 0, 0)
        return self.keep(replace(bill, lines=_lines(costs), note=note))

    def add_credit(
        self, vendor: str, number: str, costs: int | Sequence[CostLine], *, on: date = TODAY, currency: str = "USD"
    ) -> VendorCredit:
        """Enter a vendor credit: as a bill."""
        ref = self.new_ref(Kind.VENDOR_CREDIT)
        credit = VendorCredit(ref, NEW, Standing.LIVE, number, self._vendor(vendor), "", on, currency, 0)
        return self.keep(replace(credit, lines=_lines(costs)))

    def pay(
        self,
        vendor: str,
        bills: Mapping[str, int],
        credited: Mapping[str, int] | None = None,
        *,
        on: date = TODAY,
        more_minor: int = 0,
        method: PayMethod = PayMethod.CHECK,
        currency: str = "USD",
        id_: str = "",
    ) -> BillPayment:
        """Pay bills by id, with vendor credits by id; or change the payment of this id.

        Takes: `more_minor` is what is paid beyond the bills.
        """
        ref = Ref(self.system, Kind.BILL_PAYMENT, id_) if id_ else self.new_ref(Kind.BILL_PAYMENT)
        parts = tuple(BillPart(Ref(self.system, Kind.BILL, bill), minor) for bill, minor in bills.items())
        used = (credited or {}).items()
        credits_ = tuple(CreditPart(Ref(self.system, Kind.VENDOR_CREDIT, credit), minor) for credit, minor in used)
        total = sum(bills.values()) - sum(minor for _, minor in used) + more_minor
        account = BANK if method is PayMethod.CHECK else CARD
        payment = BillPayment(
            ref, NEW, Standing.LIVE, self._vendor(vendor), "", on, currency, total, method, account, bills=parts,
            credits=credits_, other_minor=more_minor,
        )  # fmt: skip
        before = self.living(Kind.BILL_PAYMENT, id_)
        if isinstance(before, BillPayment):
            payment = replace(payment, note=before.note, marker=before.marker, number=before.number)
        return self.keep(payment)

    def change_costs(self, id_: str, costs: int | Sequence[CostLine]) -> Bill:
        """Let a bill come to something else: its lines, or the amount of the only one."""
        before = self.bill(id_)
        lines = _lines(costs)
        if isinstance(costs, int) and before.lines:
            lines = (replace(before.lines[0], amount_minor=costs),)
        return self.keep(replace(before, lines=lines))

    # --- inside ---------------------------------------------------------------------------------------------------

    def _write(self, ref: Ref, entry: Entry, currency: str, note: str) -> Entry:
        self._check_entry(entry)
        before, said = self.living(ref.kind, ref.id), in_latin(entry)
        meant = with_unsaid(said, entry_of(before)) if before is not None else said
        return entry_of(self.keep(record_of(ref, meant, currency, note, before)))

    def _remove(self, standing: Payable) -> None:
        match standing:
            case Vendor():
                self.keep(replace(standing, active=False))
            case Bill():
                self.delete_bill(standing.ref.id)
            case VendorCredit():
                self.delete_credit(standing.ref.id)
            case BillPayment():
                self.delete_payment(standing.ref.id)

    def _changeable(self, entry: Entry) -> Payable:
        standing = self.living(KIND_OF[type(entry)], entry.id)
        if standing is None:
            raise Rejected("610", f"{entry.id} was deleted")
        if standing.revision != entry.revision:
            raise Conflict(f"{standing.ref} is no longer at {entry.revision}")
        self._check_open_day(_day_of(standing))
        return standing

    def _check_entry(self, entry: Entry) -> None:
        match entry:
            case BillEntry() | CreditEntry():
                self._check_open_day(entry.issued_on)
                for line in entry.lines:
                    if line.account_id:
                        self._check_account(line.account_id)
            case PaymentEntry():
                self._check_open_day(entry.paid_on)
                self._check_account(entry.account_id)
                self._check_use(entry)

    def _check_use(self, entry: PaymentEntry) -> None:
        account = self._receipts.company.account(entry.account_id)
        if account is None or account.use is not _PAID_FROM[entry.method]:
            raise Rejected("6000", f"account {entry.account_id} is of another type")

    def _check_account(self, account_id: str) -> None:
        account = self._receipts.company.account(account_id)
        if account is None or not account.active:
            raise Rejected("2500", f"account {account_id} is not there or inactive", "Make it active.")

    def _check_open_day(self, day: date | None) -> None:
        if day is not None and self._receipts.company.is_closed(day):
            raise Rejected("6210", "the account period has closed", "Open it, or change the date.")

    def _vendor(self, id_: str) -> Ref:
        return Ref(self.system, Kind.VENDOR, id_)


def _marker_of(record: Payable) -> str:
    return "" if isinstance(record, Vendor) else record.marker


def _day_of(record: Payable) -> date | None:
    match record:
        case Vendor():
            return None
        case BillPayment():
            return record.paid_on
        case _:
            return record.issued_on


def _lines(costs: int | Sequence[CostLine]) -> tuple[CostLine, ...]:
    if isinstance(costs, int):
        return (CostLine("", CostLineKind.ACCOUNT, "", costs, COSTS, tax_code="NON", billable="NotBillable"),)
    return tuple(costs)
