"""crossfoot: the real handler; a request compares, the schedule asks for every partner."""

from collections.abc import Callable
from types import ModuleType

import pytest
from crossfoot.adapters.dynamodb.reports import TableReports
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import System

from tests.functions.conftest import Aws, in_time, sample

type Load = Callable[[str], ModuleType]

TENANT = "t_0a1b2c3d4e5f6071"


@pytest.fixture
def handler(aws: Aws, load: Load) -> ModuleType:
    return load("crossfoot")


def test_the_sample_request_leaves_a_report(aws: Aws, handler: ModuleType) -> None:
    assert handler.handler(sample("crossfoot"), in_time()) == {"batchItemFailures": []}
    report = TableReports(Table(aws.environment["TABLE_NAME"])).load_newest(TENANT)
    assert report is not None
    assert report.line == "crossfoot: 0 invoices, 0 payments, 0 differences, without reading ConnectWise and QuickBooks"


def test_a_worker_whose_time_is_nearly_over_hands_the_rest_on(aws: Aws, handler: ModuleType) -> None:
    assert handler.handler(sample("crossfoot"), in_time(5_000)) == {"batchItemFailures": []}
    (rest,) = aws.messages("crossfoot")
    assert (rest["tenant"], rest["live"]) == (TENANT, True)
    reports = TableReports(Table(aws.environment["TABLE_NAME"]))
    under_way = reports.load_under_way(TENANT)
    assert under_way is not None
    assert rest["comparison"] == under_way.id
    assert reports.load_newest(TENANT) is None


def test_the_schedule_asks_for_every_partner_once(aws: Aws, handler: ModuleType) -> None:
    aws.connect("t_00000001", System.QUICKBOOKS, "1")
    aws.connect("t_00000001", System.CONNECTWISE, "acme@one", site_url="https://psa.example")
    aws.connect("t_00000002", System.QUICKBOOKS, "2")
    asked = handler.handler(sample("sweep"), in_time())["requested"]
    found = aws.messages("crossfoot")
    assert len(found) == asked
    assert {"t_00000001"} <= {each["tenant"] for each in found} <= {"t_00000001", "t_00000002"}
    assert len({each["tenant"] for each in found}) == len(found)
