"""The tax of what we write into QuickBooks: in the United States, where it works it out itself, and elsewhere."""

from dataclasses import replace
from decimal import Decimal

import pytest
from crossfoot.adapters.quickbooks.sales import QuickBooksSales
from crossfoot.core.model import Invoice, LineKind
from crossfoot.core.sync.sales import SaleLine, SaleTax, TaxCalculation

from tests.adapters.quickbooks.company import Company
from tests.adapters.quickbooks.sales import HOURS, KEY, NOTE, SWITCH, details, elsewhere, ids_of, only, sale_of


@pytest.fixture
def sales(company: Company) -> QuickBooksSales:
    return QuickBooksSales(company.client())


@pytest.fixture
def customer(company: Company) -> str:
    return str(company.customer()["Id"])


def test_s6_tax_on_top_in_the_united_states_is_what_connectwise_charged(
    company: Company, sales: QuickBooksSales, customer: str
) -> None:
    taxed = replace(SWITCH, tax_code_id="TAX")
    code = ids_of(company, "TaxCode")["California"]
    wanted = sale_of(customer, taxed, replace(HOURS, tax_code_id="NON"), tax=SaleTax(code_id=code, tax_minor=20_01))
    made = sales.create_sale(wanted, NOTE, KEY)
    detail = only(company)["TxnTaxDetail"]
    assert (detail["TxnTaxCodeRef"]["value"], str(detail["TotalTax"])) == (code, "20.01")
    assert [each["TaxCodeRef"]["value"] for each in details(only(company))] == ["TAX", "NON"]
    assert (made.standing.tax_minor, made.standing.says(wanted)) == (20_01, True)
    assert isinstance(made.record, Invoice)
    assert [line.kind for line in made.record.lines or ()][-1] is LineKind.TAX


def test_s7_automated_sales_tax_that_comes_to_something_else_is_seen(
    company: Company, sales: QuickBooksSales, customer: str
) -> None:
    (settings,) = company.query("Preferences")
    head = {name: settings[name] for name in ("Id", "SyncToken")}
    company.post("Preferences", {**head, "sparse": True, "TaxPrefs": {"PartnerTaxEnabled": True}})
    code = ids_of(company, "TaxCode")["California"]
    tax = SaleTax(code_id=code, tax_minor=20_01)
    wanted = sale_of(customer, replace(SWITCH, tax_code_id="TAX"), tax=tax)
    made = sales.create_sale(wanted, NOTE, KEY)
    assert (made.standing.tax_minor, made.standing.total_minor) == (20_00, 269_99)
    assert not made.standing.says(wanted)


@pytest.mark.parametrize(
    ("calculation", "gross", "net", "tax_minor"),
    [
        (TaxCalculation.EXCLUDED, 100_00, "100.00", 10_00),
        (TaxCalculation.INCLUSIVE, 110_00, "100.00", 10_00),
        (TaxCalculation.NOT_APPLICABLE, 100_00, "100.00", 0),
    ],
)
def test_s6_elsewhere_prices_are_with_tax_inside_or_without(
    company: Company, calculation: TaxCalculation, gross: int, net: str, tax_minor: int
) -> None:
    canadian = Company(company.sandbox, country="CA", currency="CAD")
    code = ids_of(canadian, "TaxCode")["Standard"]
    coded = "" if calculation is TaxCalculation.NOT_APPLICABLE else code
    line = SaleLine(gross, "1", "Hours", Decimal(2), Decimal(gross) / 200, tax_code_id=coded)
    wanted = sale_of(canadian.customer()["Id"], line, tax=elsewhere(calculation, tax_minor), currency="CAD")
    made = QuickBooksSales(canadian.client()).create_sale(wanted, NOTE, KEY)
    assert (str(only(canadian)["Line"][0]["Amount"]), made.standing.total_minor) == (net, wanted.total_minor)
    assert made.standing.says(wanted)
    assert made.standing.tax_minor == tax_minor
    assert isinstance(made.record, Invoice)
    assert sum(each.amount_minor for each in made.record.lines or ()) == wanted.total_minor


def test_x5_a_currency_without_decimals(company: Company) -> None:
    japanese = Company(company.sandbox, country="JP", currency="JPY")
    wanted = sale_of(
        japanese.customer()["Id"], SaleLine(182_714, "1"), currency="JPY", tax=elsewhere(TaxCalculation.NOT_APPLICABLE)
    )
    assert QuickBooksSales(japanese.client()).create_sale(wanted, NOTE, KEY).standing.says(wanted)
    assert str(only(japanese)["TotalAmt"]) == "182714"
