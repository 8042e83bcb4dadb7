"""The payments that we keep in QuickBooks, in memory: as the port shows them, with what QuickBooks refuses."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from crossfoot.core.company import AccountUse, Company, LedgerAccount
from crossfoot.core.model import Allocation, Customer, Invoice, Kind, Payment, Ref, Standing
from crossfoot.core.receipts import Receipt
from crossfoot.errors import Conflict, Rejected

from tests.fakes.answering import Answering
from tests.fakes.filing import NEW
from tests.fakes.vendors import FakeQuickBooks

FUNDS, BANK, FEES = "4", "35", "90"
CARD, COSTS, SALES = "41", "63", "79"
COMPANY = Company(
    (
        LedgerAccount(FUNDS, "Undeposited Funds", AccountUse.UNDEPOSITED_FUNDS),
        LedgerAccount(BANK, "Checking", AccountUse.BANK),
        LedgerAccount(FEES, "Bank Charges", AccountUse.EXPENSE),
        LedgerAccount(COSTS, "Office Expenses", AccountUse.EXPENSE),
        LedgerAccount(CARD, "Business Visa", AccountUse.CREDIT_CARD),
        LedgerAccount(SALES, "Services", AccountUse.INCOME),
        LedgerAccount("36", "Savings", AccountUse.BANK),
    ),
    home_currency="USD",
)
_FIRST_ID = 7001
_CLOCK_ERROR = timedelta(minutes=5)


class FakeReceipts(Answering):
    """Writes into a fake QuickBooks company.

    Takes: `company` is what the company sets now; people change it. `reduces`: what applies more than is open is reduced to
    it; else it is refused. `notes` are those that were left on what was made; `writes` counts what was carried out, not
    what was answered from memory.
    """

    def __init__(self, quickbooks: FakeQuickBooks, *, reduces: bool = False) -> None:
        super().__init__()
        self.quickbooks, self.company, self.reduces = quickbooks, COMPANY, reduces
        self.reads = 0
        self.notes: dict[Ref, str] = {}
        self._accounts: dict[Ref, str] = {}
        self._made_at: dict[Ref, datetime] = {}

    def fetch_company(self) -> Company:
        self.reads += 1
        return self.company

    def create_receipt(self, receipt: Receipt, currency: str, note: str, request_id: str) -> Receipt:
        marker = next((word for word in note.split() if word.startswith("xf:")), "")

        def create() -> Receipt:
            ref = Ref(self.quickbooks.system, Kind.PAYMENT, str(_FIRST_ID + len(self._made_at)))
            made = self._record(ref, receipt, currency, marker)
            self._made_at[ref] = self.quickbooks.clock.now()
            self.notes[ref] = note
            return made

        return self._once(request_id, create)

    def update_receipt(self, receipt: Receipt, currency: str, request_id: str) -> Receipt:
        def update() -> Receipt:
            standing = self._changeable(receipt)
            return self._record(standing.ref, receipt, currency, standing.marker)

        return self._once(request_id, update)

    def delete_receipt(self, receipt: Receipt, request_id: str) -> None:
        def delete() -> None:
            if self._living(receipt.id) is not None:
                self._changeable(receipt)
                self.quickbooks.delete(receipt.id)

        self._once(request_id, delete)

    def fetch_receipt(self, id_: str, currency: str) -> Receipt | None:
        self.reads += 1
        found = self._living(id_)
        return self._shown(found) if found is not None and found.standing is Standing.LIVE else None

    def find_receipt(self, marker: str, since: datetime, currency: str) -> Receipt | None:
        self.reads += 1
        recent = [ref for ref, made_at in self._made_at.items() if made_at >= since - _CLOCK_ERROR]
        living = (self._living(ref.id) for ref in recent)
        return next((self._shown(each) for each in living if each is not None and each.marker == marker), None)

    def account_of(self, payment: Ref) -> str:
        """Say where a payment lies; what people enter goes to undeposited funds."""
        return self._accounts.get(payment, FUNDS)

    # --- what people do -------------------------------------------------------------------------------------------

    def close_books(self, until: date) -> None:
        self.company = replace(self.company, closed_until=until)

    def deactivate(self, account_id: str) -> None:
        accounts = (replace(a, active=a.active and a.id != account_id) for a in self.company.accounts)
        self.company = replace(self.company, accounts=tuple(accounts))

    # --- inside ---------------------------------------------------------------------------------------------------

    def _record(self, ref: Ref, receipt: Receipt, currency: str, marker: str) -> Receipt:
        self._check_open_day(receipt.received_on)
        self._check_names(receipt)
        before = self._living(ref.id)
        credited = self._credited(before) if before is not None else {}
        cash = self._cash(ref, receipt, credited)
        applied = {invoice: credited.get(invoice, 0) + cash.get(invoice, 0) for invoice in {**credited, **cash}}
        allocations = tuple(Allocation(invoice, minor) for invoice, minor in cash.items() if minor)
        payment = Payment(
            ref, NEW, Standing.LIVE, receipt.customer, receipt.received_on, currency, receipt.amount_minor, allocations,
            marker, receipt.reference, credits=before.credits if before else (),
            credit_only=tuple(invoice for invoice in applied if not cash.get(invoice)),
        )  # fmt: skip
        stored = self.quickbooks.record(payment, applied)
        self._accounts[ref] = receipt.account_id
        return self._shown(stored)

    def _cash(self, ref: Ref, receipt: Receipt, credited: Mapping[Ref, int]) -> dict[Ref, int]:
        wanted = {part.invoice: part.amount_minor for part in receipt.applied}
        if not self.reduces:
            return wanted
        before = self.quickbooks.applied(ref.id)
        room = {i: self._invoice(i).balance_minor + before.get(i, 0) - credited.get(i, 0) for i in wanted}
        return {invoice: min(minor, room[invoice]) for invoice, minor in wanted.items()}

    def _credited(self, payment: Payment) -> dict[Ref, int]:
        cash = {part.invoice: part.amount_minor for part in payment.allocations}
        applied = self.quickbooks.applied(payment.ref.id)
        return {
            invoice: minor - cash.get(invoice, 0) for invoice, minor in applied.items() if minor != cash.get(invoice)
        }

    def _living(self, id_: str) -> Payment | None:
        found = self.quickbooks.records.get(Ref(self.quickbooks.system, Kind.PAYMENT, id_))
        return found if isinstance(found, Payment) and found.standing is not Standing.DELETED else None

    def _changeable(self, receipt: Receipt) -> Payment:
        standing = self._living(receipt.id)
        if standing is None:
            raise Rejected("610", f"payment {receipt.id} was deleted")
        if standing.revision != receipt.revision:
            raise Conflict(f"payment {receipt.id} is no longer at {receipt.revision}")
        assert standing.paid_on is not None
        self._check_open_day(standing.paid_on)
        if standing.deposit is not None:
            raise Rejected("6540", f"payment {receipt.id} was deposited", "Take it out of its deposit first.")
        return standing

    def _check_open_day(self, day: date) -> None:
        if self.company.is_closed(day):
            raise Rejected("6210", "the account period has closed", "Open it, or change the date.")

    def _check_names(self, receipt: Receipt) -> None:
        account = self.company.account(receipt.account_id)
        if account is None or not account.active:
            raise Rejected("2500", f"account {receipt.account_id} is not there or inactive", "Make it active.")
        payer = self.quickbooks.records.get(receipt.customer)
        if isinstance(payer, Customer) and payer.standing is Standing.DELETED:
            raise Rejected("2500", f"{receipt.customer} is not there", "Choose another.")
        for part in receipt.applied:
            invoice = self._invoice(part.invoice)
            if invoice.standing is not Standing.LIVE or invoice.customer != receipt.customer:
                raise Rejected("620", f"{part.invoice} is void, or another customer's")

    def _invoice(self, ref: Ref) -> Invoice:
        found = self.quickbooks.records.get(ref)
        if not isinstance(found, Invoice) or found.standing is Standing.DELETED:
            raise Rejected("610", f"{ref} was deleted")
        return found

    def _shown(self, payment: Payment) -> Receipt:
        assert payment.customer is not None
        assert payment.paid_on is not None
        account = self.account_of(payment.ref)
        return Receipt(
            payment.ref.id, payment.customer, payment.total_minor, payment.paid_on, payment.allocations, account,
            payment.reference, payment.revision,
        )  # fmt: skip
