"""The mapping doctor: everything that choices point to is still there, active, of the right kind, and called the same."""

from dataclasses import replace

import pytest
from crossfoot.core.model import PSA, Customer, Kind, Ref, Standing
from crossfoot.core.sync.catalogue import Catalogue
from crossfoot.core.sync.doctor import examine, examine_for
from crossfoot.core.sync.planning import plan_sale
from crossfoot.core.sync.settings import MappingKind, Numbering, Setup, Source, Target, TaxDisplay

from tests.core.sync.bills import (
    ABROAD,
    CATALOGUE,
    COMPANY,
    CUSTOMER,
    LABOUR,
    SETUP,
    VERSION,
    key,
    mapping,
    mixed,
    prefer,
)

DINER = Customer(COMPANY, VERSION, Standing.LIVE, "The Red Rock Diner")
TIME = f"time:{LABOUR}"


def codes(setup: Setup, catalogue: Catalogue = CATALOGUE, *customers: Customer) -> list[tuple[str, bool]]:
    return [(each.code, each.blocks) for each in examine(setup, catalogue, customers or [CUSTOMER])]


def test_s7_a_setup_in_order_has_nothing_to_tell() -> None:
    assert examine(SETUP, CATALOGUE, [CUSTOMER]) == ()
    assert examine(prefer(tax_item_id=""), CATALOGUE, [CUSTOMER])[0].blocks is False


@pytest.mark.parametrize(
    ("kind", "text", "id_", "code"),
    [
        (MappingKind.ITEM, TIME, "90", "item_inactive"),
        (MappingKind.ITEM, TIME, "91", "item_unsellable"),
        (MappingKind.ITEM, TIME, "92", "item_unsellable"),
        (MappingKind.ITEM, TIME, "404", "item_gone"),
        (MappingKind.ACCOUNT, "4010", "90", "account_inactive"),
        (MappingKind.ACCOUNT, "4010", "92", "account_unsellable"),
        (MappingKind.ACCOUNT, "4010", "404", "account_gone"),
        (MappingKind.TAX_CODE, "", "6", "tax_code_inactive"),
        (MappingKind.TAX_CODE, "CA", "404", "tax_code_gone"),
        (MappingKind.TERMS, "N30", "32", "terms_inactive"),
        (MappingKind.TERMS, "N30", "404", "terms_gone"),
        (MappingKind.CLASS, "West", "62", "class_inactive"),
        (MappingKind.CLASS, "West", "404", "class_gone"),
        (MappingKind.DEPARTMENT, "10", "404", "department_gone"),
        (MappingKind.CUSTOMER, "19", "404", "customer_gone"),
    ],
)
def test_s7_a_target_that_cannot_be_used_is_found_before_a_run(
    kind: MappingKind, text: str, id_: str, code: str
) -> None:
    (finding,) = examine(mapping(kind, text, Target(id_, "As it was")), CATALOGUE, [CUSTOMER])
    assert (finding.code, finding.key, finding.blocks) == (code, key(kind, text), True)
    assert finding.sentence.endswith(".")
    assert finding.fix.endswith(".")


@pytest.mark.parametrize(
    ("customer", "code"),
    [
        (replace(CUSTOMER, active=False, name="Red Rock Diner (deleted)"), "customer_inactive"),
        (replace(CUSTOMER, standing=Standing.DELETED), "customer_gone"),
        (replace(CUSTOMER, name="Blue Rock Diner"), "customer_renamed"),
    ],
)
def test_s7_a_customer_that_was_merged_deactivated_or_renamed_is_found(customer: Customer, code: str) -> None:
    (finding,) = examine(SETUP, CATALOGUE, [customer, DINER])
    assert (finding.code, finding.blocks) == (code, code != "customer_renamed")
    assert DINER.name in finding.sentence, "the company is named as ConnectWise calls it"


@pytest.mark.parametrize(
    ("kind", "text", "id_"),
    [
        (MappingKind.ITEM, TIME, "11"),
        (MappingKind.ACCOUNT, "4010", "11"),
        (MappingKind.TAX_CODE, "CA", "2"),
        (MappingKind.TERMS, "N30", "31"),
        (MappingKind.CLASS, "West", "61"),
        (MappingKind.DEPARTMENT, "10", "71"),
    ],
)
def test_s7_what_was_renamed_is_a_notice_with_both_names(kind: MappingKind, text: str, id_: str) -> None:
    (finding,) = examine(mapping(kind, text, Target(id_, "As it was")), CATALOGUE, [CUSTOMER])
    assert (finding.code, finding.blocks) == (f"{kind}_renamed", False)
    assert "As it was" in finding.sentence


