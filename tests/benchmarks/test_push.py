"""What the figures of a push are measured against, and with."""

import json
import re

import pytest
from crossfoot.messages.platform import PlatformPayment

from benchmarks.push import Received, least_s
from benchmarks.stub_queues import VISIBILITY_S
from benchmarks.warm import TIMEOUTS_S
from local.sandbox.quickbooks.limits import Limits
from local.sandbox.quickbooks.switches import Switches
from local.stack.paths import ROOT


class Clock:
    """A clock that is moved by hand. Units: seconds."""

    def __init__(self) -> None:
        self.at = 0.0

    def seconds(self) -> float:
        return self.at


@pytest.mark.parametrize(
    ("calls", "seconds"), [(1, 0), (10, 0), (11, 1), (100, 9), (500, 49), (501, 60), (1_000, 109), (1_001, 120)]
)
def test_the_least_time_that_some_calls_take(calls: int, seconds: float) -> None:
    assert least_s(calls) == seconds


def test_whoever_asks_all_the_time_is_let_in_by_the_sandbox_in_the_least_time() -> None:
    clock = Clock()
    limits = Limits(clock, Switches())  # type: ignore[arg-type]
    let_in: list[float] = []
    while len(let_in) < 1_001:
        while limits.admit("1", batch=False):
            let_in.append(clock.at)
        clock.at += 0.25
    for calls in (1, 10, 11, 499, 500, 501, 1_000, 1_001):
        assert least_s(calls) == let_in[calls - 1]


def test_workers_are_given_what_the_template_gives_them_in_production() -> None:
    template = (ROOT / "template.yaml").read_text()
    (production,) = re.findall(r"    production: \{.*\}", template)
    assert f"PaymentTimeout: {TIMEOUTS_S['mirror_payment']}," in production
    assert f"PaymentTimeout: {TIMEOUTS_S['mirror_bill']}," in production
    assert f"PaymentVisibility: {VISIBILITY_S}," in production


def test_a_payment_is_told_as_the_platform_tells_it() -> None:
    told = Received("1001", "7", "50.19", "2026-11-22", "pay_3").as_told()
    payment = PlatformPayment.model_validate_json(json.dumps(told)).to_payment()
    assert (payment.total_minor, str(payment.allocations[0].invoice.id)) == (5019, "1001")
