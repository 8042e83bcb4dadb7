"""Keys: one partner can never reach another's item, and no id reaches out of its place (X6)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.core.model import ACCOUNTING, PLATFORM, PSA, Kind, Ref, System, Version
from crossfoot.core.shelves import Shelf
from crossfoot.core.sync.settings import MappingKey, MappingKind
from crossfoot.core.verdicts import MatterKey, Pair, pair_of
from crossfoot.errors import BadMessage
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fakes.letters import LETTERS

IDS = st.text(LETTERS, min_size=1, max_size=20) | st.text("#%-T/aA1 ", min_size=1, max_size=6)
REFS = st.builds(Ref, st.sampled_from(System), st.sampled_from(Kind), IDS)
AT = datetime(2026, 11, 3, 17, 4, 5, tzinfo=UTC)


def pair(kind: Kind, one: str, other: str) -> Pair:
    return pair_of(Ref(ACCOUNTING, kind, one), Ref(PSA, kind, other))


# Every key that is made from a partner and ids that come from outside.
OWN_KEYS: dict[str, Callable[[str, Ref, str], Key]] = {
    "record": lambda tenant, ref, _: keys.record(tenant, ref),
    "link": lambda tenant, ref, _: keys.link(tenant, ref),
    "paid_by": lambda tenant, ref, other: keys.paid_by(tenant, ref, Ref(ref.system, Kind.PAYMENT, other)),
    "paid_by on the platform": lambda tenant, ref, other: keys.paid_by(
        tenant, Ref(ACCOUNTING, Kind.INVOICE, ref.id), Ref(PLATFORM, Kind.PAYMENT, other)
    ),
    "in_payout": lambda tenant, ref, other: keys.in_payout(tenant, ref, Ref(PLATFORM, Kind.PAYOUT, other)),
    "origin": lambda tenant, ref, _: keys.origin(tenant, ref),
    "marker": lambda tenant, _, other: keys.marker(tenant, other),
    "answered": lambda tenant, _, other: keys.answered(tenant, other),
    "decision": lambda tenant, ref, _: keys.decision(tenant, ref, AT, "d"),
    "effect": lambda tenant, ref, other: keys.effect(tenant, other, ref, 7),
    "listed": lambda tenant, ref, _: keys.listed(tenant, ref, date(2026, 11, 3)),
    "lines_part": lambda tenant, ref, other: keys.lines_part(tenant, ref, other, 0),
    "of_customer": lambda tenant, ref, other: keys.of_customer(
        tenant, Ref(ref.system, Kind.CUSTOMER, other), ref, date(2026, 11, 3)
    ),
    "named": lambda tenant, ref, other: keys.named(tenant, other, Ref(ref.system, Kind.CUSTOMER, ref.id)),
    "named vendor": lambda tenant, ref, other: keys.named(tenant, other, Ref(ref.system, Kind.VENDOR, ref.id)),
    "outgoing": lambda tenant, ref, other: keys.outgoing(tenant, Ref(PLATFORM, ref.kind, other)),
    "shelved": lambda tenant, ref, other: keys.shelved(
        tenant, Shelf.VOID, Ref(ref.system, Kind.INVOICE, ref.id), AT.date(), Version(other, "s")
    ),
    "verdicts": lambda tenant, ref, _: keys.verdicts(tenant, ref),
    "decided": lambda tenant, ref, other: keys.decided(tenant, pair(Kind.INVOICE, ref.id, other)),
    "matter": lambda tenant, ref, other: keys.matter(tenant, MatterKey(other, pair(Kind.CUSTOMER, ref.id, other))),
    "rights": lambda tenant, _, __: keys.rights(tenant),
    "filters": lambda tenant, _, __: keys.filters(tenant),
    "walk": lambda tenant, ref, _: keys.walk(tenant, ref.system),
    "company": lambda tenant, ref, _: keys.company(tenant, ref.system),
    "turn": lambda tenant, _, other: keys.turn(tenant, other),
    "run": lambda tenant, _, other: keys.run(tenant, other),
    "started": lambda tenant, _, other: keys.started(tenant, AT, other),
    "preferences": lambda tenant, _, __: keys.preferences(tenant),
    "cursor": lambda tenant, ref, _: keys.cursor(tenant, ref.system),
    "connection": lambda tenant, ref, _: keys.connection(tenant, ref.system),
    "connection_event": lambda tenant, ref, _: keys.connection_event(tenant, ref.system, AT),
    "secrets": lambda tenant, ref, _: keys.secrets(tenant, ref.system),
    "report": lambda tenant, _, __: keys.report(tenant, AT),
    "comparison": lambda tenant, _, other: keys.comparison(tenant, other),
    "newest_comparison": lambda tenant, _, __: keys.newest_comparison(tenant),
    "next_slot": lambda tenant, ref, _: keys.next_slot(tenant, ref.system),
    "calls": lambda tenant, ref, _: keys.calls(tenant, ref.system, "2026-11-03T17:04"),
    "in_run": lambda tenant, ref, other: keys.in_run(tenant, ref, other),
    "entry": lambda tenant, ref, other: keys.entry(tenant, ref, other),
    "entry_part": lambda tenant, ref, other: keys.entry_part(tenant, ref, other, 0),
    "sync_preferences": lambda tenant, _, __: keys.sync_preferences(tenant),
    "sync_mapping": lambda tenant, _, other: keys.sync_mapping(tenant, MappingKey(MappingKind.ITEM, other)),
    "sync_run": lambda tenant, _, other: keys.sync_run(tenant, other),
    "sync_under_way": lambda tenant, _, __: keys.sync_under_way(tenant),
    "run_item": lambda tenant, ref, other: keys.run_item(tenant, other, "w", ref),
    "payables_preferences": lambda tenant, _, __: keys.payables_preferences(tenant),
    "profile_facts": lambda tenant, _, __: keys.profile_facts(tenant),
    "payable_sync": lambda tenant, _, other: keys.payable_sync(tenant, other),
    "newest_payable_sync": lambda tenant, _, __: keys.newest_payable_sync(tenant),
    "metered_calls": lambda tenant, ref, _: keys.metered_calls(tenant, ref.system, "2026-11"),
}


@given(IDS, IDS, REFS, REFS, IDS, IDS)
@example("a", "a#list", Ref(System.QUICKBOOKS, Kind.INVOICE, "1"), Ref(System.QUICKBOOKS, Kind.INVOICE, "1"), "x", "x")
def test_x6_two_partners_never_share_a_partition(
    one: str, other: str, ref: Ref, other_ref: Ref, id_: str, other_id: str
) -> None:
    if one == other:
        return
    mine = {make(one, ref, id_).pk for make in OWN_KEYS.values()}
    theirs = {make(other, other_ref, other_id).pk for make in OWN_KEYS.values()}
    assert not mine & theirs
    assert all(pk.split("#")[:2] == ["T", keys.escape(one)] for pk in mine)


@given(st.tuples(IDS, REFS, IDS))
def test_every_kind_of_item_has_its_own_key(parts: tuple[str, Ref, str]) -> None:
    made = [make(*parts) for make in OWN_KEYS.values()]
    assert sorted(made) == sorted(set(made))


@given(st.sampled_from(MappingKind), st.text(LETTERS, max_size=300), st.text(LETTERS, max_size=300))
@example(MappingKind.TAX_CODE, "", " ")
def test_s6_whatever_people_call_what_they_map_has_a_key_of_its_own(kind: MappingKind, one: str, other: str) -> None:
    made = {keys.sync_mapping("t_1", MappingKey(kind, name)) for name in (one, other)}
    assert len(made) == len({one, other})
    assert all(len(key.sk) < 100 for key in made)


@given(REFS, REFS, IDS, IDS)
def test_two_records_never_share_a_key(one: Ref, other: Ref, id_: str, other_id: str) -> None:
    if one != other:
        assert keys.record("t_1", one) != keys.record("t_1", other)
        assert keys.listed("t_1", one, date(2026, 11, 3)) != keys.listed("t_1", other, date(2026, 11, 3))
        payer = Ref(System.QUICKBOOKS, Kind.CUSTOMER, "58")
        day = date(2026, 11, 3)
        assert keys.of_customer("t_1", payer, one, day) != keys.of_customer("t_1", payer, other, day)
    if (one, id_) != (other, other_id):
        assert keys.effect("t_1", id_, one, 1) != keys.effect("t_1", other_id, other, 1)


@given(IDS)
def test_an_id_is_one_part_of_a_key_and_comes_back_whole(id_: str) -> None:
    assert "#" not in keys.escape(id_)
    assert keys.unescape(keys.escape(id_)) == id_


@given(REFS, IDS)
def test_pointers_come_back_as_what_they_point_at(ref: Ref, id_: str) -> None:
    for paid, kind in (
        (replace(ref, kind=Kind.INVOICE), Kind.PAYMENT),
        (replace(ref, kind=Kind.BILL), Kind.BILL_PAYMENT),
    ):
        for payment in (Ref(ref.system, kind, id_), Ref(PLATFORM, kind, id_)):
            assert keys.payment_of(keys.paid_by("t_1", paid, payment), paid) == payment
    outgoing = Ref(PLATFORM, ref.kind, id_)
    assert keys.outgoing_record(keys.outgoing("t_1", outgoing)) == outgoing
    payout = Ref(PLATFORM, Kind.PAYOUT, id_)
    assert keys.payout_of(keys.in_payout("t_1", ref, payout)) == payout
    day = date(2026, 11, 3)
    assert keys.listed_ref(keys.listed("t_1", ref, day), ref.kind) == (day, ref)
    assert keys.kind_and_generation_of(keys.effect("t_1", id_, ref, 12)) == (id_, 12)
    invoice = Ref(ref.system, Kind.INVOICE, id_)
    assert keys.numbered_ref(keys.numbered("t_1", "INV-1", invoice)) == invoice
    assert keys.started_run(keys.started("t_1", AT, id_)) == id_
    shelved = keys.shelved("t_1", Shelf.LEFT_OUT, invoice, AT.date(), Version(id_, "s"))
    assert keys.shelved_ref(shelved) == (AT.date(), invoice, (id_, "s"))
    assert keys.shelf_of(shelved) is Shelf.LEFT_OUT
    decided = pair(Kind.INVOICE, ref.id, id_)
    assert keys.decided_pair(keys.decided("t_1", decided)) == decided
    for customers in (None, pair(Kind.CUSTOMER, ref.id, id_), pair(Kind.CUSTOMER, "!", "!")):
        assert keys.matter_key(keys.matter("t_1", MatterKey(id_, customers))) == MatterKey(id_, customers)
    for kind in (Kind.CUSTOMER, Kind.VENDOR):
        somebody = Ref(ref.system, kind, id_)
        assert keys.named_ref(keys.named("t_1", "Weiskopf & Sons", somebody), kind) == ("weiskopfsons", somebody)
    assert keys.sync_run_id(keys.sync_run("t_1", id_)) == keys.in_run_id(keys.in_run("t_1", ref, id_)) == id_
    assert keys.payable_sync_id(keys.payable_sync("t_1", id_)) == id_
    assert keys.run_item_bill(keys.run_item("t_1", id_, "w", ref)) == ref
    assert keys.due_tenant(keys.due(ref.system, id_, "")) == id_


@given(IDS, IDS)
def test_what_is_looked_up_without_a_partner_is_apart_from_every_partner(account_id: str, tenant: str) -> None:
    ref = Ref(System.QUICKBOOKS, Kind.INVOICE, account_id)
    own = {make(tenant, ref, account_id).pk for make in OWN_KEYS.values()}
    open_keys = [
        keys.account(System.QUICKBOOKS, account_id),
        keys.callback(account_id),
        keys.authorization(account_id),
        keys.partner(account_id),
    ]
    assert len({key.pk for key in open_keys}) == 4
    assert not own & {key.pk for key in open_keys}


@pytest.mark.parametrize("id_", ["", "9" * (keys.MAX_ID_LENGTH + 1)])
def test_an_id_that_no_vendor_gives_is_refused(id_: str) -> None:
    with pytest.raises(BadMessage):
        keys.record("t_1", Ref(System.QUICKBOOKS, Kind.INVOICE, id_))


def test_generations_keep_their_order_and_their_bounds() -> None:
    subject = Ref(System.CONNECTWISE, Kind.INVOICE, "7")
    assert keys.effect("t_1", "rows", subject, 9).sk < keys.effect("t_1", "rows", subject, 10).sk
    with pytest.raises(ValueError, match="out of range"):
        keys.effect("t_1", "rows", subject, 10**8)


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_the_order_of_times_is_the_order_of_their_texts(one: datetime, other: datetime) -> None:
    assert (one < other) == (keys.time_text(one) < keys.time_text(other))
    assert keys.read_time(keys.time_text(one)) == one
