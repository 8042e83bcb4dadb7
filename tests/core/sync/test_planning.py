"""The entry of a ConnectWise bill: what it says, and each reason why there is none."""

from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.decisions import Outcome
from crossfoot.core.model import PSA, Kind, Ref, Standing
from crossfoot.core.preferences import ClosedPeriod
from crossfoot.core.sync.catalogue import Catalogue
from crossfoot.core.sync.planning import plan_again, plan_sale
from crossfoot.core.sync.plans import Billing, SalePlan
from crossfoot.core.sync.sales import Sale, SaleKind, StandingSale
from crossfoot.core.sync.settings import MappingKind, Numbering, Setup, Source, Target, TaxDisplay, TimeEntries

from tests.core.sync.bills import (
    CATALOGUE,
    CUSTOMER,
    DAY,
    DUE,
    HARDWARE,
    ROUNDING,
    SALES_TAX_ITEM,
    SETUP,
    adjustment,
    agreement,
    amounts,
    billing,
    change_bill,
    change_both,
    change_posting,
    down_payment,
    key,
    labour,
    linked,
    mapping,
    mixed,
    namesake,
    posting_of,
    prefer,
    product,
    standing,
)

TO_CLOSED_DAY = date(2026, 11, 30)
CLOSED = replace(CATALOGUE, company=replace(CATALOGUE.company, closed_until=TO_CLOSED_DAY))
INACTIVE = replace(
    CATALOGUE.company,
    accounts=tuple(replace(each, active=each.id != HARDWARE) for each in CATALOGUE.company.accounts),
)
OTHER_COMPANY = Ref(PSA, Kind.CUSTOMER, "20")
UNBALANCED = change_posting(mixed(), lines=(*posting_of(mixed()).lines, adjustment(2).posted))
MANY = billing(*(labour(100, taxed=True) for _ in range(751)), tax=60_08)
PER_LINE = {"tax_display": TaxDisplay.PER_LINE}


def targeted(kind: MappingKind, text: str, id_: str) -> Setup:
    return mapping(kind, text, Target(id_, "As confirmed"))


def without(kind: MappingKind, text: str, setup: Setup = SETUP) -> Setup:
    return mapping(kind, text, None, setup)


