"""The effects ledger: every move is one conditional write on the fence that was seen (P4)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from crossfoot.adapters.dynamodb.effects import TableEffects
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.effects import Effect, EffectState
from crossfoot.errors import Conflict

from tests.adapters.dynamodb.doubles import InterruptedTable
from tests.adapters.dynamodb.records import CW, OTHER_TENANT, TENANT, invoice_ref, payment_ref

AT = datetime(2026, 11, 3, 17, 4, 5, 123456, tzinfo=UTC)
SUBJECT = invoice_ref("77", CW)


def make_effect(generation: int = 1, kind: str = "payment_rows", subject: str = "77", **fields: object) -> Effect:
    effect = Effect(
        TENANT,
        kind,
        invoice_ref(subject, CW),
        generation,
        {"rows": [{"amount_minor": 50_000, "paid_on": "2026-11-04"}], "one_row": True, "note": None},
        "E1",
        "Payment of 500.00 USD entered in ConnectWise.",
        (payment_ref("9"), invoice_ref("1")),
        planned_at=AT + timedelta(seconds=generation),
    )
    return replace(effect, **fields)  # type: ignore[arg-type]


EFFECTS = [
    make_effect(),
    make_effect(body={}, causes=(), planned_at=None),
    make_effect(state=EffectState.SENDING, fence=1, possible_sends=1, lease_until=AT),
    make_effect(
        state=EffectState.CONFIRMED,
        fence=2,
        settled_at=AT,
        remote_id="501",
        adopted=True,
        result={"rows": [["501", 5]]},
    ),
    make_effect(
        state=EffectState.REFUSED,
        fence=2,
        refusal_code="403",
        refusal="No right",
        fix="Give the right",
        result={"a": -1},
    ),
]


@pytest.fixture
def store(table: Table) -> TableEffects:
    return TableEffects(table)


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.state)
def test_an_effect_is_read_as_it_was_stored(store: TableEffects, effect: Effect) -> None:
    assert store.insert(effect)
    assert store.load_latest(TENANT, effect.kind, effect.subject) == effect
    assert store.load_all(TENANT, effect.subject) == (effect,)


def test_the_newest_generation_is_the_latest_and_kinds_are_told_apart(store: TableEffects) -> None:
    effects = [make_effect(generation) for generation in (1, 2, 9, 10)]
    others = [make_effect(11, kind="payment_rows_undo"), make_effect(12, kind="payment"), make_effect(13, subject="78")]
    for effect in [*effects, *others]:
        assert store.insert(effect)
    assert store.load_latest(TENANT, "payment_rows", SUBJECT) == effects[-1]
    assert store.load_all(TENANT, SUBJECT) == (*effects, *others[:2])


def test_the_latest_of_many_subjects_are_read_at_once(store: TableEffects) -> None:
    effects = [make_effect(generation, subject=str(subject)) for subject in range(30) for generation in (1, 2)]
    for effect in effects:
        store.insert(effect)
    subjects = [invoice_ref(str(subject), CW) for subject in range(40)]
    expected = {effect.subject: effect for effect in effects if effect.generation == 2}
    assert store.load_latest_of(TENANT, "payment_rows", subjects) == expected


def test_x6_effects_are_seen_by_their_own_partner_only(store: TableEffects) -> None:
    store.insert(make_effect())
    assert store.load_latest(OTHER_TENANT, "payment_rows", SUBJECT) is None
    assert store.load_all(OTHER_TENANT, SUBJECT) == ()
    assert store.insert(make_effect(tenant=OTHER_TENANT))


def test_a_generation_is_planned_once(store: TableEffects) -> None:
    assert store.insert(make_effect())
    assert not store.insert(make_effect(body={"rows": []}))
    assert store.load_latest(TENANT, "payment_rows", SUBJECT) == make_effect()


def test_p4_of_two_workers_that_take_one_effect_one_gets_it(table_name: str) -> None:
    """mine: read fence 0 -------------------> take, on fence 0: refused
    theirs:              read fence 0, take: fence 1
    """
    mine, theirs = InterruptedTable(table_name), TableEffects(Table(table_name))
    seen = make_effect()
    theirs.insert(seen)
    taken = replace(seen, state=EffectState.SENDING, fence=1, possible_sends=1, lease_until=AT)
    mine.interruptions = [lambda: theirs.replace(seen, taken)]
    with pytest.raises(Conflict):
        TableEffects(mine).replace(seen, taken)
    assert theirs.load_latest(TENANT, "payment_rows", SUBJECT) == taken


def test_an_effect_that_was_never_planned_cannot_move(store: TableEffects) -> None:
    with pytest.raises(Conflict):
        store.replace(make_effect(), make_effect(fence=1))
    assert store.load_latest(TENANT, "payment_rows", SUBJECT) is None


@pytest.mark.parametrize(
    "new",
    [make_effect(fence=0), make_effect(2, fence=1), make_effect(fence=1, subject="78"), make_effect(fence=1, kind="x")],
)
def test_an_effect_is_followed_by_its_own_later_state_only(store: TableEffects, new: Effect) -> None:
    store.insert(make_effect())
    with pytest.raises(ValueError, match="higher fence"):
        store.replace(make_effect(), new)