def test_s7_what_keeps_bills_out_is_told_before_what_was_renamed() -> None:
    setup = mapping(MappingKind.ACCOUNT, "4010", Target("11", "As it was"))
    setup = mapping(MappingKind.TERMS, "N30", Target("404", "Gone"), setup)
    assert codes(setup) == [("terms_gone", True), ("account_renamed", False)]


@pytest.mark.parametrize(
    ("choices", "catalogue", "code", "blocks"),
    [
        ({"tax_item_id": ""}, CATALOGUE, "tax_item_missing", False),
        ({"tax_item_id": "90"}, CATALOGUE, "tax_item_missing", True),
        ({"tax_item_id": "91", "tax_display": TaxDisplay.PER_LINE}, CATALOGUE, None, False),
        ({"rounding_item_id": ""}, CATALOGUE, None, False),
        ({"rounding_item_id": "404", "rounding_tolerance_minor": 2}, CATALOGUE, "rounding_item_missing", True),
        ({"purchase_order_field": "1"}, CATALOGUE, None, False),
        ({"purchase_order_field": "2"}, CATALOGUE, "custom_field_gone", True),
        ({"tax_display": TaxDisplay.INCLUSIVE}, CATALOGUE, "no_inclusive_prices", True),
        ({"tax_display": TaxDisplay.INCLUSIVE}, ABROAD, None, False),
        ({"numbering": Numbering.ACCOUNTING}, CATALOGUE, "not_numbered", True),
        ({"numbering": Numbering.ACCOUNTING}, replace(CATALOGUE, custom_numbers=False), None, False),
    ],
)
def test_s7_what_the_preferences_choose_is_looked_at_where_it_is_used(
    choices: dict[str, object], catalogue: Catalogue, code: str | None, blocks: bool
) -> None:
    assert codes(prefer(**choices), catalogue) == ([(code, blocks)] if code else [])


@pytest.mark.parametrize(
    ("kind", "text", "id_"),
    [
        (MappingKind.ITEM, TIME, "90"),
        (MappingKind.ITEM, TIME, "92"),
        (MappingKind.ACCOUNT, "2400", "404"),
        (MappingKind.TERMS, "N30", "32"),
        (MappingKind.CLASS, "West", "62"),
    ],
)
def test_s7_what_the_doctor_finds_is_what_a_plan_is_refused_for(kind: MappingKind, text: str, id_: str) -> None:
    setup = mapping(kind, text, Target(id_, "As it was"), prefer(class_from=Source.LEDGER_CLASS))
    given = mixed()
    assert given.posting is not None
    given = replace(given, posting=replace(given.posting, ledger_class="West"))
    if kind is not MappingKind.CLASS:
        setup = mapping(MappingKind.CLASS, "West", Target("61", "West"), setup)
    (finding,) = examine(setup, CATALOGUE, [CUSTOMER])
    decision = plan_sale(given, setup, CATALOGUE).decision
    assert decision is not None
    assert (decision.code, decision.sentence, decision.fix) == (finding.code, finding.sentence, finding.fix)


def test_s7_a_company_that_is_not_known_is_named_by_its_id() -> None:
    company = Ref(PSA, Kind.CUSTOMER, "19")
    (finding,) = examine(SETUP, CATALOGUE, [replace(DINER, ref=replace(company, id="20"))])
    assert (finding.code, "19" in finding.sentence) == ("customer_gone", True)


# --- before a run ------------------------------------------------------------------------------------------------------


def test_s6_before_a_run_the_customers_of_its_bills_are_looked_at_and_no_others() -> None:
    setup = mapping(MappingKind.CUSTOMER, "20", Target("404", "Fabrikam"))
    given = mixed()
    named = replace(given, bill=replace(given.bill, customer_name=DINER.name))
    assert examine_for([given], setup, CATALOGUE) == ()
    (finding,) = examine_for([replace(named, customer=None)], setup, CATALOGUE)
    assert (finding.code, finding.key) == ("customer_gone", key(MappingKind.CUSTOMER, "19"))
    assert DINER.name in finding.sentence


def test_s6_before_a_run_everything_else_is_looked_at_but_for_what_was_never_chosen() -> None:
    setup = mapping(MappingKind.TERMS, "N30", Target("404", "Gone"), prefer(tax_item_id=""))
    assert [each.code for each in examine_for([], setup, CATALOGUE)] == ["terms_gone"]
    (finding,) = examine_for([], prefer(tax_item_id="90"), CATALOGUE)
    assert (finding.code, finding.blocks, finding.key) == ("tax_item_missing", True, None)
