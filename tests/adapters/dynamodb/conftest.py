"""A table of the template's own key schema, in process."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import boto3
import pytest
from crossfoot.adapters.dynamodb.table import Table
from moto import mock_aws

from tests.adapters.dynamodb.doubles import CountingTable, OneByOneCountingTable, OneCallAtATime
from tests.architecture.deployed import resources
from tests.fakes.clock import FakeClock
from tests.fakes.plain_answers import cheap_calls

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def table_properties() -> dict[str, Any]:
    properties: dict[str, Any] = resources()["Table"]["Properties"]
    return properties


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    """One AWS for all tests of a file: no longer, or it would be there for other folders' tests too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        with mock_aws(), cheap_calls():
            yield


def _create_table(properties: dict[str, Any]) -> str:
    name = f"crossfoot-{next(_NUMBERS)}"
    wanted = {key: properties[key] for key in ("AttributeDefinitions", "KeySchema", "BillingMode")}
    boto3.client("dynamodb").create_table(TableName=name, **wanted)
    return name


@pytest.fixture
def table_name(aws: None, table_properties: dict[str, Any]) -> str:
    return _create_table(table_properties)


@pytest.fixture(scope="module")
def shared_table(aws: None, table_properties: dict[str, Any]) -> Table:
    """A table for the tests of a file that only read what was saved once."""
    return OneCallAtATime(_create_table(table_properties))


@pytest.fixture
def table(table_name: str) -> Table:
    return OneCallAtATime(table_name)


@pytest.fixture
def counting_table(table_name: str) -> CountingTable:
    return OneByOneCountingTable(table_name)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