REFUSED: list[tuple[str, Billing, Setup, Catalogue, str]] = [
    ("what is not offered is not planned", linked(mixed()), SETUP, CATALOGUE, "synced"),
    ("no mapping covered it", replace(mixed(), posting=None), SETUP, CATALOGUE, "not_posted"),
    ("totals differ", change_bill(mixed(), total_minor=1), SETUP, CATALOGUE, "posting_differs"),
    ("taxes differ", replace(mixed(), lines=mixed().lines[:-1]), SETUP, CATALOGUE, "posting_differs"),
    ("numbers differ", change_posting(mixed(), number="1043"), SETUP, CATALOGUE, "posting_differs"),
    ("dates differ", change_bill(mixed(), issued_on=DUE), SETUP, CATALOGUE, "posting_differs"),
    ("customers differ", change_bill(mixed(), customer=OTHER_COMPANY), SETUP, CATALOGUE, "posting_differs"),
    ("currencies differ", change_posting(mixed(), currency="CAD"), SETUP, CATALOGUE, "posting_differs"),
    ("its ledger does not add up", UNBALANCED, SETUP, CATALOGUE, "posting_does_not_add_up"),
    ("its ledger's tax does not", change_posting(replace(mixed(), lines=()), tax_minor=68_01),
        prefer(rounding_tolerance_minor=9), CATALOGUE, "posting_does_not_add_up"),
    ("it is below zero", billing(down_payment(-5_00)), SETUP, CATALOGUE, "negative_total"),
    ("another currency", change_both(mixed(), currency="CAD"), SETUP, CATALOGUE, "other_currency"),
    ("a closed period", mixed(), SETUP, CLOSED, "period_closed"),
    ("the same is there", replace(mixed(), namesakes=(namesake(mixed()),)), SETUP, CATALOGUE, "looks_entered"),
    ("the same is there under our number, though QuickBooks numbers", replace(mixed(), namesakes=(namesake(mixed()),)),
        prefer(numbering=Numbering.ACCOUNTING), replace(CATALOGUE, custom_numbers=False), "looks_entered"),
    ("the number is taken", replace(mixed(), namesakes=(namesake(mixed(), total_minor=5),)),
        SETUP, CATALOGUE, "number_taken"),
    ("the number is a credit memo's", replace(mixed(), namesakes=(namesake(billing(labour(1_682_17), memo=True)),)),
        SETUP, CATALOGUE, "number_taken"),
    ("22 characters", mixed(number="1" * 22), SETUP, CATALOGUE, "number_too_long"),
    ("no number", mixed(number=""), SETUP, CATALOGUE, "number_missing"),
    ("nobody would number it", mixed(), prefer(numbering=Numbering.ACCOUNTING), CATALOGUE, "not_numbered"),
    ("nobody is billed", change_both(mixed(), customer=None), SETUP, CATALOGUE, "customer_unknown"),
    ("the customer is not mapped", mixed(), without(MappingKind.CUSTOMER, "19"), CATALOGUE, "customer_unmapped"),
    ("the customer is not in the book", replace(mixed(), customer=None), SETUP, CATALOGUE, "customer_gone"),
    ("the customer was merged away", replace(mixed(), customer=replace(CUSTOMER, standing=Standing.DELETED)),
        SETUP, CATALOGUE, "customer_gone"),
    ("the customer is another", mixed(), targeted(MappingKind.CUSTOMER, "19", "59"), CATALOGUE, "customer_gone"),
    ("the customer is inactive", replace(mixed(), customer=replace(CUSTOMER, active=False)),
        SETUP, CATALOGUE, "customer_inactive"),
    ("an item is not mapped", mixed(), without(MappingKind.ITEM, "product:LAPTOP"), CATALOGUE, "item_unmapped"),
    ("an item is gone", mixed(), targeted(MappingKind.ITEM, "product:LAPTOP", "404"), CATALOGUE, "item_gone"),
    ("an item is inactive", mixed(), targeted(MappingKind.ITEM, "product:LAPTOP", "90"), CATALOGUE, "item_inactive"),
    ("an item is a category", mixed(), targeted(MappingKind.ITEM, "product:LAPTOP", "91"), CATALOGUE, "item_unsellable"),
    ("an item posts nowhere", mixed(), targeted(MappingKind.ITEM, "product:LAPTOP", "92"), CATALOGUE, "item_unsellable"),
    ("an item posts to an inactive account", mixed(), SETUP, replace(CATALOGUE, company=INACTIVE), "item_unsellable"),
    ("an account is not mapped", mixed(), without(MappingKind.ACCOUNT, "4030"), CATALOGUE, "account_unmapped"),
    ("an account's item is gone", mixed(), targeted(MappingKind.ACCOUNT, "4030", "404"), CATALOGUE, "account_gone"),
    ("an account's item is inactive", mixed(), targeted(MappingKind.ACCOUNT, "4030", "90"), CATALOGUE, "account_inactive"),
    ("the terms are not mapped", mixed(), without(MappingKind.TERMS, "N30"), CATALOGUE, "terms_unmapped"),
    ("the terms are gone", mixed(), targeted(MappingKind.TERMS, "N30", "404"), CATALOGUE, "terms_gone"),
    ("the terms are inactive", mixed(), targeted(MappingKind.TERMS, "N30", "32"), CATALOGUE, "terms_inactive"),
    ("the class is not mapped", mixed(), prefer(class_from=Source.LOCATION), CATALOGUE, "class_unmapped"),
    ("the department is not mapped", mixed(), prefer(department_from=Source.DEPARTMENT), CATALOGUE, "department_unmapped"),
    ("no item takes the tax", mixed(), prefer(tax_item_id=""), CATALOGUE, "tax_item_missing"),
    ("the item for the tax is inactive", mixed(), prefer(tax_item_id="90"), CATALOGUE, "tax_item_missing"),
    ("the item for the tax is gone", mixed(), prefer(tax_item_id="404"), CATALOGUE, "tax_item_missing"),
    ("the tax code is not mapped", mixed(), without(MappingKind.TAX_CODE, "CA", prefer(**PER_LINE)),
        CATALOGUE, "tax_code_unmapped"),
    ("the custom field is gone", mixed(), prefer(purchase_order_field="9"), CATALOGUE, "custom_field_gone"),
    ("a line was not read", replace(mixed(), lines=mixed().lines[1:]), SETUP, CATALOGUE, "line_unread"),
    ("it cancels out", billing(labour(1), labour(-1)), prefer(time_entries=TimeEntries.GROUPED),
        CATALOGUE, "nothing_billed"),
    ("too many lines for tax", MANY, prefer(**PER_LINE), CATALOGUE, "too_many_lines"),
    ("nothing takes the rounding", UNBALANCED, prefer(rounding_tolerance_minor=2, rounding_item_id=""),
        CATALOGUE, "rounding_item_missing"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "setup", "catalogue", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_s7_what_cannot_be_written_exactly_is_refused(
    given: Billing, setup: Setup, catalogue: Catalogue, code: str
) -> None:
    plan = plan_sale(given, setup, catalogue)
    assert plan.sale is None
    assert plan.decision is not None
    assert plan.decision.code == code
    assert plan.decision.outcome is (Outcome.SKIPPED if code == "synced" else Outcome.REFUSED)
    assert plan.decision.rule == ("S1" if code == "synced" else "S7")
    assert plan.decision.record == given.bill.ref
    assert plan.decision.sentence.endswith(".")
    assert plan.decision.fix.endswith(".")
    keyed = ("_unmapped", "_gone", "_inactive", "_unsellable")
    assert bool(plan.missing) is (code.endswith(keyed) and code != "custom_field_gone")


def test_s7_all_that_is_missing_is_told_at_once() -> None:
    setup = replace(SETUP, mappings={})
    plan = plan_sale(mixed(), setup, CATALOGUE)
    assert plan.decision is not None
    assert plan.missing == {
        key(MappingKind.CUSTOMER, "19"), key(MappingKind.TERMS, "N30"), key(MappingKind.ITEM, "product:LAPTOP"),
        key(MappingKind.ITEM, "time:Technician / Regular / ServiceTicket"),
        *(key(MappingKind.ACCOUNT, each) for each in ("4040", "4030", "2400")),
    }  # fmt: skip
    assert plan.decision.sentence == (
        "Nothing in QuickBooks stands yet for: Technician / Regular / Service ticket; Product LAPTOP; Account 4040; "
        "Account 4030; Account 2400 and 2 more."
    )


def test_s7_what_mends_each_thing_that_stands_in_the_way_is_told() -> None:
    setup = without(MappingKind.ITEM, "product:LAPTOP", prefer(tax_item_id=""))
    plan = plan_sale(mixed(), setup, CATALOGUE)
    assert plan.decision is not None
    assert plan.decision.fix == (
        "Choose what stands for each in QuickBooks, under the mappings of the tool. Choose the item for the tax in the "
        "preferences of the tool."
    )


def test_s7_what_the_ledger_does_not_post_is_told_with_what_the_book_knows() -> None:
    plan = plan_sale(replace(mixed(), posting=None), SETUP, CATALOGUE)
    assert plan.decision is not None
    assert "the book saw it closed and in no batch at 2026-11-03 17:00 UTC" in plan.decision.sentence
    assert "GL Accounts" in plan.decision.fix


def test_s7_both_sides_are_named_where_they_differ() -> None:
    plan = plan_sale(change_posting(mixed(), number="9", total_minor=1_00), SETUP, CATALOGUE)
    assert plan.decision is not None
    assert "the total is 1,682.17 USD on the invoice, and 1.00 USD in the ledger" in plan.decision.sentence
    assert "the number is 1042 on the invoice, and 9 in the ledger" in plan.decision.sentence


def written(given: Billing, setup: Setup = SETUP, catalogue: Catalogue = CATALOGUE) -> Sale:
    plan = plan_sale(given, setup, catalogue)
    assert plan.sale is not None, plan.decision
    return plan.sale


def warned(given: Billing, setup: Setup = SETUP, catalogue: Catalogue = CATALOGUE) -> list[str]:
    return [each.code for each in plan_sale(given, setup, catalogue).warnings]


def test_s6_the_fields_of_an_invoice() -> None:
    setup = prefer(memo_from=Source.MEMO, purchase_order_field="1")
    sale = written(mixed(), setup)
    assert (sale.kind, sale.customer_id, sale.issued_on, sale.due_on) == (SaleKind.INVOICE, "58", DAY, DUE)
    assert (sale.number, sale.currency, sale.total_minor, sale.terms_id) == ("1042", "USD", 1_682_17, "31")
    assert (sale.memo, sale.purchase_order, sale.purchase_order_field) == ("Thank you", "PO-77", "1")
    assert (written(mixed()).memo, written(mixed()).purchase_order) == ("", "")
    assert written(change_posting(mixed(), purchase_order=""), setup).purchase_order_field == ""


@pytest.mark.parametrize(
    ("source", "memo"), [(Source.NUMBER, "1042"), (Source.PURCHASE_ORDER, "PO-77"), (Source.NOTHING, "")]
)
def test_s6_the_memo_says_what_was_chosen(source: Source, memo: str) -> None:
    assert written(mixed(), prefer(memo_from=source)).memo == memo


def test_s6_classes_and_departments() -> None:
    setup = mapping(MappingKind.CLASS, "West", Target("61", "West"), prefer(class_from=Source.LEDGER_CLASS))
    given = change_posting(billing(labour(100, ledger_class="West"), labour(200)), ledger_class="")
    assert [line.class_id for line in written(given, setup).lines] == ["61", ""]
    whole = change_posting(given, ledger_class="West")
    assert [line.class_id for line in written(whole, setup).lines] == ["61", "61"]
    by_place = mapping(MappingKind.CLASS, "2", Target("61", "West"), prefer(class_from=Source.LOCATION))
    by_both = mapping(
        MappingKind.DEPARTMENT, "10", Target("71", "Tucson"),
        replace(by_place, preferences=replace(by_place.preferences, department_from=Source.DEPARTMENT)),
    )  # fmt: skip
    assert (written(given, by_both).lines[0].class_id, written(given, by_both).department_id) == ("61", "71")
    closed = mapping(MappingKind.CLASS, "2", Target("62", "Closed shop"), by_place)
    assert plan_sale(given, closed, CATALOGUE).decision is not None


def test_s6_numbers_are_kept_or_left_to_quickbooks() -> None:
    numbering = replace(CATALOGUE, custom_numbers=False)
    assert written(mixed(), catalogue=numbering).number == "1042"
    taken = replace(mixed(), namesakes=(namesake(mixed(), total_minor=5),))
    assert written(taken, prefer(numbering=Numbering.ACCOUNTING), numbering).number == ""


def test_s7_another_customer_of_the_number_and_amount_is_no_copy() -> None:
    other = replace(namesake(mixed()), customer=Ref(CUSTOMER.ref.system, Kind.CUSTOMER, "59"))
    plan = plan_sale(replace(mixed(), namesakes=(other,)), SETUP, CATALOGUE)
    assert plan.decision is not None
    assert (plan.decision.code, plan.decision.about) == ("number_taken", (other.ref,))


def test_s7_a_number_that_is_only_much_like_it_is_free() -> None:
    assert written(replace(mixed(), namesakes=(namesake(mixed(), number="10-42", total_minor=5),))).number == "1042"
    spelled = replace(mixed(), namesakes=(namesake(mixed(), number="10-42"),))
    plan = plan_sale(spelled, SETUP, CATALOGUE)
    assert plan.decision is not None
    assert plan.decision.code == "looks_entered"


def test_s7_a_closed_period_moves_the_date_where_that_was_chosen() -> None:
    setup = prefer(closed_period=ClosedPeriod.FIRST_OPEN_DAY)
    assert written(mixed(), setup, CLOSED).issued_on == date(2026, 12, 1)
    assert warned(mixed(), setup, CLOSED) == ["dated_first_open_day"]
    assert warned(mixed(), setup) == []


def test_s6_texts_are_written_in_letters_that_quickbooks_takes() -> None:
    given = change_posting(mixed(), memo="Köszönjük, Erdős — 日本\nviszlát", purchase_order="PO-Łódź")
    sale = written(given, prefer(memo_from=Source.MEMO, purchase_order_field="1"))
    assert sale.memo.encode("latin-1").decode("latin-1") == sale.memo
    assert sale.memo.startswith("Köszönjük, Erdos")
    assert "\n" not in sale.memo


def test_s6_what_is_too_long_is_cut_and_that_is_told() -> None:
    given = change_posting(mixed(), memo="m" * 1_001, purchase_order="p" * 32)
    setup = prefer(memo_from=Source.MEMO, purchase_order_field="1")
    assert (written(given, setup).memo, written(given, setup).purchase_order) == ("m" * 1_000, "p" * 31)
    assert warned(given, setup) == ["text_cut", "text_cut"]


def test_s7_a_credit_memo_is_positive_and_falls_due_never() -> None:
    given = billing(labour(100_00, "1", "100"), product(-10_00), tax=7_20, memo=True)
    sale = written(given)
    assert (sale.kind, sale.total_minor, amounts(sale)) == (SaleKind.CREDIT_MEMO, 97_20, [100_00, -10_00, 7_20])
    assert (sale.due_on, sale.terms_id) == (None, "")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (billing(down_payment(500_00)), [500_00]),
        (billing(labour(500_00), down_payment(-500_00)), [500_00, -500_00]),
        (billing(agreement(300_00), adjustment(-20_00)), [300_00, -20_00]),
        (billing(labour(0, "2", "150"), labour(80_00)), [0, 80_00]),
        (billing(labour(80_00), adjustment(0)), [80_00]),
    ],
    ids=["asked for", "used up", "an agreement, less", "not charged", "adjusted by nothing"],
)
def test_s7_unusual_bills_are_written_when_they_are_exact(given: Billing, expected: list[int]) -> None:
    sale = written(given)
    assert amounts(sale) == expected
    assert sale.total_minor == given.bill.total_minor


