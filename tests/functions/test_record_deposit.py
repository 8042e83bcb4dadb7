"""record_deposit: the real handler and its sample batch of two partners."""

from datetime import date
from types import ModuleType

import pytest
from crossfoot.adapters.clock import SystemClock
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.history import TableHistory
from crossfoot.adapters.dynamodb.preferences import TablePreferences
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import PLATFORM, Kind, Payout, PayoutItem, PayoutItemKind, PayoutState, Ref, Standing, Version
from crossfoot.core.preferences import Preferences

from tests.functions.conftest import Aws, Load, in_time, sample

ONE, TWO = "t_0a1b2c3d4e5f6071", "t_8192a3b4c5d6e7f8"
PAYOUTS = {ONE: "po_412", TWO: "po_77"}


@pytest.fixture
def handler(aws: Aws, load: Load) -> ModuleType:
    return load("record_deposit")


def save_payout(aws: Aws, tenant: str) -> Ref:
    """Put the payout that the sample names into a partner's book."""
    ref = Ref(PLATFORM, Kind.PAYOUT, PAYOUTS[tenant])
    version = Version("2026-11-21T20:00:00.000000Z", "2026-11-21T20:00:00.000000Z")
    items = (PayoutItem(PayoutItemKind.ADJUSTMENT, 12_500),)
    payout = Payout(ref, version, Standing.LIVE, PayoutState.PAID, date(2026, 11, 21), "USD", 12_500, items)
    TableBook(Table(aws.environment["TABLE_NAME"])).save(tenant, [payout])
    return ref


def told(aws: Aws, tenant: str, ref: Ref) -> list[str]:
    """Read the codes of a record's decisions."""
    history = TableHistory(Table(aws.environment["TABLE_NAME"]), SystemClock())
    return [each.item.code for each in history.load(tenant, ref)]


def test_d1_each_partners_payout_is_decided_on_under_that_partner(aws: Aws, handler: ModuleType) -> None:
    refs = {tenant: save_payout(aws, tenant) for tenant in PAYOUTS}
    preferences = Preferences(deposits_enabled=True, deposit_account_id="35")
    TablePreferences(Table(aws.environment["TABLE_NAME"])).save(TWO, preferences)
    assert handler.handler(sample("record_deposit"), in_time()) == {"batchItemFailures": []}
    assert told(aws, ONE, refs[ONE]) == ["deposits_off"]
    assert told(aws, TWO, refs[TWO]) == ["accounting_not_connected"]
    assert told(aws, ONE, refs[TWO]) == []


def test_a_payout_that_is_not_in_the_book_leaves_the_other_alone(aws: Aws, handler: ModuleType) -> None:
    ref = save_payout(aws, TWO)
    first = sample("record_deposit")["Records"][0]["messageId"]
    assert handler.handler(sample("record_deposit"), in_time()) == {"batchItemFailures": [{"itemIdentifier": first}]}
    assert told(aws, TWO, ref) == ["deposits_off"]


def test_what_cannot_be_finished_in_time_comes_back(aws: Aws, handler: ModuleType) -> None:
    for tenant in PAYOUTS:
        save_payout(aws, tenant)
    answer = handler.handler(sample("record_deposit"), in_time(remaining_ms=100))
    assert len(answer["batchItemFailures"]) == len(sample("record_deposit")["Records"])
