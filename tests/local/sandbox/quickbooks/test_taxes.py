"""Tax, as the United States have it and as the rest of the world has it; and money that has no cents."""

from decimal import Decimal
from typing import Any

import pytest

from tests.local.sandbox.quickbooks.driver import Company, sales_line
from tests.local.sandbox.quickbooks.samples import bill_body, cost_line, ref, trial_balance, vendor

STANDARD, REDUCED, EXEMPT = "2", "3", "4"


@pytest.fixture
def abroad(company: Company) -> Company:
    made = company.control("POST", "companies", {"name": "Larkspur Oz", "country": "AU", "currency": "AUD"})
    return Company(company.http, company.sandbox, made["realm_id"])


def _line(amount: str, code: str, **detail: object) -> dict[str, Any]:
    line = sales_line(amount)
    line["SalesItemLineDetail"] |= {"TaxCodeRef": {"value": code}, **detail}
    return line


def _sell(company: Company, *lines: dict[str, Any], **fields: object) -> dict[str, Any]:
    return company.post("Invoice", _sale(company, *lines, **fields))


def _sale(company: Company, *lines: dict[str, Any], **fields: object) -> dict[str, Any]:
    customer = company.customer(f"Customer {company.sandbox.store.count(company.realm, 'Customer')}")
    return {"CustomerRef": ref(customer), "Line": list(lines), **fields}


def test_a_taxable_line_without_a_code_of_the_transaction_is_not_taxed(company: Company) -> None:
    invoice = _sell(company, _line("100", "TAX"))
    assert (invoice["TxnTaxDetail"], invoice["TotalAmt"]) == ({"TotalTax": 0}, 100)


def test_the_code_of_the_transaction_taxes_its_taxable_lines(company: Company) -> None:
    code = {"TxnTaxCodeRef": {"value": "2"}}
    invoice = _sell(company, _line("100.10", "TAX"), _line("50", "NON"), TxnTaxDetail=code)
    detail = invoice["TxnTaxDetail"]
    assert (detail["TotalTax"], invoice["TotalAmt"], invoice["Balance"]) == (
        Decimal("8.01"),
        Decimal("158.11"),
        Decimal("158.11"),
    )
    assert detail["TaxLine"] == [
        {
            "Amount": Decimal("8.01"),
            "DetailType": "TaxLineDetail",
            "TaxLineDetail": {
                "TaxRateRef": {"value": "1"},
                "PercentBased": True,
                "TaxPercent": 8,
                "NetAmountTaxable": Decimal("100.10"),
            },
        }
    ]
    assert trial_balance(company)["Sales Tax Payable"] == Decimal("-8.01")


def test_tax_follows_the_lines_but_what_was_sent_stands(company: Company) -> None:
    invoice = _sell(company, _line("100", "TAX"), TxnTaxDetail={"TxnTaxCodeRef": {"value": "2"}})
    head = {"Id": invoice["Id"], "sparse": True}
    grown = company.post("Invoice", head | {"SyncToken": "0", "Line": [_line("200", "TAX")]})
    assert grown["TxnTaxDetail"]["TotalTax"] == 16
    sent = company.post("Invoice", head | {"SyncToken": "1", "TxnTaxDetail": {"TotalTax": Decimal("15.99")}})
    assert (sent["TxnTaxDetail"]["TotalTax"], sent["TotalAmt"]) == (Decimal("15.99"), Decimal("215.99"))


@pytest.mark.parametrize(("after", "tax"), [(True, "7.20"), (False, "8.00")])
def test_a_discount_is_taken_before_or_after_the_tax(company: Company, after: bool, tax: str) -> None:
    discount = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10}}
    detail = {"TxnTaxCodeRef": {"value": "2"}}
    lines = [_line("100", "TAX"), discount]
    invoice = _sell(company, *lines, TxnTaxDetail=detail, ApplyTaxAfterDiscount=after)
    assert (invoice["TxnTaxDetail"]["TotalTax"], invoice["TotalAmt"]) == (Decimal(tax), 90 + Decimal(tax))
    assert trial_balance(company)[""] == 0


def test_a_company_with_automated_tax_finds_the_code_itself(company: Company) -> None:
    company.post("Preferences", {"Id": "1", "SyncToken": "0", "sparse": True, "TaxPrefs": {"PartnerTaxEnabled": True}})
    invoice = _sell(company, _line("100", "TAX"), TxnTaxDetail={"TotalTax": 1})
    assert invoice["TxnTaxDetail"]["TotalTax"] == 8


@pytest.mark.parametrize("code", ["2", "GST"])
def test_a_line_in_the_united_states_is_taxed_or_not(company: Company, code: str) -> None:
    assert company.refusal("POST", "invoice", _sale(company, _line("1", code)))[0] == "6100"


def test_seven_hundred_and_fifty_lines_can_be_taxed(company: Company) -> None:
    detail = {"TxnTaxCodeRef": {"value": "2"}}
    body = _sale(company, *[_line("1", "TAX")] * 751, TxnTaxDetail=detail)
    assert company.refusal("POST", "invoice", body)[0] == "6000"
    assert company.post("Invoice", body | {"Line": body["Line"][:-1]})["TxnTaxDetail"]["TotalTax"] == 60