def test_s7_a_rounding_difference_goes_to_its_own_line_and_is_told() -> None:
    setup = prefer(rounding_tolerance_minor=2)
    sale = written(UNBALANCED, setup)
    last = sale.lines[-1]
    assert (last.amount_minor, last.item_id, last.tax_code_id) == (-2, ROUNDING, "NON")
    assert sale.lines_minor == sale.total_minor == 1_682_17
    told = plan_sale(UNBALANCED, setup, CATALOGUE).warnings
    assert [(each.code, each.line) for each in told] == [("rounded", len(sale.lines) - 1)]
    assert "-0.02 USD" in told[0].sentence
    assert "Rounding differences" in told[0].sentence


# --- what the accounting made of it ------------------------------------------------------------------------------------

AUTOMATED = replace(CATALOGUE, automated_tax=True)
TOLERANT = prefer(tax_display=TaxDisplay.PER_LINE, rounding_tolerance_minor=5)
TAXED = billing(product(100_00), tax=8_00)


def planned(setup: Setup = TOLERANT) -> SalePlan:
    return plan_sale(TAXED, setup, AUTOMATED)


def made(plan: SalePlan, tax_minor: int) -> StandingSale:
    """Give what the accounting makes of an entry with its own tax."""
    assert plan.sale is not None
    total = plan.sale.lines_minor + tax_minor
    return standing(plan.sale, total_minor=total, tax_minor=tax_minor)


