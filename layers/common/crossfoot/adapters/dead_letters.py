"""The messages that were given up, in the dead-letter queues (X3)."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import batched, groupby
from typing import Any

from crossfoot.aws import SQS, AwsService
from crossfoot.errors import BadMessage
from crossfoot.messages import read_message
from crossfoot.ports import MAX_REVIVALS, DeadLetter

BATCH = 10
# A queue with more letters than this that stay wants a person first.
MAX_RECEIVES = 20
# Longer than a sweep needs from taking a letter to removing it.
HIDDEN_S = 300

_log = logging.getLogger(__name__)


class SqsDeadLetters:
    """The port DeadLetters on SQS. Takes: the dead-letter queues, those first whose letters are urgent."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = urls
        self._sqs = AwsService(SQS)

    def take(self, limit: int) -> tuple[DeadLetter, ...]:
        """Read some of each queue; what is to stay is hidden for a while.

        A lane gives no more of its letters until those that it gave are removed.
        """
        letters: list[DeadLetter] = []
        for url in self._urls:
            letters += self._take_from(url, min(BATCH, limit - len(letters)))
        return tuple(letters)

    def remove(self, letters: Sequence[DeadLetter]) -> None:
        """Take them away; one whose receipt is too old stays for the next sweep."""
        for url, here in groupby(sorted(letters, key=_queue_of), key=_queue_of):
            for some in batched(here, BATCH, strict=False):
                self._delete(url, some)

    def _take_from(self, url: str, count: int) -> Sequence[DeadLetter]:
        for _ in range(MAX_RECEIVES if count else 0):
            found = self._receive(url, count)
            letters = list(_to_letters(url, found))
            if letters or not found:
                return letters
        return ()

    def _receive(self, url: str, count: int) -> Sequence[Mapping[str, Any]]:
        request = {
            "QueueUrl": url,
            "MaxNumberOfMessages": count,
            "VisibilityTimeout": HIDDEN_S,
            "MessageSystemAttributeNames": ["SentTimestamp"],
        }
        return self._sqs.call("ReceiveMessage", request).get("Messages") or ()

    def _delete(self, url: str, letters: Sequence[DeadLetter]) -> None:
        entries = [{"Id": str(place), "ReceiptHandle": letter.receipt} for place, letter in enumerate(letters)]
        refused = self._sqs.call("DeleteMessageBatch", {"QueueUrl": url, "Entries": entries}).get("Failed")
        if refused:
            _log.warning("%d dead letters were not removed: %s", len(refused), refused[0].get("Code"))


def _queue_of(letter: DeadLetter) -> str:
    return letter.queue


def _to_letters(url: str, found: Sequence[Mapping[str, Any]]) -> Iterator[DeadLetter]:
    """Read letters; of those that stay, the log says why."""
    for message in found:
        told = {"message_id": message["MessageId"]}
        try:
            content = read_message(message["Body"])
        except BadMessage as error:
            _log.warning("a dead letter cannot be read: %s", error, extra=told)
            continue
        if content.revivals >= MAX_REVIVALS:
            told["tenant"] = content.tenant
            _log.warning("a dead letter was revived %d times: %s", content.revivals, content.kind, extra=told)
            continue
        # SQS sets this anew when it moves a message here: it is when the message was given up.
        since = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
        yield DeadLetter(content, since, message["ReceiptHandle"], url)
