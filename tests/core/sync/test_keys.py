"""What a bill needs mapped: just what its plan then asks for, in every mode."""

from dataclasses import replace
from itertools import product as every

import pytest
from crossfoot.core.model import Line, LineKind
from crossfoot.core.sync.keys import item_key, keys_of, label_of, wants_of
from crossfoot.core.sync.planning import plan_sale
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.settings import (
    MappingKey,
    MappingKind,
    Setup,
    Source,
    SyncPreferences,
    TaxDisplay,
    TimeEntries,
)

from tests.core.sync.bills import (
    ABROAD,
    CATALOGUE,
    LABOUR,
    SALES_TAX_ITEM,
    SETUP,
    agreement,
    billing,
    change_bill,
    down_payment,
    expense,
    key,
    labour,
    mixed,
    product,
)

NOT_TAXED = billing(labour(100_00), agreement(50_00), down_payment(-20_00))
CLASSED = billing(labour(100_00, ledger_class="West"), product(10_00, ledger_class="East"), expense(5_00), tax=1_00)
CREDIT = billing(labour(100_00), labour(20_00, work="Engineer / After hours / ProjectTicket"), memo=True)
FREE = billing(labour(0), expense(0), product(5_00))
BILLS = {"mixed": mixed(), "not taxed": NOT_TAXED, "classed": CLASSED, "a credit memo": CREDIT, "free": FREE}
MODES = every(TimeEntries, TaxDisplay, (CATALOGUE, ABROAD), (Source.NOTHING, Source.LEDGER_CLASS, Source.DEPARTMENT))


@pytest.mark.parametrize("given", BILLS.values(), ids=BILLS.keys())
def test_s6_what_a_bill_needs_is_what_its_plan_lacks_while_nothing_is_mapped(given: Billing) -> None:
    for entries, display, catalogue, class_from in MODES:
        preferences = SyncPreferences(
            time_entries=entries, tax_display=display, tax_item_id=SALES_TAX_ITEM, class_from=class_from,
            department_from=Source.LOCATION,
        )  # fmt: skip
        needed = keys_of(given, preferences, domestic=catalogue.domestic)
        plan = plan_sale(given, Setup(preferences), catalogue)
        assert plan.missing == needed, (entries, display, catalogue.domestic, class_from)
        assert needed


def test_s5_grouped_only_accounts_are_needed_and_no_item() -> None:
    grouped = {each.kind for each in keys_of(mixed(), SyncPreferences(time_entries=TimeEntries.GROUPED))}
    assert grouped == {MappingKind.CUSTOMER, MappingKind.ACCOUNT, MappingKind.TERMS}


def test_s4_by_line_what_the_ledger_names_no_line_for_goes_by_its_account() -> None:
    needed = {each.key for each in keys_of(mixed(), SETUP.preferences) if each.kind is MappingKind.ACCOUNT}
    assert needed == {"4040", "4030", "2400"}, "an expense, an agreement and a down payment"


def test_s7_a_bill_that_connectwise_does_not_post_tells_what_its_lines_are_sure_to_need() -> None:
    unposted = replace(mixed(), posting=None)
    items = {key(MappingKind.ITEM, text) for text in (f"time:{LABOUR}", "product:LAPTOP")}
    assert keys_of(unposted, SETUP.preferences) == items | {key(MappingKind.CUSTOMER, "19")}
    grouped = SyncPreferences(time_entries=TimeEntries.GROUPED)
    assert keys_of(unposted, grouped) == {key(MappingKind.CUSTOMER, "19")}


def test_s6_whom_a_bill_does_not_say_it_bills_the_ledger_may() -> None:
    assert key(MappingKind.CUSTOMER, "19") in keys_of(change_bill(mixed(), customer=None), SETUP.preferences)


def test_s6_what_connectwise_says_beside_a_key_helps_to_find_its_target() -> None:
    given = billing(agreement(50_00, item="Managed services"), product(1_00), labour(2_00))
    said = {want.key.key: want.said for want in wants_of(given, SETUP.preferences)}
    assert said["19"] == "Red Rock Diner"
    assert said["4030"] == "Managed services"
    assert said["product:LAPTOP"] == "Latitude 5550"
    assert said[f"time:{LABOUR}"] == "", "what is written on time entries differs from one to the next"


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (Line("1", LineKind.TIME, "Fixed it", 1, item="x", labour=LABOUR), f"time:{LABOUR}"),
        (Line("1", LineKind.TIME, "Fixed it", 1), "time:"),
        (Line("1", LineKind.PRODUCT, "Latitude", 1, item="LAPTOP"), "product:LAPTOP"),
        (Line("1", LineKind.EXPENSE, "To Tucson", 1, item="Mileage"), "expense:Mileage"),
        (Line("", LineKind.AGREEMENT, "Gold", 1, item="Gold: all in"), "agreement:Gold: all in"),
    ],
)
def test_s6_time_is_sold_as_the_work_that_it_was_and_the_rest_as_its_item(line: Line, named: str) -> None:
    assert item_key(line) == named


@pytest.mark.parametrize(
    ("kind", "text", "said", "label"),
    [
        (MappingKind.ITEM, "time:Technician / Regular / ProjectTicket", "", "Technician / Regular / Project ticket"),
        (MappingKind.ITEM, "time:McDonald", "", "McDonald"),
        (MappingKind.ITEM, "time:", "", "Time (not named)"),
        (MappingKind.ITEM, "product:LAPTOP", "Latitude", "Product LAPTOP"),
        (MappingKind.ITEM, "agreement:Gold: all in", "", "Agreement Gold: all in"),
        (MappingKind.CUSTOMER, "19", "Red Rock Diner", "Red Rock Diner"),
        (MappingKind.CUSTOMER, "19", "", "Company 19"),
        (MappingKind.TAX_CODE, "", "", "What is not taxed"),
        (MappingKind.TAX_CODE, "CA", "", "Tax code CA"),
        (MappingKind.ACCOUNT, "", "", "Account (none)"),
        (MappingKind.ACCOUNT, "4010", "Technician", "Account 4010"),
        (MappingKind.CLASS, "West", "", "Class West"),
    ],
)
def test_s6_a_key_has_a_label_for_people(kind: MappingKind, text: str, said: str, label: str) -> None:
    assert label_of(MappingKey(kind, text), said) == label