def test_s7_tax_that_quickbooks_works_out_is_told_of() -> None:
    assert [each.code for each in planned().warnings] == ["tax_recalculated"]


def test_s7_what_stands_as_asked_for_stays() -> None:
    assert plan_again(planned(), made(planned(), 8_00), TOLERANT, AUTOMATED) == planned()
    refused = plan_sale(mixed(number=""), SETUP, CATALOGUE)
    assert plan_again(refused, made(planned(), 8_00), SETUP, CATALOGUE) == refused


@pytest.mark.parametrize(("tax_minor", "rounding"), [(8_05, -5), (7_98, 2)])
def test_s7_other_tax_within_the_tolerance_is_rounded(tax_minor: int, rounding: int) -> None:
    plan = plan_again(planned(), made(planned(), tax_minor), TOLERANT, AUTOMATED)
    assert plan.sale is not None
    assert amounts(plan.sale) == [100_00, rounding]
    assert (plan.sale.total_minor, plan.sale.tax.tax_minor, plan.sale.lines[1].tax_code_id) == (
        108_00,
        tax_minor,
        "NON",
    )
    assert [each.code for each in plan.warnings] == ["tax_recalculated", "rounded"]
    assert plan_again(plan, made(plan, tax_minor), TOLERANT, AUTOMATED) == plan
    back = plan_again(plan, made(plan, 8_00), TOLERANT, AUTOMATED)
    assert back.sale == planned().sale


