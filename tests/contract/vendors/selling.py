"""What our worker does with the port Sales, what it sees there, and what people set for it, by the names of a story."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from crossfoot.adapters.quickbooks.sales import QuickBooksSales
from crossfoot.core.model import Kind, Standing
from crossfoot.core.sync.catalogue import TaxCode
from crossfoot.core.sync.correcting import Journal, JournalLine
from crossfoot.core.sync.sales import Sale, SaleKind, SaleLine, SaleTax, TaxCalculation
from crossfoot.errors import Conflict, Rejected
from crossfoot.ports import Entered, Sales

from tests.adapters.quickbooks.company import Company
from tests.contract.vendors.both import Names, Shown
from tests.contract.vendors.writing import CUSTOMER, LONG_AGO
from tests.fakes.filing import TODAY
from tests.fakes.receipts import FakeReceipts
from tests.fakes.sales import FakeSales

KINDS = {SaleKind.INVOICE: Kind.INVOICE, SaleKind.CREDIT_MEMO: Kind.CREDIT_MEMO}
# Outside the United States: what a code charges.
ABROAD = {"Standard": (Decimal(10),), "Reduced": (Decimal("2.5"),), "Exempt": ()}

type Sold = tuple[int, str] | tuple[int, str, str] | tuple[int, str, str, str, str]


class SaleWriting:
    """Our entries in one company. A line is its amount, item, tax code, quantity and price, as far as a story says."""

    def __init__(self, port: Sales, names: Names, currency: str = "USD") -> None:
        self._port, self._names, self._currency = port, names, currency
        catalogue = port.fetch_catalogue()
        self._items = {item.name: item.id for item in catalogue.items.values()}
        self._codes = {code.name: code.id for code in catalogue.tax_codes.values()}
        self._standing: dict[str, Entered] = {}
        self._requests = 0

    def create(self, name: str, *lines: Sold, note: str = "", request: str = "", **about: Any) -> Shown:
        made = self._port.create_sale(self._sale(*lines, **about), note, request or self._next_request())
        return self._shown(name, made)

    def create_together(self, numbers: Mapping[str, Sequence[Sold]], request: str) -> list[Any]:
        """Make invoices that have their names for numbers, in one call: each as it stands, or as it was refused."""
        wanted = [(self._sale(*lines, number=name), "") for name, lines in numbers.items()]
        outcomes = self._port.create_sales(wanted, request)
        return [self._told(name, outcome) for name, outcome in zip(numbers, outcomes, strict=True)]

    def delete(self, name: str) -> None:
        standing = self._standing[name].standing
        self._port.delete_sale(standing.kind, standing.id, standing.revision, self._next_request())

    def fetch(self, name: str) -> Shown | None:
        standing = self._standing[name].standing
        found = self._port.fetch_sale(standing.kind, standing.id, self._currency)
        listed = self._port.fetch_sales(standing.kind, [standing.id], self._currency)
        assert [*listed.values()] == ([found] if found else []), "one is read as several are"
        return self._shown(name, found) if found else None

    def find(self, kind: SaleKind, marker: str) -> str | None:
        found = self._port.find_sale(kind, marker, LONG_AGO, self._currency)
        walked = self._port.find_sales(kind, {marker, "xf:0000000000000000"}, LONG_AGO, self._currency)
        assert walked == ({marker: found} if found else {}), "one is found as several are"
        return self._names.name_of_id(found.standing.id, KINDS[kind]) if found else None

    def make_item(self, name: str, account: str) -> tuple[str, bool]:
        """Make an item that posts to an account: its name, and whether the company offers it so."""
        made = self._port.create_item(name, self._account(account))
        self._items[made.name] = made.id
        return made.name, self._port.fetch_catalogue().items[made.id] == made

    def correct(self, minor: int, other_minor: int, *, note: str = "", on: date = TODAY, request: str = "") -> bool:
        """Make a journal entry between two accounts."""
        lines = (
            JournalLine(self._account("Services"), minor),
            JournalLine(self._account("Sales of Product Income"), other_minor),
        )
        return bool(self._port.create_journal(Journal(on, "USD", lines), note, request or self._next_request()))

    def finds_journal(self, marker: str) -> bool:
        return self._port.find_journal(marker, LONG_AGO) is not None

    def _sale(
        self,
        *lines: Sold,
        tax: str = "domestic",
        tax_code: str = "",
        tax_minor: int = 0,
        customer: str = CUSTOMER,
        **about: Any,
    ) -> Sale:
        said: dict[str, Any] = {"kind": SaleKind.INVOICE, "issued_on": TODAY, "due_on": TODAY, **about}
        taxed = SaleTax(TaxCalculation(tax), self._codes.get(tax_code, tax_code), tax_minor)
        written = tuple(map(self._line, lines))
        total_minor = sum(line.amount_minor for line in written) + tax_minor
        return Sale(
            customer_id=self._names.id_or_name(customer), currency=self._currency, lines=written, total_minor=total_minor,
            tax=taxed, **said,
        )  # fmt: skip

    def _line(self, sold: Sold) -> SaleLine:
        amount_minor, item, *more = sold
        code, quantity, price = [*more, "", "", ""][:3]
        return SaleLine(
            amount_minor, self._items.get(item, item), f"{item} sold", Decimal(quantity) if quantity else None,
            Decimal(price) if price else None, self._codes.get(code, code),
        )  # fmt: skip

    def _account(self, name: str) -> str:
        accounts = self._port.fetch_catalogue().company.accounts
        return next((account.id for account in accounts if account.name == name), name)

    def _told(self, name: str, outcome: Entered | Exception) -> Any:
        match outcome:
            case Entered():
                return self._shown(name, outcome)
            case Rejected():
                return f"refused: {outcome.code}"
            case Conflict():
                return "conflict"
        raise outcome

    def _shown(self, name: str, entered: Entered) -> Shown:
        self._standing[name], standing, record = entered, entered.standing, entered.record
        self._names.give(KINDS[standing.kind], name, standing.id)
        codes = {id_: name for name, id_ in self._codes.items()}
        return {
            "number": standing.number, "kind": standing.kind, "day": standing.issued_on, "currency": standing.currency,
            "customer": self._names.name_of_id(standing.customer_id, Kind.CUSTOMER), "revision": standing.revision,
            "total_minor": standing.total_minor, "tax_minor": standing.tax_minor, "open_minor": standing.open_minor,
            "linked": standing.linked, "due": getattr(record, "due_on", None), "standing": record.standing,
            "lines": [
                (line.kind, line.amount_minor, line.item, codes.get(line.tax_code, line.tax_code))
                for line in record.lines or () if record.standing is Standing.LIVE
            ],
        }  # fmt: skip

    def _next_request(self) -> str:
        self._requests += 1
        return f"sale request {self._requests}"


class FakeShop:
    """What people do around our entries, on the fake."""

    def __init__(self, sales: FakeSales, names: Names) -> None:
        self._sales, self._names = sales, names

    def unique_numbers(self, on: bool) -> None:
        self._sales.unique_numbers = on

    def custom_numbers(self, on: bool) -> None:
        self._sales.catalogue = replace(self._sales.catalogue, custom_numbers=on)

    def automate_tax(self) -> None:
        self._sales.catalogue = replace(self._sales.catalogue, automated_tax=True)

    def refuse_deleting_what_is_paid(self, on: bool) -> None:
        """It never does otherwise."""

    def deactivate_item(self, name: str) -> None:
        items = self._sales.catalogue.items.values()
        self._sales.deactivate_item(next(item.id for item in items if item.name == name))

    def renumber(self, name: str, number: str) -> None:
        quickbooks = self._sales.quickbooks
        quickbooks.put(replace(quickbooks.invoice(self._names.id_of(name)), number=number))


class SandboxShop:
    """What people do around our entries, in the sandbox."""

    def __init__(self, company: Company, names: Names) -> None:
        self._company, self._names = company, names

    def unique_numbers(self, on: bool) -> None:
        self._company.sandbox.switch(doc_numbers="refuse" if on else "allow")

    def custom_numbers(self, on: bool) -> None:
        self._prefer(SalesFormsPrefs={"CustomTxnNumbers": on})

    def automate_tax(self) -> None:
        self._prefer(TaxPrefs={"PartnerTaxEnabled": True})

    def refuse_deleting_what_is_paid(self, on: bool) -> None:
        self._company.sandbox.switch(paid_invoice_delete="refuse" if on else "unapply")

    def deactivate_item(self, name: str) -> None:
        (item,) = (each for each in self._company.query("Item") if each["Name"] == name)
        kept = ("Id", "SyncToken", "Name", "Type", "IncomeAccountRef")
        self._company.post("Item", {**{field: item[field] for field in kept}, "Active": False})

    def renumber(self, name: str, number: str) -> None:
        (invoice,) = (each for each in self._company.query("Invoice") if each["Id"] == self._names.id_of(name))
        head = {field: invoice[field] for field in ("Id", "SyncToken", "CustomerRef")}
        self._company.post("Invoice", {**head, "sparse": True, "DocNumber": number})

    def _prefer(self, **groups: Mapping[str, Any]) -> None:
        (settings,) = self._company.query("Preferences")
        head = {field: settings[field] for field in ("Id", "SyncToken")}
        self._company.post("Preferences", {**head, "sparse": True, **groups})


def fake_abroad(receipts: FakeReceipts, names: Names) -> SaleWriting:
    """Our entries in a fake company outside the United States."""
    receipts.company = replace(receipts.company, home_currency="CAD")
    sales = FakeSales(receipts)
    codes = {name: TaxCode(name, name, rates) for name, rates in ABROAD.items()}
    sales.catalogue = replace(sales.catalogue, domestic=False, tax_codes=codes, custom_numbers=False)
    return SaleWriting(sales, names, "CAD")


def sandbox_abroad(company: Company, names: Names) -> SaleWriting:
    """Our entries in such a company of the sandbox."""
    names.give(Kind.CUSTOMER, CUSTOMER, company.customer(CUSTOMER)["Id"])
    return SaleWriting(QuickBooksSales(company.client()), names, "CAD")
