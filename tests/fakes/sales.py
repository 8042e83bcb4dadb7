"""The entries of the Sync Invoices tool in QuickBooks, in memory: as the port shows them, with what QuickBooks refuses."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from crossfoot.core.company import AccountUse, LedgerAccount
from crossfoot.core.model import Billed, CreditMemo, Customer, Invoice, Kind, Line, LineKind, Ref, Standing
from crossfoot.core.money import to_minor
from crossfoot.core.sync.catalogue import Catalogue, Item, Listed, TaxCode
from crossfoot.core.sync.correcting import Journal
from crossfoot.core.sync.sales import Sale, SaleKind, SaleLine, StandingSale
from crossfoot.errors import Conflict, CrossfootError, Rejected
from crossfoot.ports import Entered

from tests.fakes.answering import Answering
from tests.fakes.filing import NEW
from tests.fakes.receipts import FakeReceipts
from tests.fakes.sale_taxes import Taxed, tax_of

SERVICES, HARDWARE, SALES_TAX, ROUNDING, CATEGORY = "1", "2", "3", "4", "5"
INCOME, PRODUCT_INCOME, TAX_PAYABLE = "201", "202", "203"
CATALOGUE = Catalogue(
    items={
        SERVICES: Item(SERVICES, "Services", INCOME),
        HARDWARE: Item(HARDWARE, "Hardware", PRODUCT_INCOME),
        SALES_TAX: Item(SALES_TAX, "Sales tax", TAX_PAYABLE),
        ROUNDING: Item(ROUNDING, "Rounding", INCOME),
        CATEGORY: Item(CATEGORY, "Goods", "", sellable=False),
    },
    tax_codes={
        "TAX": TaxCode("TAX", "TAX"),
        "NON": TaxCode("NON", "NON"),
        "2": TaxCode("2", "California", (Decimal(8),)),
    },
    terms={"1": Listed("1", "Due on receipt"), "3": Listed("3", "Net 30")},
    classes={"1": Listed("1", "West")},
    departments={"1": Listed("1", "Denver")},
    account_numbers={INCOME: "4000", PRODUCT_INCOME: "4100", TAX_PAYABLE: "2200"},
    custom_fields={"1": "PO Number"},
)
_ACCOUNTS = (
    LedgerAccount(INCOME, "Services", AccountUse.INCOME),
    LedgerAccount(PRODUCT_INCOME, "Sales of Product Income", AccountUse.INCOME),
    LedgerAccount(TAX_PAYABLE, "Sales Tax Payable", AccountUse.OTHER),
)
_KINDS = {SaleKind.INVOICE: Kind.INVOICE, SaleKind.CREDIT_MEMO: Kind.CREDIT_MEMO}
_FIRST_ID, _FIRST_NUMBER = 5001, 1001
_NUMBER_LENGTH = 21
_CLOCK_ERROR = timedelta(minutes=5)


class FakeSales(Answering):
    """Enters invoices and credit memos into the fake QuickBooks company that the receipts are in.

    Takes: `catalogue` is what the company offers now; people change it, and its `automated_tax` has QuickBooks work out the
    tax, whatever was asked. `unique_numbers`: a number that is used is refused. `answers` says what is answered to entries
    of a number, which are then not carried out. `journals` are those that were made, `notes` those that were left; `writes`
    counts what was carried out, not what was answered from memory, and `reads` the metered calls, batches of writes too.
    """

    def __init__(self, receipts: FakeReceipts) -> None:
        super().__init__()
        self._receipts, self.quickbooks = receipts, receipts.quickbooks
        self.catalogue, self.unique_numbers = CATALOGUE, False
        self.answers: dict[str, CrossfootError] = {}
        self.reads = 0
        self.notes: dict[Ref, str] = {}
        self.journals: dict[str, Journal] = {}
        self._made: dict[Ref, tuple[datetime, str]] = {}
        self._booked: dict[str, tuple[datetime, str]] = {}

    def fetch_catalogue(self) -> Catalogue:
        self.reads += 1
        company = self._receipts.company
        return replace(self.catalogue, company=replace(company, accounts=(*company.accounts, *_ACCOUNTS)))

    def create_sale(self, sale: Sale, note: str, request_id: str) -> Entered:
        def create() -> Entered:
            if sale.number in self.answers:
                raise self.answers[sale.number]
            ref = Ref(self.quickbooks.system, _KINDS[sale.kind], str(_FIRST_ID + len(self._made)))
            self._enter(ref, sale)
            self._made[ref] = self.quickbooks.clock.now(), _marker_in(note)
            self.notes[ref] = note
            return self._show(ref)

        return self._once(request_id, create)

    def create_sales(self, sales: Sequence[tuple[Sale, str]], request_id: str) -> list[Entered | Exception]:
        assert 0 < len(sales) <= 30
        assert len(request_id) <= 36
        self.reads += 1
        return [self._create_one(sale, note, f"{request_id} {place}") for place, (sale, note) in enumerate(sales)]

    def delete_sale(self, kind: SaleKind, id_: str, revision: str, request_id: str) -> None:
        def delete() -> None:
            standing = self._living(kind, id_)
            if standing is None:
                return
            if self.quickbooks.revision_of(standing.ref) != revision:
                raise Conflict(f"{kind} {id_} is no longer at {revision}")
            self._check_open_day(standing.issued_on)
            if _open_minor(standing) != standing.total_minor:
                raise Rejected("6000", f"something is applied to {kind} {id_}")
            forget = {SaleKind.INVOICE: "delete_invoice", SaleKind.CREDIT_MEMO: "delete_credit_memo"}
            getattr(self.quickbooks, forget[kind])(id_)

        self._once(request_id, delete)

    def fetch_sale(self, kind: SaleKind, id_: str, currency: str) -> Entered | None:
        self.reads += 1
        found = self._living(kind, id_)
        return self._show(found.ref) if found is not None else None

    def fetch_sales(self, kind: SaleKind, ids: Sequence[str], currency: str) -> dict[str, Entered]:
        assert 0 < len(ids) <= 30
        self.reads += 1
        living = (self._living(kind, id_) for id_ in ids)
        return {found.ref.id: self._show(found.ref) for found in living if found is not None}

    def find_sale(self, kind: SaleKind, marker: str, since: datetime, currency: str) -> Entered | None:
        self.reads += 1
        recent = [
            ref for ref, (made_at, note) in self._made.items() if note == marker and made_at >= since - _CLOCK_ERROR
        ]
        living = (self._living(kind, ref.id) for ref in recent if ref.kind is _KINDS[kind])
        return next((self._show(each.ref) for each in living if each is not None), None)

    def find_sales(
        self, kind: SaleKind, markers: Collection[str], since: datetime, currency: str
    ) -> dict[str, Entered]:
        before = self.reads
        found = {marker: self.find_sale(kind, marker, since, currency) for marker in markers}
        self.reads = before + 1
        return {marker: each for marker, each in found.items() if each is not None}

    def create_item(self, name: str, account_id: str) -> Item:
        account = self.fetch_catalogue().company.account(account_id)
        if account is None or not account.active:
            raise Rejected("2500", f"account {account_id} is not there or inactive", "Choose another.")
        there = next((item for item in self.catalogue.items.values() if item.name == name), None)
        if there is None:
            self.writes += 1
            there = Item(str(max(map(int, self.catalogue.items)) + 1), name, account_id)
            self.catalogue = replace(self.catalogue, items={**self.catalogue.items, there.id: there})
        if not (there.active and there.sellable and there.account_id == account_id):
            raise Rejected("item_taken", f"{name} posts elsewhere, or is inactive", "Choose another name.")
        return there

    def create_journal(self, journal: Journal, note: str, request_id: str) -> str:
        def create() -> str:
            self._check_open_day(journal.dated)
            if sum(line.amount_minor for line in journal.lines):
                raise Rejected("6000", "debits and credits differ")
            id_ = str(_FIRST_ID + len(self.journals))
            self.journals[id_] = journal
            self._booked[id_] = self.quickbooks.clock.now(), _marker_in(note)
            return id_

        return self._once(request_id, create)

    def find_journal(self, marker: str, since: datetime) -> str | None:
        self.reads += 1
        booked = self._booked.items()
        return next((id_ for id_, (at, note) in booked if note == marker and at >= since - _CLOCK_ERROR), None)

    # --- what people do -------------------------------------------------------------------------------------------

    def deactivate_item(self, id_: str) -> None:
        item = replace(self.catalogue.items[id_], active=False, name=f"{self.catalogue.items[id_].name} (deleted)")
        self.catalogue = replace(self.catalogue, items={**self.catalogue.items, id_: item})

    def delete_journal(self, id_: str) -> None:
        """Delete a journal entry, as a person does."""
        del self.journals[id_], self._booked[id_]

    # --- inside ---------------------------------------------------------------------------------------------------

    def _create_one(self, sale: Sale, note: str, key: str) -> Entered | Exception:
        try:
            return self.create_sale(sale, note, f"{key} {sale.digest} {note}")
        except CrossfootError as error:
            return error

    def _enter(self, ref: Ref, sale: Sale) -> None:
        self._check_open_day(sale.issued_on)
        if sale.currency != self._receipts.company.home_currency:
            raise Rejected("6000", "the company has no other currency than its own")
        name = self._check_names(sale)
        for line in sale.lines:
            _check_amount(line, sale.currency)
        taxed = tax_of(sale, self.catalogue)
        total_minor = sum(taxed.nets) + taxed.tax_minor
        if total_minor < 0:
            raise Rejected("6000", "the total of an entry cannot be negative")
        customer = Ref(self.quickbooks.system, Kind.CUSTOMER, sale.customer_id)
        number, lines = self._number(sale), tuple(self._lines(sale, taxed))
        head = (ref, NEW, Standing.LIVE, number, customer, name, sale.issued_on)
        if sale.kind is SaleKind.INVOICE:
            due_on = sale.due_on or sale.issued_on + timedelta(days=30)
            self.quickbooks.put(Invoice(*head, due_on, sale.currency, total_minor, total_minor, lines=lines))
        else:
            self.quickbooks.put(CreditMemo(*head, sale.currency, total_minor, total_minor, lines=lines))

    def _lines(self, sale: Sale, taxed: Taxed) -> list[Line]:
        lines = [
            Line(
                str(place), LineKind.ITEM, line.description, net, line.quantity, line.unit_price,
                self.catalogue.items[line.item_id].name, code, line.served_on,
            )
            for place, (line, net, code) in enumerate(zip(sale.lines, taxed.nets, taxed.codes, strict=True), start=1)
        ]  # fmt: skip
        return [*lines, *([Line("", LineKind.TAX, "Sales tax", taxed.tax_minor)] if taxed.tax_minor else [])]

    def _number(self, sale: Sale) -> str:
        if len(sale.number) > _NUMBER_LENGTH:
            raise Rejected("2050", f"{sale.number} is too long")
        kind = _KINDS[sale.kind]
        bills = [each for each in self.quickbooks.records.values() if isinstance(each, Invoice | CreditMemo)]
        used = [each.number for each in bills if each.ref.kind is kind and each.standing is not Standing.DELETED]
        if sale.number and self.unique_numbers and sale.number in used:
            raise Rejected("6140", f"{sale.number} is used already", "Renumber one of the two.")
        if sale.number or self.catalogue.custom_numbers:
            return sale.number
        return str(max((int(each) for each in used if each.isdigit()), default=_FIRST_NUMBER - 1) + 1)

    def _check_names(self, sale: Sale) -> str:
        """Refuse what is not there or inactive. Returns: the customer's name."""
        named: list[tuple[Mapping[str, Item] | Mapping[str, Listed], str]] = [
            *((self.catalogue.items, line.item_id) for line in sale.lines),
            *((self.catalogue.classes, line.class_id) for line in sale.lines if line.class_id),
            *([(self.catalogue.terms, sale.terms_id)] if sale.terms_id else []),
            *([(self.catalogue.departments, sale.department_id)] if sale.department_id else []),
        ]
        for those, id_ in named:
            if id_ not in those or not those[id_].active:
                raise Rejected("2500", f"{id_} is not there or inactive", "Reactivate it.")
        if any(not self.catalogue.items[line.item_id].sellable for line in sale.lines):
            raise Rejected("6000", "a category cannot be sold")
        payer = self.quickbooks.records.get(Ref(self.quickbooks.system, Kind.CUSTOMER, sale.customer_id))
        if isinstance(payer, Customer) and not (payer.active and payer.standing is Standing.LIVE):
            raise Rejected("2500", f"customer {sale.customer_id} is not there or inactive", "Reactivate it.")
        return payer.name_on_invoices if isinstance(payer, Customer) else "Contoso"

    def _check_open_day(self, day: date) -> None:
        if self._receipts.company.is_closed(day):
            raise Rejected("6210", "the account period has closed", "Open it, or change the date.")

    def _living(self, kind: SaleKind, id_: str) -> Billed | None:
        found = self.quickbooks.records.get(Ref(self.quickbooks.system, _KINDS[kind], id_))
        return found if isinstance(found, Invoice | CreditMemo) and found.standing is not Standing.DELETED else None

    def _show(self, ref: Ref) -> Entered:
        record = self.quickbooks.records[ref]
        assert isinstance(record, Invoice | CreditMemo)
        assert record.customer is not None
        kind = SaleKind.INVOICE if isinstance(record, Invoice) else SaleKind.CREDIT_MEMO
        tax_minor = sum(line.amount_minor for line in record.lines or () if line.kind is LineKind.TAX)
        standing = StandingSale(
            kind, ref.id, self.quickbooks.revision_of(ref), record.number, record.customer.id, record.issued_on,
            record.currency, record.total_minor, tax_minor, _open_minor(record),
            linked=_open_minor(record) != record.total_minor,
        )  # fmt: skip
        return Entered(standing, record)


def _check_amount(line: SaleLine, currency: str) -> None:
    if line.quantity is None or line.unit_price is None:
        return
    product = (line.quantity * line.unit_price).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if to_minor(product, currency) != line.amount_minor:
        raise Rejected("6070", f"{line.quantity} x {line.unit_price} is not {line.amount_minor}")


def _open_minor(bill: Billed) -> int:
    return bill.balance_minor if isinstance(bill, Invoice) else bill.remaining_minor


def _marker_in(note: str) -> str:
    return next((word for word in note.split() if word.startswith("xf:")), "")
