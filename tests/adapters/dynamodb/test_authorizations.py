"""OAuth states: signed, once, for ten minutes (C1)."""

import pytest
from crossfoot.adapters.dynamodb.authorizations import TableAuthorizations
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.errors import Rejected

from tests.adapters.dynamodb.records import OTHER_TENANT, TENANT
from tests.fakes.clock import FakeClock


def make_authorizations(table: Table, clock: FakeClock, key: bytes = b"signing-key") -> TableAuthorizations:
    return TableAuthorizations(table, clock, lambda: key)


def refuse(authorizations: TableAuthorizations, state: str) -> None:
    with pytest.raises(Rejected) as refusal:
        authorizations.finish(state)
    assert refusal.value.code == "state_invalid"


def test_c1_a_state_leads_back_to_its_partner_once(table: Table, clock: FakeClock) -> None:
    authorizations = make_authorizations(table, clock)
    mine, theirs = authorizations.start(TENANT), authorizations.start(OTHER_TENANT)
    assert authorizations.finish(theirs) == OTHER_TENANT
    assert authorizations.finish(mine) == TENANT
    refuse(authorizations, mine)


def test_c1_a_state_is_good_for_ten_minutes(table: Table, clock: FakeClock) -> None:
    authorizations = make_authorizations(table, clock)
    early, late = authorizations.start(TENANT), authorizations.start(TENANT)
    clock.advance(599)
    assert authorizations.finish(early) == TENANT
    clock.advance(1)
    refuse(authorizations, late)


def test_c1_a_forged_state_is_refused_and_uses_nothing_up(table: Table, clock: FakeClock) -> None:
    authorizations = make_authorizations(table, clock)
    state = authorizations.start(TENANT)
    flow, _, signature = state.partition(".")
    last = "0" if signature[-1] != "0" else "1"
    for forged in (
        "",
        ".",
        flow,
        f"{flow}.",
        f"{flow}.{signature[:-1]}{last}",
        f"x{state}",
        state + "é",
        "\ud800.x",
        "a" * 9_999,
    ):
        refuse(authorizations, forged)
    refuse(make_authorizations(table, clock, b"another-key"), state)
    assert authorizations.finish(state) == TENANT
