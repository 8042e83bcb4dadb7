"""What a QuickBooks company offers to write entries with, in one metered call."""

from decimal import Decimal
from typing import Any

import pytest
from crossfoot.adapters.quickbooks.catalogue import fetch_catalogue
from crossfoot.adapters.quickbooks.client import Question, QuickBooksClient, Reply
from crossfoot.adapters.quickbooks.sales import QuickBooksSales
from crossfoot.core.company import AccountUse
from crossfoot.core.sync.catalogue import Item, Listed
from crossfoot.errors import OutcomeUnknown, Rejected, RemoteUnavailable

from tests.adapters.quickbooks.company import Company
from tests.adapters.quickbooks.sales import Answering, ids_of


def by_name(those: Any) -> dict[str, Any]:
    return {each.name: each for each in those.values()}


def set_preferences(company: Company, **groups: dict[str, Any]) -> None:
    (settings,) = company.query("Preferences")
    company.post("Preferences", {**{name: settings[name] for name in ("Id", "SyncToken")}, "sparse": True, **groups})


def income(company: Company, name: str = "Services") -> str:
    return ids_of(company, "Account")[name]


class Telling(QuickBooksClient):
    """A client that answers the questions of a batch by their entity."""

    def __init__(self, client: QuickBooksClient, **answers: list[dict[str, Any]] | Exception) -> None:
        self.__dict__ |= client.__dict__
        self._answers = answers

    def batch(self, questions: Any) -> list[Reply | Exception]:
        return [self._answer(question) for question in questions]

    def _answer(self, question: Question) -> Reply | Exception:
        entity = str(question["Query"]).split(" FROM ")[1].split()[0]
        told = self._answers.get(entity, [])
        return told if isinstance(told, Exception) else Reply({"QueryResponse": {entity: told}}, "")


def test_s6_all_that_there_is_comes_in_one_metered_call(company: Company) -> None:
    company.post("Class", {"Name": "West"})
    company.post("Department", {"Name": "Denver"})
    before = len(company.budget.calls)
    catalogue = QuickBooksSales(company.client()).fetch_catalogue()
    assert [call[2] for call in company.budget.calls[before:]] == [True]
    assert by_name(catalogue.items)["Hardware"] == Item("4", "Hardware", income(company))
    assert by_name(catalogue.tax_codes)["California"].rates == (Decimal(8),)
    assert {"TAX", "NON"} < catalogue.tax_codes.keys()
    assert {each.name for each in catalogue.terms.values()} == {"Due on receipt", "Net 15", "Net 30", "Net 60"}
    assert list(catalogue.classes.values()) == [Listed("1", "West")]
    assert list(catalogue.departments.values()) == [Listed("1", "Denver")]
    assert (catalogue.domestic, catalogue.automated_tax, catalogue.custom_numbers) == (True, False, False)
    assert (catalogue.company.home_currency, catalogue.custom_fields) == ("USD", {"1": "P.O. Number"})
    account = catalogue.company.account(income(company))
    assert account is not None
    assert account.use is AccountUse.INCOME


def test_s6_what_a_company_sets_is_read(company: Company) -> None:
    set_preferences(
        company,
        TaxPrefs={"PartnerTaxEnabled": True},
        SalesFormsPrefs={"CustomTxnNumbers": True, "CustomField": []},
        AccountingInfoPrefs={"BookCloseDate": "2026-09-30"},
    )
    company.post("Account", {"Name": "Projects", "AccountType": "Income", "AcctNum": "4010"})
    catalogue = fetch_catalogue(company.client())
    assert (catalogue.automated_tax, catalogue.custom_numbers, catalogue.custom_fields) == (True, True, {})
    assert str(catalogue.company.closed_until) == "2026-09-30"
    assert catalogue.account_numbers == {income(company, "Projects"): "4010"}


def test_s6_elsewhere_there_are_codes_of_several_rates(company: Company) -> None:
    canadian = Company(company.sandbox, country="CA", currency="CAD")
    catalogue = fetch_catalogue(canadian.client())
    assert (catalogue.domestic, catalogue.company.home_currency) == (False, "CAD")
    codes = by_name(catalogue.tax_codes)
    assert (codes["Standard"].rates, codes["Reduced"].rates, codes["Exempt"].rates) == (
        (Decimal(10),), (Decimal("2.5"),), (),
    )  # fmt: skip


