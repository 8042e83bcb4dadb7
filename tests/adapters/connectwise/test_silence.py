"""ConnectWise is found silent, or heard again, by reads only: behind a write nothing may fail any more (C7)."""

from datetime import date

import pytest
from crossfoot.adapters.connectwise.client import ConnectWiseClient
from crossfoot.adapters.connectwise.rows import ConnectWisePsa
from crossfoot.core.model import System
from crossfoot.errors import OutcomeUnknown, RateLimited, RemoteUnavailable
from crossfoot.http import Line

from tests.adapters.connectwise.site import TENANT, Msp

INFO = "/system/info"


def opened(msp: Msp, told: list[str], *, unanswered: bool) -> ConnectWiseClient:
    line = Line(
        System.CONNECTWISE,
        unanswered=unanswered,
        tell_silence=lambda: told.append("silence"),
        tell_answer=lambda: told.append("answer"),
    )
    return ConnectWiseClient(msp.door, TENANT, msp.account, msp.codebases, msp.budget, None, line)


@pytest.mark.parametrize(("fault", "error"), [("server_error", RemoteUnavailable), ("throttle", RateLimited)])
def test_c7_a_read_that_is_not_answered_is_a_silence_until_one_is(
    msp: Msp, fault: str, error: type[RemoteUnavailable | RateLimited]
) -> None:
    told: list[str] = []
    client = opened(msp, told, unanswered=False)
    msp.sandbox.fault(fault, path_contains=INFO)
    with pytest.raises(error) as raised:
        client.get(INFO)
    assert (raised.value.system, told) == ("connectwise", ["silence"])
    client.get(INFO)
    client.get(INFO)
    assert told == ["silence", "answer"]


def test_c7_a_write_names_who_did_not_answer_and_tells_nothing(msp: Msp) -> None:
    told: list[str] = []
    client = opened(msp, told, unanswered=True)
    invoice = msp.invoice(msp.customer("Contoso"), "INV-1", 100)
    before = list(told)
    msp.sandbox.fault("server_error", method="POST")
    with pytest.raises(OutcomeUnknown) as raised:
        client.post("/finance/payments", {})
    assert raised.value.system == "connectwise"
    ConnectWisePsa(client).create_row(invoice, 2_500, date(2026, 11, 3), "USD")
    assert told == before
    client.get(INFO)
    assert told == ["answer"]
