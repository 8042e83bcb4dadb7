"""Partners' schedules: one each, replaced whole, and no time of theirs is swallowed as another's duplicate (S1)."""

import hashlib
from collections.abc import Iterator
from datetime import time
from typing import Any

import boto3
import pytest
from botocore import exceptions as aws
from botocore.stub import Stubber
from crossfoot.adapters.schedules import SCHEDULED_TIME, EventBridgeSchedules, Place
from crossfoot.adapters.sqs import SqsQueue
from crossfoot.core.sync.schedule import to_expression
from crossfoot.core.sync.settings import Every, Schedule
from crossfoot.errors import AwsUnavailable, CrossfootError, Rejected
from crossfoot.messages import StartSync, read_message
from moto import mock_aws

from tests.architecture.deployed import resources
from tests.fakes.aws import Said, scripted_aws

PLACE = Place(
    "crossfoot-local",
    "arn:aws:sqs:us-east-1:123456789012:crossfoot-local-syncs.fifo",
    "arn:aws:iam::123456789012:role/schedules",
)
NORTH, SOUTH = "t_00000001", "t_00000002"
DAILY = Schedule(Every.DAY, time(6, 30), "America/New_York")
HOURLY = Schedule(Every.HOUR, time(0, 15), "Europe/Berlin")
TIMES = ("2026-11-22T11:30:00Z", "2026-11-23T11:30:00Z")


@pytest.fixture(scope="module")
def cloud() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        with mock_aws():
            boto3.client("scheduler").create_schedule_group(Name=PLACE.group)
            yield


@pytest.fixture(scope="module")
def schedules(cloud: None) -> EventBridgeSchedules:
    return EventBridgeSchedules(PLACE)


def _names(schedules: EventBridgeSchedules) -> set[str]:
    return {each["Name"] for each in schedules.client.list_schedules(GroupName=PLACE.group)["Schedules"]}


def _read(schedules: EventBridgeSchedules, tenant: str) -> Any:
    return schedules.client.get_schedule(Name=tenant, GroupName=PLACE.group)


def test_s1_a_partner_has_one_schedule_which_the_next_one_replaces(schedules: EventBridgeSchedules) -> None:
    for wanted in (DAILY, HOURLY, HOURLY):
        schedules.put(NORTH, wanted)
        stands = _read(schedules, NORTH)
        assert (stands["ScheduleExpression"], stands["ScheduleExpressionTimezone"]) == to_expression(wanted)
        assert (stands["State"], stands["FlexibleTimeWindow"]) == ("ENABLED", {"Mode": "OFF"})
        assert (stands["Target"]["Arn"], stands["Target"]["RoleArn"]) == (PLACE.queue_arn, PLACE.role_arn)
    assert _names(schedules) == {NORTH}


def test_s1_a_schedule_that_is_taken_away_is_gone_and_no_other(schedules: EventBridgeSchedules) -> None:
    for tenant in (NORTH, SOUTH):
        schedules.put(tenant, DAILY)
    for _ in range(2):
        schedules.remove(NORTH)
        assert _names(schedules) == {SOUTH}


def test_s1_what_comes_is_a_message_of_that_partner_in_the_line_of_its_runs(schedules: EventBridgeSchedules) -> None:
    schedules.put(SOUTH, DAILY)
    target = _read(schedules, SOUTH)["Target"]
    message = read_message(target["Input"].replace(SCHEDULED_TIME, TIMES[0]))
    assert message == StartSync(tenant=SOUTH, because=TIMES[0])
    with scripted_aws() as cloud:
        cloud.script.append(Said())
        SqsQueue({"start_sync": "http://queue"}).send([message])
        (entry,) = cloud.asked[0].json["Entries"]
    assert target["SqsParameters"]["MessageGroupId"] == entry["MessageGroupId"]


def test_s1_a_repeated_delivery_is_one_message_and_the_next_time_is_another(schedules: EventBridgeSchedules) -> None:
    """The queue names a message that comes without a deduplication id by the SHA-256 of its body."""
    assert resources()["SyncsQueue"]["Properties"]["ContentBasedDeduplication"] is True
    schedules.put(SOUTH, DAILY)
    said = _read(schedules, SOUTH)["Target"]["Input"]
    first, again, following = (said.replace(SCHEDULED_TIME, each) for each in (TIMES[0], TIMES[0], TIMES[1]))
    named = [hashlib.sha256(body.encode()).hexdigest() for body in (first, again, following)]
    assert named[0] == named[1] != named[2]
    assert named == [read_message(body).deduplication_id for body in (first, again, following)]


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("ConflictException", 409, AwsUnavailable),
        ("ThrottlingException", 429, AwsUnavailable),
        ("InternalServerException", 500, AwsUnavailable),
        ("ValidationException", 400, Rejected),
    ],
)
def test_a_refusal_is_named_for_what_happens_next(
    schedules: EventBridgeSchedules, code: str, status: int, error: type[CrossfootError]
) -> None:
    with Stubber(schedules.client) as stub:
        stub.add_client_error("update_schedule", code, "Invalid Schedule Expression Timezone Mars/Olympus.", status)
        with pytest.raises(error, match="Olympus" if error is Rejected else code):
            schedules.put(NORTH, DAILY)
        stub.assert_no_pending_responses()


def test_a_schedule_that_somebody_else_makes_meanwhile_is_set_by_the_next_try(schedules: EventBridgeSchedules) -> None:
    with Stubber(schedules.client) as stub:
        stub.add_client_error("update_schedule", "ResourceNotFoundException", http_status_code=404)
        stub.add_client_error("create_schedule", "ConflictException", http_status_code=409)
        with pytest.raises(AwsUnavailable):
            schedules.put(NORTH, DAILY)
        stub.assert_no_pending_responses()


def test_a_right_that_is_missing_is_no_passing_trouble(schedules: EventBridgeSchedules) -> None:
    with Stubber(schedules.client) as stub:
        stub.add_client_error("delete_schedule", "AccessDeniedException", http_status_code=403)
        with pytest.raises(aws.ClientError, match="AccessDenied"):
            schedules.remove(NORTH)


def test_silence_is_told_as_such(schedules: EventBridgeSchedules, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise aws.ConnectTimeoutError(endpoint_url="https://scheduler")

    monkeypatch.setattr(schedules.client, "delete_schedule", fail)
    with pytest.raises(AwsUnavailable, match="does not answer"):
        schedules.remove(NORTH)
