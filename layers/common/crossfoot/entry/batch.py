"""Queue batches: each message stands for itself, and only the ones that failed come back."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crossfoot.errors import AwsUnavailable, BadMessage, Conflict, NeedsPartner, RateLimited, Retryable
from crossfoot.messages import Message, read_message

_log = logging.getLogger(__name__)

# A message that could hardly be finished any more is not started. One that is cut off is redelivered and looked at first.
RESERVE_MS = 5_000


# Whoever is refused again and again comes back less and less often: its tries are counted.
LONGEST_WAIT_S = 300


@dataclass(frozen=True, slots=True)
class _End:
    """How work ended.

    Takes: `again`: it comes back to the queue, `after_s` from now, or when its visibility timeout ends; `is_limited`: the
    vendor takes no calls until then.
    """

    again: bool = False
    after_s: float | None = None
    is_limited: bool = False


_DONE, _AGAIN, _SOON = _End(), _End(again=True), _End(again=True, after_s=0)

type Failures = dict[str, list[dict[str, str]]]
type Handle[M] = Callable[[M], object]
type Gather[M] = Callable[[str, Sequence[M]], Handle[M]]
# Has some deliveries of a queue, named by its ARN, come back after some seconds. Raises: AwsUnavailable.
type Postpone = Callable[[str, Sequence[str], float], None]


def handle_batch[M: Message](
    event: Mapping[str, Any],
    kinds: type[M] | tuple[type[M], ...],
    gather: Gather[M],
    *,
    remaining_ms: Callable[[], int] | None = None,
    postpone: Postpone | None = None,
) -> Failures:
    """Handle a batch of SQS messages of one kind, or of a few.

    Takes: `gather(tenant, messages)` is called once per partner in the batch, reads what its messages have in common, and
    gives the function that then handles each. `remaining_ms` is the Lambda context's; a message that could no longer be
    finished is not started. `postpone` is the queue's: what met a vendor's limit comes back once there is room again, and
    what met another worker, or AWS when it was busy, or was not started, a moment later: none after a whole visibility
    timeout, which is for workers that died.
    Returns: the partial batch response: the messages that SQS shall deliver again.

    Messages that follow a failed one are handled all the same: each one reads what is true when it runs, so their order
    carries nothing, and a message that can never succeed must not take its neighbours to the dead-letter queue. Only where
    a vendor's limit is used up nothing follows: each would cost one more call that the vendor refuses.
    """
    failed: list[str] = []
    deliveries = _Deliveries({record["messageId"]: record for record in event["Records"]}, postpone)
    for tenant, messages in _by_tenant(event["Records"], kinds, failed).items():
        failed.extend(_handle_tenant(tenant, messages, gather, remaining_ms, deliveries))
    order = [record["messageId"] for record in event["Records"]]
    return {"batchItemFailures": [{"itemIdentifier": item} for item in sorted(set(failed), key=order.index)]}


def _by_tenant[M: Message](
    records: Iterable[Mapping[str, Any]], kinds: type[M] | tuple[type[M], ...], failed: list[str]
) -> dict[str, dict[str, M]]:
    """Read the records; those of no kind that belongs here are added to `failed`, and end up where a person looks."""
    tenants: dict[str, dict[str, M]] = {}
    for record in records:
        try:
            message = read_message(record["body"])
            if not isinstance(message, kinds):
                raise BadMessage(f"a {message.kind} on the wrong queue")
        except BadMessage as error:
            _log.error("bad message: %s", error, extra={"message_id": record["messageId"]})
            failed.append(record["messageId"])
        else:
            tenants.setdefault(message.tenant, {})[record["messageId"]] = message
    return tenants


@dataclass(frozen=True, slots=True)
class _Deliveries:
    """The deliveries of a batch, as SQS knows them. Takes: `records` by message."""

    records: Mapping[str, Mapping[str, Any]]
    postpone: Postpone | None

    def come_back(self, messages: list[str], end: _End) -> list[str]:
        """Let messages come back, together: as soon as that may be of use, and later each time."""
        if end.after_s is not None and self.postpone is not None:
            deliveries = [self.records[message] for message in messages]
            receipts = [str(each["receiptHandle"]) for each in deliveries]
            try:
                self.postpone(str(deliveries[0]["eventSourceARN"]), receipts, max(end.after_s, _patience_s(deliveries)))
            except AwsUnavailable as error:
                # They come back all the same, when the queue's visibility timeout ends.
                _log.warning("not put off: %s", error, extra={"message_id": ", ".join(messages)})
            except Exception:
                # A bug, which must not undo what the rest of the batch has done.
                _log.exception("not put off", extra={"message_id": ", ".join(messages)})
        return messages


def _patience_s(deliveries: Iterable[Mapping[str, Any]]) -> float:
    tries = max(int(each["attributes"]["ApproximateReceiveCount"]) for each in deliveries)
    return float(min(LONGEST_WAIT_S, 2 ** (tries - 1)))


def _handle_tenant[M: Message](
    tenant: str,
    messages: Mapping[str, M],
    gather: Gather[M],
    remaining_ms: Callable[[], int] | None,
    deliveries: _Deliveries,
) -> list[str]:
    handle: list[Handle[M]] = []
    told = {"tenant": tenant, "message_id": ", ".join(messages)}
    end = _try("gather", told, lambda: handle.append(gather(tenant, tuple(messages.values()))))
    if end.again:
        return deliveries.come_back(list(messages), end)
    if not handle:  # parked: the partner is told, and there is nothing to redeliver
        return []
    failed: list[str] = []
    for place, (item, message) in enumerate(messages.items()):
        end = _handle_one(handle[0], item, message, remaining_ms)
        if end.is_limited:
            return [*failed, *deliveries.come_back(list(messages)[place:], end)]
        if end.again:
            failed += deliveries.come_back([item], end)
    return failed


def _handle_one[M: Message](
    handle: Handle[M], message_id: str, message: M, remaining_ms: Callable[[], int] | None
) -> _End:
    told = {"tenant": message.tenant, "message_id": message_id}
    if remaining_ms is not None and remaining_ms() < RESERVE_MS:
        _log.warning("no time left: %s", message.kind, extra=told)
        return _SOON
    return _try(message.kind, told, lambda: handle(message))


def _come_back_after(error: Retryable) -> _End:
    match error:
        case RateLimited():
            return _End(again=True, after_s=error.retry_after_s, is_limited=True)
        case Conflict() | AwsUnavailable():
            return _SOON
        case _:
            # A vendor that does not answer is left in peace for the queue's whole visibility timeout.
            return _AGAIN


def _try(what: str, told: Mapping[str, str], work: Callable[[], object]) -> _End:
    try:
        work()
    except NeedsPartner as error:
        _log.warning("parked %s: %s", what, error, extra={**told, "fix": error.fix, "error": type(error).__name__})
    except Retryable as error:
        _log.info("again later: %s: %s", what, error, extra={**told, "error": type(error).__name__})
        return _come_back_after(error)
    except BadMessage as error:
        _log.error("bad message: %s: %s", what, error, extra=told)
        return _AGAIN
    except Exception:
        # A bug, which must not sink the batch. Redelivery takes it to the dead-letter queue, whose alarm is heard.
        _log.exception("crashed: %s", what, extra=told)
        return _AGAIN
    return _DONE
