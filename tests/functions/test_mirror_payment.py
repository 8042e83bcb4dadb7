"""mirror_payment: the real handler and its sample batch of two partners."""

from collections.abc import Callable
from datetime import date
from types import ModuleType

import pytest
from crossfoot.adapters.clock import SystemClock
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.history import TableHistory
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import ACCOUNTING, Kind, Payment, Ref, Standing, Version

from tests.functions.conftest import Aws, in_time, sample

type Load = Callable[[str], ModuleType]

ONE, TWO = "t_0a1b2c3d4e5f6071", "t_8192a3b4c5d6e7f8"
PAYMENTS = {ONE: "412", TWO: "77"}


@pytest.fixture
def handler(aws: Aws, load: Load) -> ModuleType:
    return load("mirror_payment")


def save_payment(aws: Aws, tenant: str) -> Ref:
    """Put the payment that the sample names into a partner's book."""
    ref = Ref(ACCOUNTING, Kind.PAYMENT, PAYMENTS[tenant])
    version = Version("2026-11-21T20:00:00Z", "2026-11-21T20:00:00Z")
    payment = Payment(ref, version, Standing.LIVE, None, date(2026, 11, 21), "USD", 12_500)
    TableBook(Table(aws.environment["TABLE_NAME"])).save(tenant, [payment])
    return ref


def told(aws: Aws, tenant: str, ref: Ref) -> list[str]:
    """Read the codes of a record's decisions."""
    history = TableHistory(Table(aws.environment["TABLE_NAME"]), SystemClock())
    return [each.item.code for each in history.load(tenant, ref)]


def test_each_partners_payment_is_decided_on_under_that_partner(aws: Aws, handler: ModuleType) -> None:
    refs = {tenant: save_payment(aws, tenant) for tenant in PAYMENTS}
    assert handler.handler(sample("mirror_payment"), in_time()) == {"batchItemFailures": []}
    for tenant, ref in refs.items():
        assert told(aws, tenant, ref) == ["toggle_off"]
    assert told(aws, ONE, refs[TWO]) == []


def test_a_payment_that_is_not_in_the_book_leaves_the_other_alone(aws: Aws, handler: ModuleType) -> None:
    ref = save_payment(aws, TWO)
    answer = handler.handler(sample("mirror_payment"), in_time())
    first = sample("mirror_payment")["Records"][0]["messageId"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": first}]}
    assert told(aws, TWO, ref) == ["toggle_off"]


def test_what_cannot_be_finished_in_time_comes_back(aws: Aws, handler: ModuleType) -> None:
    for tenant in PAYMENTS:
        save_payment(aws, tenant)
    answer = handler.handler(sample("mirror_payment"), in_time(remaining_ms=100))
    assert len(answer["batchItemFailures"]) == len(sample("mirror_payment")["Records"])