@pytest.mark.parametrize(
    ("calculation", "lines", "net", "tax", "total"),
    [
        ("TaxExcluded", [("100", STANDARD, None), ("40", REDUCED, None)], "140", "11.00", "151.00"),
        ("TaxExcluded", [("100", EXEMPT, None)], "100", "0", "100"),
        ("TaxInclusive", [("100", STANDARD, "110"), ("40", REDUCED, "41")], "140", "11.00", "151.00"),
        ("TaxInclusive", [("90.91", STANDARD, "100")], "90.91", "9.09", "100.00"),
        ("TaxInclusive", [("100", STANDARD, None)], "100", "10.00", "110.00"),
        ("NotApplicable", [("100", STANDARD, None)], "100", "0", "100"),
    ],
)
def test_elsewhere_every_line_has_a_code(
    abroad: Company, calculation: str, lines: list[tuple[str, str, str | None]], net: str, tax: str, total: str
) -> None:
    sent = [
        _line(amount, code, **({"TaxInclusiveAmt": Decimal(gross)} if gross else {})) for amount, code, gross in lines
    ]
    invoice = _sell(abroad, *sent, GlobalTaxCalculation=calculation)
    subtotal = next(line for line in invoice["Line"] if line["DetailType"] == "SubTotalLineDetail")
    found = (subtotal["Amount"], invoice["TxnTaxDetail"]["TotalTax"], invoice["TotalAmt"])
    assert found == (Decimal(net), Decimal(tax), Decimal(total))
    assert sum((each["Amount"] for each in invoice["TxnTaxDetail"].get("TaxLine", [])), Decimal(0)) == Decimal(tax)
    assert trial_balance(abroad)[""] == 0


def test_elsewhere_a_line_without_a_code_or_with_a_strange_one_is_refused(abroad: Company) -> None:
    assert abroad.refusal("POST", "invoice", _sale(abroad, sales_line("1")))[0] == "6000"
    assert abroad.refusal("POST", "invoice", _sale(abroad, _line("1", "99")))[0] == "2500"
    body = _sale(abroad, _line("1", STANDARD), GlobalTaxCalculation="Sometimes")
    assert abroad.refusal("POST", "invoice", body)[0] == "2170"


def test_a_bill_elsewhere_is_taxed_by_the_rates_of_purchases(abroad: Company) -> None:
    owed = vendor(abroad)
    line = cost_line(abroad, "100", TaxCodeRef={"value": STANDARD})
    bill = abroad.post("Bill", bill_body(abroad, owed, "1") | {"Line": [line]})
    assert (bill["TxnTaxDetail"]["TotalTax"], bill["TotalAmt"]) == (10, 110)
    assert bill["TxnTaxDetail"]["TaxLine"][0]["TaxLineDetail"]["TaxRateRef"] == {"value": "2"}


def test_money_without_cents_is_whole(company: Company) -> None:
    made = company.control("POST", "companies", {"name": "Larkspur KK", "country": "JP", "currency": "JPY"})
    japan = Company(company.http, company.sandbox, made["realm_id"])
    invoice = _sell(japan, _line("105", STANDARD))
    assert invoice["CurrencyRef"] == {"value": "JPY", "name": "Japanese Yen"}
    assert (invoice["TxnTaxDetail"]["TotalTax"], invoice["TotalAmt"], invoice["Balance"]) == (11, 116, 116)
    assert '"TotalAmt":116,' in japan.call("GET", f"invoice/{invoice['Id']}").text
    assert japan.refusal("POST", "invoice", _sale(japan, _line("10.5", STANDARD)))[0] == "6000"


def test_another_currency_needs_multi_currency_and_stays_with_its_customer(company: Company) -> None:
    yen = {"CurrencyRef": {"value": "JPY"}}
    assert company.refusal("POST", "customer", {"DisplayName": "Kyoto", **yen})[0] == "6000"
    prefs = {"CurrencyPrefs": {"MultiCurrencyEnabled": True}}
    company.post("Preferences", {"Id": "1", "SyncToken": "0", "sparse": True, **prefs})
    kyoto = company.customer("Kyoto", **yen)
    invoice = company.invoice(kyoto, "15000", ExchangeRate=Decimal("0.0067"))
    assert (invoice["TotalAmt"], invoice["HomeTotalAmt"], invoice["HomeBalance"]) == (
        15000,
        Decimal("100.50"),
        Decimal("100.50"),
    )
    assert company.invoice(company.customer("Home"), "5")["ExchangeRate"] == 1
    dollars = {"CustomerRef": ref(kyoto), "Line": [sales_line("5")], "CurrencyRef": {"value": "USD"}}
    assert company.refusal("POST", "invoice", dollars)[0] == "6000"
    head = {"Id": kyoto["Id"], "SyncToken": "0", "sparse": True, "CurrencyRef": {"value": "USD"}}
    assert company.refusal("POST", "customer", head)[0] == "6000"
