"""The payments that were given up, in the dead-letter queue of the payments (X3)."""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import batched
from typing import Any

from crossfoot.aws import SQS, AwsService
from crossfoot.errors import BadMessage
from crossfoot.messages import MirrorPayment, read_message
from crossfoot.ports import DeadLetter

BATCH = 10
# A queue with more unreadable letters than this wants a person first.
MAX_RECEIVES = 20
# Longer than a sweep needs from taking a letter to removing it.
HIDDEN_S = 300

_log = logging.getLogger(__name__)


class SqsDeadLetters:
    """The port DeadLetters on SQS."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._sqs = AwsService(SQS)

    def take(self, limit: int) -> tuple[DeadLetter, ...]:
        """Read some; what cannot be read is hidden for a while, and stays.

        A lane gives no more of its letters until those that it gave are removed.
        """
        for _ in range(MAX_RECEIVES):
            found = self._receive(min(BATCH, limit))
            letters = tuple(letter for letter in map(_to_letter, found) if letter is not None)
            if letters or not found:
                return letters
        return ()

    def remove(self, letters: Sequence[DeadLetter]) -> None:
        """Take them away; one whose receipt is too old stays for the next sweep."""
        for some in batched(letters, BATCH, strict=False):
            entries = [{"Id": str(place), "ReceiptHandle": letter.receipt} for place, letter in enumerate(some)]
            refused = self._sqs.call("DeleteMessageBatch", {"QueueUrl": self._url, "Entries": entries}).get("Failed")
            if refused:
                _log.warning("%d dead letters were not removed: %s", len(refused), refused[0].get("Code"))

    def _receive(self, count: int) -> Sequence[Mapping[str, Any]]:
        request = {
            "QueueUrl": self._url,
            "MaxNumberOfMessages": count,
            "VisibilityTimeout": HIDDEN_S,
            "MessageSystemAttributeNames": ["SentTimestamp"],
        }
        return self._sqs.call("ReceiveMessage", request).get("Messages") or ()


def _to_letter(message: Mapping[str, Any]) -> DeadLetter | None:
    told = {"message_id": message["MessageId"]}
    try:
        content = read_message(message["Body"])
    except BadMessage as error:
        _log.warning("a dead letter cannot be read: %s", error, extra=told)
        return None
    if not isinstance(content, MirrorPayment):
        _log.warning("a dead letter is no payment: %s", content.kind, extra=told)
        return None
    # SQS sets this anew when it moves a message here: it is when the message was given up.
    since = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
    return DeadLetter(content, since, message["ReceiptHandle"])
