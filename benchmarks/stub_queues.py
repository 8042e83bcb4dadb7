"""SQS FIFO in memory: groups in order, one batch of a group at a time, deduplication, and deliveries that come back."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

type Answer = Mapping[str, Any]
type Request = Mapping[str, Any]

# template.yaml: PaymentVisibility and SyncVisibility of the stage production; a message of a run is worked on for long.
VISIBILITY_S, SYNC_VISIBILITY_S = 180, 1800
_OF_SYNCS = ("/sync_batch.fifo", "/post_batch.fifo", "/sync_payables.fifo")


@dataclass(slots=True)
class _Held:
    """A message, and from when on it may be received. Units: of the clock that was given."""

    id: str
    body: str
    visible_at: float = 0
    receives: int = 0

    def deliver(self, until: float) -> Answer:
        self.visible_at, self.receives = until, self.receives + 1
        received = {"ApproximateReceiveCount": str(self.receives)}
        return {
            "MessageId": self.id,
            "ReceiptHandle": f"{self.id} {self.receives}",
            "Body": self.body,
            "Attributes": received,
        }


class Queues:
    """Messages by queue and group. What was sent once is never taken again: no benchmark lasts for five minutes."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._groups: dict[str, dict[str, list[_Held]]] = defaultdict(lambda: defaultdict(list))
        self._seen: set[tuple[str, str, str]] = set()

    @property
    def calls(self) -> tuple[Callable[[Request], Answer], ...]:
        """What can be asked."""
        return (
            self.send_message_batch, self.receive_message, self.delete_message_batch,
            self.change_message_visibility_batch,
        )  # fmt: skip

    def send_message_batch(self, request: Request) -> Answer:
        for entry in request["Entries"]:
            group = entry["MessageGroupId"]
            same = (request["QueueUrl"], group, entry["MessageDeduplicationId"])
            if same not in self._seen:
                self._seen.add(same)
                self._groups[request["QueueUrl"]][group].append(_Held(str(len(self._seen)), entry["MessageBody"]))
        return _all_done(request)

    def receive_message(self, request: Request) -> Answer:
        """Give messages of one group, none of which is held: of the group that has waited for longest."""
        now = self._now()
        groups = self._groups[request["QueueUrl"]]
        for name, messages in groups.items():
            if messages and all(each.visible_at <= now for each in messages):
                groups[name] = groups.pop(name)
                taken = messages[: request["MaxNumberOfMessages"]]
                until = now + (SYNC_VISIBILITY_S if request["QueueUrl"].endswith(_OF_SYNCS) else VISIBILITY_S)
                return {"Messages": [each.deliver(until) for each in taken]}
        return {"Messages": []}

    def delete_message_batch(self, request: Request) -> Answer:
        over = set(_ids(request))
        groups = self._groups[request["QueueUrl"]]
        for name, messages in groups.items():
            groups[name] = [each for each in messages if each.id not in over]
        return _all_done(request)

    def change_message_visibility_batch(self, request: Request) -> Answer:
        visible_at = self._now() + request["Entries"][0]["VisibilityTimeout"]
        put_off = set(_ids(request))
        for messages in self._groups[request["QueueUrl"]].values():
            for each in messages:
                if each.id in put_off:
                    each.visible_at = visible_at
        return _all_done(request)


def _ids(request: Request) -> Iterable[str]:
    return (entry["ReceiptHandle"].partition(" ")[0] for entry in request["Entries"])


def _all_done(request: Request) -> Answer:
    return {"Successful": [{"Id": entry["Id"], "MessageId": entry["Id"]} for entry in request["Entries"]], "Failed": []}
