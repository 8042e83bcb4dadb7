"""The queues between the steps, on SQS FIFO."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import batched
from typing import TYPE_CHECKING

from crossfoot.aws import SQS, AwsService
from crossfoot.config import locate_aws
from crossfoot.errors import AwsUnavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

    from crossfoot.messages import Message

BATCH = 10
ATTEMPTS = 4
LONGEST_VISIBILITY_S = 12 * 60 * 60


class SqsQueue:
    """The port Queue on SQS. Takes: `urls` names the queue of each kind of message."""

    def __init__(self, urls: Mapping[str, str], *, pause: Callable[[float], None] = time.sleep) -> None:
        self._urls = urls
        self._pause = pause
        self._sqs = AwsService(SQS, pause=pause)

    def send(self, messages: Sequence[Message]) -> None:
        """Queue messages, each to the queue of its kind; all are accepted, or it raises RemoteUnavailable.

        Then some may have been accepted: sending all again is right, for a message that is there already is dropped by
        its deduplication id.
        """
        by_url: dict[str, dict[str, Message]] = {}
        for message in messages:
            same_work = (f"{message.tenant} {message.deduplication_id}", message)
            by_url.setdefault(self._urls[message.kind], {}).setdefault(*same_work)
        for url, distinct in by_url.items():
            for some in batched(distinct.values(), BATCH, strict=False):
                self._send_batch(url, some)

    def postpone(self, queue_arn: str, receipts: Sequence[str], after_s: float) -> None:
        """Have messages that were received come back after a while, instead of after the queue's visibility timeout.

        Takes: at most ten, as a batch holds; one that is no longer held is left alone. Who works on a queue need not be
        one who sends to it, so it is named as the event names it.
        Raises: AwsUnavailable; then some may have been put off.
        """
        *_, account, name = queue_arn.split(":")
        timeout_s = min(LONGEST_VISIBILITY_S, math.ceil(after_s))
        entries = [
            {"Id": str(place), "ReceiptHandle": receipt, "VisibilityTimeout": timeout_s}
            for place, receipt in enumerate(receipts)
        ]
        url = f"{locate_aws('sqs')[1]}{account}/{name}"
        self._sqs.call("ChangeMessageVisibilityBatch", {"QueueUrl": url, "Entries": entries})

    def _send_batch(self, url: str, messages: Sequence[Message]) -> None:
        entries = [_entry(str(place), message) for place, message in enumerate(messages)]
        for attempt in range(ATTEMPTS):
            refused = self._sqs.call("SendMessageBatch", {"QueueUrl": url, "Entries": entries}).get("Failed", [])
            if not refused:
                return
            again = {failure["Id"] for failure in refused}
            entries = [entry for entry in entries if entry["Id"] in again]
            if attempt + 1 < ATTEMPTS:
                self._pause(0.1 * 2**attempt)
        raise AwsUnavailable(f"SQS refused {len(refused)} messages: {refused[0]['Code']}")


def _entry(id_: str, message: Message) -> SendMessageBatchRequestEntryTypeDef:
    return {
        "Id": id_,
        "MessageBody": message.to_json(),
        # One partner's work of one lane is serial; partners and lanes do not wait for each other.
        "MessageGroupId": f"{message.tenant}:{message.lane}",
        "MessageDeduplicationId": message.deduplication_id,
    }
