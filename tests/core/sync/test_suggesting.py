"""What may stand for something: found by name and number, best first, exact only where it is beyond doubt."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from crossfoot.core.model import ACCOUNTING, PSA, Customer, Kind, Ref, Standing
from crossfoot.core.sync.catalogue import Catalogue, Item, Listed, TaxCode
from crossfoot.core.sync.keys import Want
from crossfoot.core.sync.settings import MappingKey, MappingKind
from crossfoot.core.sync.suggesting import MOST_SUGGESTIONS, Suggesting

from tests.core.sync.bills import CATALOGUE, SERVICES, SETUP, VERSION


def customer(id_: str, name: str, number: str = "", **changes: object) -> Customer:
    made = Customer(Ref(ACCOUNTING, Kind.CUSTOMER, id_), VERSION, Standing.LIVE, name, account_number=number)
    return replace(made, **changes)  # type: ignore[arg-type]


CUSTOMERS = (
    customer("1", "Red Rock Diner"),
    customer("2", "Red Rock Dinner"),
    customer("3", "Blue Lake, Inc."),
    customer("4", "Holding:Green Hill", billed_as="Green Hill"),
    customer("5", "Somebody", "RRD-1"),
    customer("6", "Twin"),
    customer("7", "TWIN"),
    customer("8", "Left Long Ago", active=False),
    customer("9", "Taken Out", standing=Standing.DELETED),
    replace(customer("10", "Of ConnectWise"), ref=Ref(PSA, Kind.CUSTOMER, "10")),
)


def suggest(kind: MappingKind, text: str, catalogue: Catalogue = CATALOGUE, **said: object) -> list[tuple[str, bool]]:
    want = Want(MappingKey(kind, text), **said)  # type: ignore[arg-type]
    return [(each.target.name, each.exact) for each in Suggesting(catalogue, CUSTOMERS).suggest(want)]


@pytest.mark.parametrize(
    ("name", "number", "found"),
    [
        ("Red Rock Diner", "", [("Red Rock Diner", True)]),
        ("red-rock diner", "", [("Red Rock Diner", True)]),
        ("Red Rock Diner LLC", "", [("Red Rock Diner", False), ("Red Rock Dinner", False)]),
        ("Blue Lake", "", [("Blue Lake, Inc.", False)]),
        ("Green Hill", "", [("Holding:Green Hill", True)]),
        ("Somebody else's", "RRD-1", [("Somebody", True)]),
        ("Somebody else's", "rrd 1", [("Somebody", True)]),
        ("Anything", "Blue Lake Inc", [("Blue Lake, Inc.", True)]),
        ("Red Rock Diner", "RRD-1", [("Somebody", False), ("Red Rock Diner", False)]),
        ("Twin", "", [("Twin", False), ("TWIN", False)]),
        ("Left Long Ago", "", []),
        ("Taken Out", "", []),
        ("Of ConnectWise", "", []),
        ("", "", []),
        ("···", "", []),
        ("Zzyzx", "", []),
    ],
)
def test_s6_customers_are_suggested_by_name_and_account_number(
    name: str, number: str, found: list[tuple[str, bool]]
) -> None:
    assert suggest(MappingKind.CUSTOMER, "19", said=name, number=number) == found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Seeded customer 23", ["Seeded Cust. 23", "Seeded customer 20", "Seeded customer 21", "Seeded customer 22"]),
        ("Seeded customer 24", ["Seeded customer 20", "Seeded customer 21", "Seeded customer 22", "Seeded Cust. 23"]),
        ("Seeded customer", ["Seeded customer 20", "Seeded customer 21", "Seeded customer 22", "Seeded Cust. 23"]),
        ("Wholly other 23", []),
    ],
)
def test_s6_of_similar_names_those_with_the_same_figures_come_first(asked: str, found: list[str]) -> None:
    names = ["Seeded customer 20", "Seeded customer 21", "Seeded customer 22", "Seeded Cust. 23", "23 Skidoo Motors"]
    named = [customer(str(place), name) for place, name in enumerate(names)]
    suggested = Suggesting(CATALOGUE, named).suggest(Want(MappingKey(MappingKind.CUSTOMER, "19"), said=asked))
    assert [each.target.name for each in suggested] == found


def items(*named: Item) -> Catalogue:
    return replace(CATALOGUE, items={each.id: each for each in named})


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["Technician-Project-Regular", "Technician-Project"], "Technician-Project-Regular"),
        (["Technician - Project", "Technician"], "Technician - Project"),
        (["Labour:Technician-Project", "Technician"], "Labour:Technician-Project"),
        (["Technician / Regular / ProjectTicket", "Technician-Project"], "Technician / Regular / ProjectTicket"),
        (["Technician", "Engineer"], None),
        (["A:Technician-Project", "B:Technician-Project"], None),
    ],
)
def test_s4_work_is_suggested_the_item_that_is_called_like_it_most_exactly(
    names: Sequence[str], found: str | None
) -> None:
    catalogue = items(*(Item(str(place), name, SERVICES) for place, name in enumerate(names)))
    suggested = suggest(MappingKind.ITEM, "time:Technician / Regular / ProjectTicket", catalogue)
    assert [name for name, exact in suggested if exact] == ([found] if found else [])
    assert suggested, "a role alone is a hint"


@pytest.mark.parametrize(
    ("accounts", "exact"),
    [((), True), (("4010",), True), (("9999",), True), (("4050",), False), (("4010", "4050"), False)],
)
def test_s4_an_item_that_posts_elsewhere_than_connectwise_is_not_confirmed_unseen(
    accounts: tuple[str, ...], exact: bool
) -> None:
    key = MappingKey(MappingKind.ITEM, "product:Laptop")
    wants = [Want(key, account=account) for account in accounts] or [Want(key)]
    (found,) = Suggesting(items(Item("1", "Laptop", SERVICES)), setup=SETUP).suggest(*wants)
    assert found.exact is exact
    assert ("posts elsewhere" in found.why) is not exact


def test_s6_a_product_is_suggested_by_its_name_its_number_or_its_description() -> None:
    catalogue = items(
        Item("1", "Hardware:LAPTOP", SERVICES),
        Item("2", "Latitude 5550 notebook", SERVICES),
        Item("3", "Dock", SERVICES, sku="DCK-9"),
        Item("4", "Monitor", SERVICES, active=False),
        Item("5", "Desk", "", sku="DSK"),
    )
    assert suggest(MappingKind.ITEM, "product:Laptop", catalogue) == [("Hardware:LAPTOP", True)]
    assert suggest(MappingKind.ITEM, "product:dck9", catalogue) == [("Dock", True)]
    assert suggest(MappingKind.ITEM, "product:X", catalogue, said="Latitude 5550") == [
        ("Latitude 5550 notebook", False)
    ]
    assert suggest(MappingKind.ITEM, "product:Monitor", catalogue) == []
    assert suggest(MappingKind.ITEM, "product:DSK", catalogue) == []


def test_s6_an_account_is_suggested_the_items_that_post_to_it_and_the_one_that_connectwise_names_before_them() -> None:
    assert suggest(MappingKind.ACCOUNT, "4050") == [("Technician-Project", True)]
    assert suggest(MappingKind.ACCOUNT, "Projects") == [("Technician-Project", True)]
    assert suggest(MappingKind.ACCOUNT, "4010") == [("Technician", False), ("Travel", False)]
    assert suggest(MappingKind.ACCOUNT, "4010", said="travel") == [("Travel", True), ("Technician", False)]
    assert suggest(MappingKind.ACCOUNT, "9999", said="Old labour") == []


def test_s6_two_items_that_connectwise_names_for_one_account_are_both_shown_and_neither_is_exact() -> None:
    account = MappingKey(MappingKind.ACCOUNT, "4010")
    found = Suggesting(CATALOGUE).suggest(Want(account, "Travel"), Want(account, "Laptop"))
    assert {(each.target.name, each.exact) for each in found} == {
        ("Travel", False), ("Laptop", False), ("Technician", False),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "rate", "found"),
    [
        ("California", None, [("California", True)]),
        ("CA", "8.0", [("California", False)]),
        ("VAT", "20", [("20.0% S", False), ("No VAT", False)]),
        ("No VAT", "20", [("20.0% S", False), ("No VAT", False)][::-1]),
        ("california", "8", [("California", True)]),
        ("GST", "12", [("GST/PST", False)]),
        ("old", "17.5", []),
        ("", None, [("No VAT", False)]),
        ("CA", None, []),
    ],
)
def test_s6_a_tax_code_is_suggested_by_its_name_or_its_rate(
    text: str, rate: str | None, found: list[tuple[str, bool]]
) -> None:
    assert suggest(MappingKind.TAX_CODE, text, rate=Decimal(rate) if rate else None) == found


def test_s6_terms_classes_and_departments_are_suggested_by_name_and_terms_by_their_days() -> None:
    assert suggest(MappingKind.TERMS, "net-30") == [("Net 30", True)]
    assert suggest(MappingKind.TERMS, "N30") == [("Net 30", False)]
    assert suggest(MappingKind.TERMS, "Net 90") == [("Net 30", False)], "what is inactive is no suggestion"
    assert suggest(MappingKind.CLASS, "WEST") == [("West", True)]
    assert suggest(MappingKind.DEPARTMENT, "Tucson") == [("Tucson", True)]
    assert suggest(MappingKind.DEPARTMENT, "10") == []


def test_s6_there_are_five_suggestions_at_most() -> None:
    many = {str(number): Listed(str(number), f"West {number}") for number in range(40)}
    found = suggest(MappingKind.CLASS, "West", replace(CATALOGUE, classes=many))
    assert len(found) == MOST_SUGGESTIONS
    assert not any(exact for _, exact in found)


def test_s6_a_word_that_half_of_all_names_have_hides_nobody() -> None:
    many = [customer(str(number), f"Company {number} Incorporated") for number in range(1_000, 1_400)]
    suggesting = Suggesting(CATALOGUE, [*many, customer("1", "Quartz Incorporated"), customer("2", "Incorporated")])
    for name, meant in (("Quartz Inc.", "Quartz Incorporated"), ("incorporated", "Incorporated")):
        first = suggesting.suggest(Want(MappingKey(MappingKind.CUSTOMER, "19"), name))[0]
        assert first.target.name == meant


def test_s6_suggestions_come_in_the_same_order_however_a_list_was_read() -> None:
    codes = [TaxCode(str(number), f"Sales tax {number}", (Decimal(7),)) for number in range(9)]
    one, other = ({code.id: code for code in order} for order in (codes, codes[::-1]))
    assert suggest(MappingKind.TAX_CODE, "Sales tax", replace(CATALOGUE, tax_codes=one)) == suggest(
        MappingKind.TAX_CODE, "Sales tax", replace(CATALOGUE, tax_codes=other)
    )
