"""Trying the rights of a ConnectWise site that answers slowly (C3)."""

from typing import Any, cast

from crossfoot.adapters.connectwise.client import ConnectWiseClient
from crossfoot.adapters.connectwise.probing import PATIENCE_S, probe_rights
from crossfoot.core.rights import RIGHTS, RightState


class Slow:
    """A site whose every answer takes some time."""

    def __init__(self, answer_s: float) -> None:
        self.time_s, self.answer_s, self.calls = 0.0, answer_s, 0

    def get(self, *_: Any, **__: Any) -> None:
        self.calls += 1
        self.time_s += self.answer_s


def test_c3_a_person_who_waits_gets_an_answer_though_connectwise_is_slow() -> None:
    site = Slow(answer_s=3)
    probed = probe_rights(cast(ConnectWiseClient, site), lambda: site.time_s)
    assert site.calls * site.answer_s <= PATIENCE_S + site.answer_s
    assert [each.right for each in probed] == list(RIGHTS)
    assert [each.state for each in probed[:3]] == [RightState.GRANTED] * 3
    assert {each.state for each in probed[3:]} == {RightState.UNKNOWN}
    assert "too slowly" in probed[-1].note


def test_c3_at_an_ordinary_pace_every_right_is_tried() -> None:
    site = Slow(answer_s=PATIENCE_S / len(RIGHTS) - 0.01)
    assert {each.state for each in probe_rights(cast(ConnectWiseClient, site), lambda: site.time_s)} == {
        RightState.GRANTED
    }
