"""The items that time lacks: named by the work, posting where ConnectWise would, and each name once."""

from dataclasses import replace

import pytest
from crossfoot.core.latin import to_latin
from crossfoot.core.model import PSA, Kind, Ref
from crossfoot.core.sync.auto_items import MAX_NAME, ProposedItem, find_unsaid, propose_items
from crossfoot.core.sync.catalogue import Catalogue, Item
from crossfoot.core.sync.contexts import context_names, label_labour
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.settings import MappingKind, Setup, Target

from tests.core.sync.bills import (
    CATALOGUE,
    PROJECTS,
    SERVICES,
    SETUP,
    TECHNICIAN,
    billing,
    change_bill,
    key,
    labour,
    mapping,
    mixed,
    product,
)

PROJECT, AFTER_HOURS = "Technician / Regular / ProjectTicket", "Technician / After hours / ProjectTicket"
# The company as it is before any item was made for a kind of work.
PLAIN = replace(CATALOGUE, items={id_: item for id_, item in CATALOGUE.items.items() if "-" not in item.name})


def time(work: str, account: str, bill: int = 1) -> Billing:
    return change_bill(billing(labour(10_00, work=work, account=account)), ref=Ref(PSA, Kind.INVOICE, str(bill)))


def names(*bills: Billing, setup: Setup = SETUP, catalogue: Catalogue = PLAIN) -> list[tuple[str, str]]:
    return [(item.name, item.account_id) for item in propose_items(bills, setup, catalogue)]


def works(item: ProposedItem) -> set[str]:
    return {each.key.removeprefix("time:") for each in item.keys}


def test_s4_work_that_nothing_stands_for_gets_an_item_that_posts_where_connectwise_would() -> None:
    (item,) = propose_items([time(PROJECT, "4050", 1), time(PROJECT, "4050", 2)], SETUP, PLAIN)
    assert (item.name, item.account_id, item.account_name) == ("Technician-Project", PROJECTS, "Projects")
    assert item.keys == (key(MappingKind.ITEM, f"time:{PROJECT}"),)
    assert item.ledger_accounts == ("4050",)
    assert [bill.id for bill in item.bills] == ["1", "2"]


def test_s4_work_whose_item_posts_there_already_gets_none() -> None:
    assert names(mixed()) == []
    mapped = mapping(MappingKind.ITEM, f"time:{PROJECT}", Target(TECHNICIAN, "Technician"))
    assert names(time(PROJECT, "4010"), setup=mapped) == []
    assert names(time(PROJECT, "4050"), setup=mapped) == [("Technician-Project", PROJECTS)], "it posts elsewhere"
    gone = mapping(MappingKind.ITEM, f"time:{PROJECT}", Target("404", "Gone"))
    assert names(time(PROJECT, "4010"), setup=gone) == [("Technician-Project", SERVICES)]


def test_s4_kinds_of_work_that_post_to_one_account_share_an_item_where_their_role_and_context_are_one() -> None:
    given = [
        time(PROJECT, "4050", 1),
        time(AFTER_HOURS, "4050", 2),
        time("Engineer / Regular / ProjectTicket", "4050", 3),
    ]
    engineer, technician = propose_items(given, SETUP, PLAIN)
    assert (engineer.name, technician.name) == ("Engineer-Project", "Technician-Project")
    assert works(technician) == {PROJECT, AFTER_HOURS}
    assert [bill.id for bill in technician.bills] == ["2", "1"]


def test_s4_where_the_work_type_decides_the_account_each_has_an_item_of_its_own() -> None:
    assert names(time(PROJECT, "4050"), time(AFTER_HOURS, "4010")) == [
        ("Technician-Project-After hours", SERVICES),
        ("Technician-Project-Regular", PROJECTS),
    ]


def test_s4_work_that_connectwise_posts_to_several_accounts_or_to_one_that_is_unknown_or_inactive_gets_none() -> None:
    assert names(time(PROJECT, "4050"), time(PROJECT, "4010")) == []
    assert names(time(PROJECT, "9999")) == []
    assert names(billing(product(5_00))) == []
    assert names(replace(time(PROJECT, "4050"), posting=None)) == []
    accounts = tuple(replace(each, active=each.id != PROJECTS) for each in PLAIN.company.accounts)
    closed = replace(PLAIN, company=replace(PLAIN.company, accounts=accounts))
    assert names(time(PROJECT, "4050"), catalogue=closed) == []


@pytest.mark.parametrize(
    ("there", "named"),
    [
        (Item("1", "Technician-Project", PROJECTS), "Technician-Project"),
        (Item("1", "technician-project", PROJECTS), "Technician-Project"),
        (Item("1", "Technician-Project", SERVICES), "Technician-Project-Regular"),
        (Item("1", "TECHNICIAN-PROJECT", PROJECTS, active=False), "Technician-Project-Regular"),
        (Item("1", "Technician-Project", "", sellable=False), "Technician-Project-Regular"),
    ],
)
def test_s4_a_name_that_is_taken_is_used_only_if_its_item_would_do(there: Item, named: str) -> None:
    assert names(time(PROJECT, "4050"), catalogue=replace(PLAIN, items={there.id: there})) == [(named, PROJECTS)]


def test_s4_where_every_name_is_taken_it_is_numbered() -> None:
    taken = ("Technician-Project", "Technician-Project-Regular", "Technician-Project-Regular-Projects")
    items = {name: Item(name, name, SERVICES) for name in taken}
    assert names(time(PROJECT, "4050"), catalogue=replace(PLAIN, items=items)) == [
        ("Technician-Project-Regular-Projects 2", PROJECTS)
    ]


def test_s4_names_are_such_as_quickbooks_takes_and_no_two_are_the_same() -> None:
    long = "Field: “engineer”\tof\nthe " + "very " * 30
    given = [time(f"{long}{number} / Regular / ProjectTicket", "4050", number) for number in range(3)]
    found = [name for name, _ in names(*given)]
    assert len({name.casefold() for name in found}) == 3
    for name in found:
        assert len(name) <= MAX_NAME
        assert not set(name) & set(":\t\n")
        assert name == to_latin(name, MAX_NAME)


@pytest.mark.parametrize(
    ("work", "called"),
    [
        (PROJECT, ("Technician-Project-Regular", "Technician-Project")),
        ("Technician / ServiceTicket", ("Technician-Service",)),
        ("Technician / Regular", ("Technician-Regular", "Technician")),
        ("ChargeCode", ("Time-Charge code",)),
        ("", ("Time",)),
    ],
)
def test_s4_an_item_is_called_by_what_connectwise_says_of_the_work(work: str, called: tuple[str, ...]) -> None:
    assert context_names(work) == called


def test_s4_work_is_written_for_people() -> None:
    assert label_labour(PROJECT) == "Technician / Regular / Project ticket"
    assert label_labour("Technician / Activity") == "Technician / Activity"


def test_s4_accounts_for_time_that_nobody_explained_are_named() -> None:
    given = [time(PROJECT, "4050"), time(PROJECT, "9002"), time(AFTER_HOURS, "9001"), billing(product(5_00))]
    assert find_unsaid(given, SETUP, PLAIN) == ("9001", "9002")
    said = mapping(MappingKind.ACCOUNT, "9001", Target(TECHNICIAN, "Technician"))
    assert find_unsaid(given, said, PLAIN) == ("9002",)
