"""The partners' schedules on EventBridge Scheduler: each puts a message on the queue when its time has come (S1)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore import exceptions as aws
from botocore.config import Config

from crossfoot.core.sync.schedule import to_expression
from crossfoot.errors import AwsUnavailable, Rejected
from crossfoot.messages import StartSync

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_scheduler.type_defs import CreateScheduleInputTypeDef, TargetTypeDef

    from crossfoot.core.sync.settings import Schedule

# What the scheduler puts in its place: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"
# A run that could not be begun within half an hour is left to the next one.
RETRIES, LONGEST_AGE_S = 5, 1800
_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 4})
# Of a schedule that is just being changed by somebody else, the scheduler says ConflictException.
_BUSY = frozenset({"ConflictException", "InternalServerException", "ThrottlingException"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where our schedules are, what they send to, and the role that lets them."""

    group: str
    queue_arn: str
    role_arn: str


class EventBridgeSchedules:
    """Implements the port Schedules. A partner's schedule is called like the partner."""

    def __init__(self, place: Place) -> None:
        self._place = place

    @cached_property
    def client(self) -> EventBridgeSchedulerClient:
        """The AWS client."""
        client: EventBridgeSchedulerClient = boto3.client("scheduler", config=_CONFIG)
        return client

    def put(self, tenant: str, schedule: Schedule) -> None:
        """Set a partner's schedule, in place of the one before.

        Raises: Rejected("schedule_refused") when AWS takes no such schedule, AwsUnavailable.
        """
        wanted = self._wanted(tenant, schedule)
        with _own_errors():
            try:
                self.client.update_schedule(**wanted)
            except self.client.exceptions.ResourceNotFoundException:
                self.client.create_schedule(**wanted)

    def remove(self, tenant: str) -> None:
        """Take a partner's schedule away; one that is gone is no error. Raises: AwsUnavailable."""
        with _own_errors(), suppress(self.client.exceptions.ResourceNotFoundException):
            self.client.delete_schedule(Name=tenant, GroupName=self._place.group)

    def _wanted(self, tenant: str, schedule: Schedule) -> CreateScheduleInputTypeDef:
        expression, zone = to_expression(schedule)
        return {
            "Name": tenant,
            "GroupName": self._place.group,
            "ScheduleExpression": expression,
            "ScheduleExpressionTimezone": zone,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "State": "ENABLED",
            "Target": self._target(tenant),
        }

    def _target(self, tenant: str) -> TargetTypeDef:
        # The scheduler gives no deduplication id, so the queue makes one of the content: with the time in it, a delivery
        # that is repeated is one message, and the next time is another.
        message = StartSync(tenant=tenant, because=SCHEDULED_TIME)
        return {
            "Arn": self._place.queue_arn,
            "RoleArn": self._place.role_arn,
            "Input": message.to_json(),
            "SqsParameters": {"MessageGroupId": f"{message.tenant}:{message.lane}"},
            "RetryPolicy": {"MaximumRetryAttempts": RETRIES, "MaximumEventAgeInSeconds": LONGEST_AGE_S},
        }


@contextmanager
def _own_errors() -> Iterator[None]:
    try:
        yield
    except aws.ClientError as error:
        said = error.response["Error"]
        if said["Code"] in _BUSY or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise AwsUnavailable(f"EventBridge Scheduler is busy: {said['Code']}") from error
        if said["Code"] == "ValidationException":
            raise Rejected("schedule_refused", said["Message"], "Choose another time zone.") from error
        raise
    except (aws.ConnectionError, aws.HTTPClientError) as error:
        raise AwsUnavailable(f"EventBridge Scheduler does not answer: {error}") from error