@pytest.mark.parametrize(
    ("setup", "changes", "words"),
    [
        (TOLERANT, {"tax_minor": 8_06, "total_minor": 108_06}, "108.06 USD with 8.06 USD of tax of what should be 108.00"),
        (prefer(**PER_LINE), {"tax_minor": 8_01, "total_minor": 108_01}, "108.01 USD"),
        (TOLERANT, {"total_minor": 108_01}, "108.01 USD"),
        (TOLERANT, {"number": "1042-1"}, "the number 1042-1, not 1042"),
        (TOLERANT, {"customer_id": "59"}, "the customer 59, not 58"),
        (TOLERANT, {"issued_on": DUE, "tax_minor": 8_01, "total_minor": 108_01}, "the date 2026-12-03, not 2026-11-03"),
    ],
)  # fmt: skip
def test_s7_what_quickbooks_makes_into_something_else_is_refused(
    setup: Setup, changes: dict[str, object], words: str
) -> None:
    plan = planned(setup)
    assert plan.sale is not None
    again = plan_again(plan, standing(plan.sale, **changes), setup, AUTOMATED)
    assert again.sale is None
    assert again.decision is not None
    assert (again.decision.rule, again.decision.code) == ("S7", "entered_differently")
    assert words in again.decision.sentence
    assert again.decision.fix.endswith(".")


def test_s7_a_rounding_line_needs_its_item_again_too() -> None:
    setup = replace(TOLERANT, preferences=replace(TOLERANT.preferences, rounding_item_id=""))
    again = plan_again(planned(setup), made(planned(setup), 8_01), setup, AUTOMATED)
    assert again.decision is not None
    assert again.decision.fix == "Choose the item for the rounding in the preferences of the tool."


def test_s7_a_rounding_line_can_be_one_too_many() -> None:
    full = billing(*(labour(1_00, taxed=True) for _ in range(750)), tax=60_01)
    plan = plan_sale(full, TOLERANT, AUTOMATED)
    again = plan_again(plan, made(plan, 60_00), TOLERANT, AUTOMATED)
    assert again.decision is not None
    assert again.decision.fix.startswith("Choose grouped time entries")


def test_s8_the_same_facts_give_the_same_entry() -> None:
    assert written(mixed()).digest == written(mixed()).digest
    grouped = prefer(time_entries=TimeEntries.GROUPED)
    assert written(mixed(), grouped).digest != written(mixed()).digest
    assert written(mixed()).lines[-1].item_id == SALES_TAX_ITEM
