"""What is planned of a ConnectWise bill is what QuickBooks makes of it, tax and all."""

from dataclasses import replace

import pytest
from crossfoot.adapters.quickbooks.sales import QuickBooksSales
from crossfoot.core.model import ACCOUNTING, Kind, Ref
from crossfoot.core.sync.planning import plan_again, plan_sale
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.settings import MappingKind, Setup, Target, TaxDisplay, TimeEntries

from tests.adapters.quickbooks.company import Company
from tests.adapters.quickbooks.sales import KEY, NOTE, OTHER_KEY, ids_of
from tests.core.sync.bills import CUSTOMER, billing, change_both, labour, mixed, prefer, product


class Books:
    """A company that is written to, and what stands there for what ConnectWise bills."""

    def __init__(self, company: Company, currency: str = "USD") -> None:
        self.sales, self.currency = QuickBooksSales(company.client()), currency
        codes = ids_of(company, "TaxCode")
        self.customer = replace(CUSTOMER, ref=Ref(ACCOUNTING, Kind.CUSTOMER, company.customer()["Id"]))
        self.stands_for = {
            "": codes.get("Exempt", ""),
            "CA": codes.get("California", ""),
            "VAT": codes.get("Standard", ""),
        }
        self.terms = company.query("Term")[0]["Id"]

    def there(self, bill: Billing) -> Billing:
        return replace(change_both(bill, currency=self.currency), customer=self.customer)

    def mapped(self, setup: Setup) -> Setup:
        found = {MappingKind.CUSTOMER: self.customer.ref.id, MappingKind.TERMS: self.terms}
        return replace(
            setup,
            preferences=replace(setup.preferences, tax_item_id="2", rounding_item_id="1"),
            mappings={
                key: Target(found.get(key.kind) or self.stands_for.get(key.key, "1"), "Services")
                for key in setup.mappings
            },
        )


@pytest.fixture
def books(company: Company) -> Books:
    return Books(company)


@pytest.fixture
def canadian(company: Company) -> Books:
    return Books(Company(company.sandbox, country="CA", currency="CAD"), "CAD")


@pytest.mark.parametrize("display", [TaxDisplay.ONE_LINE, TaxDisplay.PER_LINE])
@pytest.mark.parametrize("time_entries", TimeEntries)
def test_s8_what_is_planned_is_what_stands(books: Books, display: TaxDisplay, time_entries: TimeEntries) -> None:
    bill, setup = books.there(mixed()), books.mapped(prefer(tax_display=display, time_entries=time_entries))
    sale = plan_sale(bill, setup, books.sales.fetch_catalogue()).sale
    assert sale is not None
    made = books.sales.create_sale(sale, NOTE, KEY)
    assert made.standing.says(sale)
    assert made.record.total_minor == bill.bill.total_minor


@pytest.mark.parametrize("display", TaxDisplay)
@pytest.mark.parametrize("memo", [False, True])
def test_s7_tax_is_foretold_to_the_cent_elsewhere(canadian: Books, display: TaxDisplay, memo: bool) -> None:
    odd = billing(
        product(3_33, "3", "1.11"), product(6_66), product(3_34), labour(10_00), tax=1_33, code="VAT", memo=memo
    )
    setup = canadian.mapped(prefer(tax_display=display))
    sale = plan_sale(canadian.there(odd), setup, canadian.sales.fetch_catalogue()).sale
    assert sale is not None
    made = canadian.sales.create_sale(sale, NOTE, KEY)
    assert made.standing.says(sale)
    assert made.standing.tax_minor == (0 if display is TaxDisplay.ONE_LINE else 1_33)


def test_s7_what_quickbooks_taxes_otherwise_is_written_anew_with_a_rounding_line(
    books: Books, company: Company
) -> None:
    (settings,) = company.query("Preferences")
    head = {name: settings[name] for name in ("Id", "SyncToken")}
    company.post("Preferences", {**head, "sparse": True, "TaxPrefs": {"PartnerTaxEnabled": True}})
    setup = books.mapped(prefer(tax_display=TaxDisplay.PER_LINE, rounding_tolerance_minor=2))
    catalogue = books.sales.fetch_catalogue()
    plan = plan_sale(books.there(billing(product(100_00), tax=8_02)), setup, catalogue)
    assert plan.sale is not None
    made = books.sales.create_sale(plan.sale, NOTE, KEY).standing
    assert not made.says(plan.sale)
    books.sales.delete_sale(made.kind, made.id, made.revision, OTHER_KEY)
    again = plan_again(plan, made, setup, catalogue).sale
    assert again is not None
    assert books.sales.create_sale(again, NOTE, "ab" * 16).standing.says(again)
    assert again.total_minor == 108_02
