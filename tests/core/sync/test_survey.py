"""What the bills to come need: counted, named, with what stands for it and what is wrong with that."""

from dataclasses import replace

from crossfoot.core.model import PSA, Kind, Ref
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.settings import MappingKind, Setup, SyncPreferences, Target, TimeEntries
from crossfoot.core.sync.survey import MOST_BILLS, Needed, survey

from tests.core.sync.bills import (
    CATALOGUE,
    CUSTOMER,
    LABOUR,
    LAPTOP,
    SETUP,
    TECHNICIAN,
    TRAVEL,
    billing,
    change_bill,
    key,
    labour,
    mapping,
    mixed,
    product,
)

TIME = f"time:{LABOUR}"


def numbered(given: Billing, id_: int) -> Billing:
    return change_bill(given, ref=Ref(PSA, Kind.INVOICE, str(id_)))


def of(kind: MappingKind, text: str, found: tuple[Needed, ...]) -> Needed:
    return next(each for each in found if each.key == key(kind, text))


def test_s6_each_key_is_told_once_with_how_many_bills_need_it_and_the_first_of_them() -> None:
    bills = [numbered(billing(labour(1_00), labour(2_00)), place) for place in range(MOST_BILLS + 3)]
    bills.append(numbered(billing(product(5_00)), 900))
    found = survey(bills, SETUP, CATALOGUE, [CUSTOMER])
    time = of(MappingKind.ITEM, TIME, found)
    assert (time.count, len(time.bills), time.bills[0]) == (MOST_BILLS + 3, MOST_BILLS, bills[0].bill.ref)
    assert of(MappingKind.ITEM, "product:LAPTOP", found).bills == (bills[-1].bill.ref,)
    assert of(MappingKind.CUSTOMER, "19", found).count == MOST_BILLS + 4
    assert [each.key for each in found] == sorted(each.key for each in found)
    assert time.label == "Technician / Regular / Service ticket"
    assert of(MappingKind.CUSTOMER, "19", found).label == "Red Rock Diner"


def test_s6_what_is_mapped_and_in_order_is_usable_without_a_problem() -> None:
    found = survey([mixed()], SETUP, CATALOGUE, [CUSTOMER])
    assert {each.problem for each in found} == {None}
    assert all(each.usable and each.target is not None for each in found)
    assert of(MappingKind.ITEM, TIME, found).target == Target(TECHNICIAN, "Technician")


def test_s6_what_is_not_mapped_yet_is_a_problem_with_suggestions() -> None:
    found = survey([mixed()], Setup(), CATALOGUE, [CUSTOMER])
    assert not any(each.usable for each in found)
    for each in found:
        assert each.problem is not None
        assert each.problem.code == f"{each.key.kind}_unmapped"
        assert each.label in each.problem.sentence
    (customer,) = of(MappingKind.CUSTOMER, "19", found).suggestions
    assert (customer.target, customer.exact) == (Target("58", "Red Rock Diner"), True)


def test_s6_a_target_that_went_away_is_a_problem_and_one_that_was_renamed_a_notice() -> None:
    inactive = mapping(MappingKind.ITEM, TIME, Target("90", "Old labour"))
    time = of(MappingKind.ITEM, TIME, survey([mixed()], inactive, CATALOGUE))
    assert time.problem is not None
    assert (time.problem.code, time.usable) == ("item_inactive", False)
    renamed = mapping(MappingKind.ITEM, TIME, Target(TECHNICIAN, "Tech"))
    time = of(MappingKind.ITEM, TIME, survey([mixed()], renamed, CATALOGUE))
    assert time.problem is not None
    assert (time.problem.code, time.usable) == ("item_renamed", True)


def test_s6_the_customer_that_comes_with_a_bill_is_known_without_being_listed() -> None:
    assert of(MappingKind.CUSTOMER, "19", survey([mixed()], SETUP, CATALOGUE)).usable
    lost = replace(mixed(), customer=None)
    customer = of(MappingKind.CUSTOMER, "19", survey([lost], SETUP, CATALOGUE))
    assert customer.problem is not None
    assert customer.problem.code == "customer_gone"


def test_s5_an_account_whose_item_connectwise_names_serves_unmapped() -> None:
    grouped = Setup(SyncPreferences(time_entries=TimeEntries.GROUPED))
    named = billing(labour(1_00, item="Technician"), labour(2_00, item="Travel"))
    account = of(MappingKind.ACCOUNT, "4010", survey([named], grouped, CATALOGUE))
    assert account.usable
    assert account.implied == (Target(TECHNICIAN, "Technician"), Target(TRAVEL, "Travel"))
    half = billing(labour(1_00, item="Technician"), labour(2_00))
    account = of(MappingKind.ACCOUNT, "4010", survey([half], grouped, CATALOGUE))
    assert (account.usable, account.implied) == (False, (Target(TECHNICIAN, "Technician"),))
    chosen = replace(grouped, mappings={key(MappingKind.ACCOUNT, "4010"): Target(LAPTOP, "Laptop")})
    account = of(MappingKind.ACCOUNT, "4010", survey([named], chosen, CATALOGUE))
    assert (account.usable, account.implied) == (True, ())


def test_s6_no_bills_need_nothing() -> None:
    assert survey([], SETUP, CATALOGUE, [CUSTOMER]) == ()