def test_s7_what_is_inactive_is_there_and_says_so_and_what_is_not_sold_too(company: Company) -> None:
    gone = company.post("Item", {"Name": "Old", "Type": "Service", "IncomeAccountRef": {"value": income(company)}})
    head = {name: gone[name] for name in ("Id", "SyncToken", "Name", "Type", "IncomeAccountRef")}
    company.post("Item", {**head, "Active": False})
    category = company.post("Item", {"Name": "Goods", "Type": "Category"})
    inside = {"Name": "Cable", "Type": "NonInventory", "IncomeAccountRef": {"value": income(company)}, "Sku": "CAB-1"}
    below = company.post("Item", {**inside, "ParentRef": {"value": category["Id"]}})
    items = fetch_catalogue(company.client()).items
    assert (items[gone["Id"]].active, items[category["Id"]].sellable) == (False, False)
    cable = items[below["Id"]]
    assert (cable.name, cable.sellable, cable.sku) == ("Goods:Cable", True, "CAB-1")


def test_s6_further_pages_are_asked_for_together_and_only_where_a_page_was_full(company: Company) -> None:
    before = len(company.budget.calls)
    whole = fetch_catalogue(company.client())
    small = fetch_catalogue(company.client(), page_rows=5)
    assert small == whole
    # 14 accounts are three pages of five; 4 items, 4 terms and 3 codes are one.
    assert len(company.budget.calls) - before == 1 + 3


def test_s6_a_plan_without_classes_and_locations_has_none(company: Company) -> None:
    lacking = Rejected("5020", "Feature Not Supported")
    catalogue = fetch_catalogue(Telling(company.client(), Class=lacking, Department=lacking))
    assert (catalogue.classes, catalogue.departments) == ({}, {})
    for error in (RemoteUnavailable("no answer"), Rejected("4001", "Invalid query")):
        with pytest.raises(type(error)):
            fetch_catalogue(Telling(company.client(), Class=error))


def test_s7_a_code_that_charges_what_cannot_be_foretold_is_not_for_us(company: Company) -> None:
    rates = [{"Id": "1", "RateValue": Decimal(5)}, {"Id": "2", "RateValue": Decimal("9.975")}]

    def code(id_: str, *charged: tuple[str, str]) -> dict[str, Any]:
        listed = [{"TaxRateRef": {"value": rate}, "TaxTypeApplicable": kind} for rate, kind in charged]
        return {"Id": id_, "Name": id_, "SalesTaxRateList": {"TaxRateDetail": listed}}

    codes = [
        code("both", ("1", "TaxOnAmount"), ("2", "TaxOnAmount")),
        code("on tax", ("1", "TaxOnAmount"), ("2", "TaxOnAmountPlusTax")),
        code("lost", ("3", "TaxOnAmount")),
    ]
    read = fetch_catalogue(Telling(company.client(), TaxRate=rates, TaxCode=codes)).tax_codes
    assert (read["both"].rates, read["both"].active) == ((Decimal(5), Decimal("9.975")), True)
    assert (read["on tax"].active, read["lost"].active) == (False, False)


def test_s4_an_item_is_made_with_the_account_that_is_meant(company: Company) -> None:
    sales = QuickBooksSales(company.client())
    made = sales.create_item("Technician-Project", income(company))
    assert made == Item(made.id, "Technician-Project", income(company))
    assert fetch_catalogue(company.client()).items[made.id] == made
    assert sales.create_item("Technician-Project", income(company)) == made, "one that is there is taken over"
    (item,) = (each for each in company.query("Item") if each["Id"] == made.id)
    assert item["Type"] == "Service"


def test_s4_an_item_of_the_name_that_posts_elsewhere_is_not_taken_over(company: Company) -> None:
    sales = QuickBooksSales(company.client())
    sales.create_item("O'Brien \\ Sons", income(company))
    with pytest.raises(Rejected) as refused:
        sales.create_item("O'Brien \\ Sons", income(company, "Sales of Product Income"))
    assert (refused.value.code, bool(refused.value.fix)) == ("item_taken", True)
    with pytest.raises(Rejected) as unknown:
        sales.create_item("Projects", "404")
    assert unknown.value.code == "2500"


def test_s4_a_name_is_said_as_quickbooks_takes_it(company: Company) -> None:
    made = QuickBooksSales(company.client()).create_item("Technik:er 日本 " + "x" * 200, income(company))
    assert made.name.startswith("Technik-er ?? xxx")
    assert len(made.name) == 100


@pytest.mark.parametrize("answer", [{}, {"Item": None}, {"Item": {"Name": "x"}}])
def test_an_item_whose_answer_cannot_be_read_is_unknown(company: Company, answer: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        QuickBooksSales(Answering(company.client(), answer)).create_item("x", "1")
