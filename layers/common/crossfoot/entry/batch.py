"""Queue batches: each message stands for itself, and only the ones that failed come back."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum, auto
from typing import Any

from crossfoot.errors import BadMessage, NeedsPartner, RateLimited, Retryable
from crossfoot.messages import Message, read_message

_log = logging.getLogger(__name__)

# A message that could hardly be finished any more is not started. One that is cut off is redelivered and looked at first.
RESERVE_MS = 5_000


class _End(Enum):
    """How work ended. AGAIN and LIMITED come back to the queue; after LIMITED the vendor takes no more calls for now."""

    DONE = auto()
    AGAIN = auto()
    LIMITED = auto()


type Failures = dict[str, list[dict[str, str]]]
type Handle[M] = Callable[[M], object]
type Gather[M] = Callable[[str, Sequence[M]], Handle[M]]


def handle_batch[M: Message](
    event: Mapping[str, Any],
    kinds: type[M] | tuple[type[M], ...],
    gather: Gather[M],
    *,
    remaining_ms: Callable[[], int] | None = None,
) -> Failures:
    """Handle a batch of SQS messages of one kind, or of a few.

    Takes: `gather(tenant, messages)` is called once per partner in the batch, reads what its messages have in common, and
    gives the function that then handles each. `remaining_ms` is the Lambda context's; a message that could no longer be
    finished is not started.
    Returns: the partial batch response: the messages that SQS shall deliver again.

    Messages that follow a failed one are handled all the same: each one reads what is true when it runs, so their order
    carries nothing, and a message that can never succeed must not take its neighbours to the dead-letter queue. Only where
    a vendor's limit is used up nothing follows: each would cost one more call that the vendor refuses.
    """
    failed: list[str] = []
    for tenant, messages in _by_tenant(event["Records"], kinds, failed).items():
        failed.extend(_handle_tenant(tenant, messages, gather, remaining_ms))
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


def _handle_tenant[M: Message](
    tenant: str, messages: Mapping[str, M], gather: Gather[M], remaining_ms: Callable[[], int] | None
) -> list[str]:
    handle: list[Handle[M]] = []
    told = {"tenant": tenant, "message_id": ", ".join(messages)}
    if _try("gather", told, lambda: handle.append(gather(tenant, tuple(messages.values())))) is not _End.DONE:
        return list(messages)
    if not handle:  # parked: the partner is told, and there is nothing to redeliver
        return []
    failed: list[str] = []
    for place, (item, message) in enumerate(messages.items()):
        end = _handle_one(handle[0], item, message, remaining_ms)
        if end is _End.LIMITED:
            return [*failed, *list(messages)[place:]]
        if end is _End.AGAIN:
            failed.append(item)
    return failed


def _handle_one[M: Message](
    handle: Handle[M], message_id: str, message: M, remaining_ms: Callable[[], int] | None
) -> _End:
    told = {"tenant": message.tenant, "message_id": message_id}
    if remaining_ms is not None and remaining_ms() < RESERVE_MS:
        _log.warning("no time left: %s", message.kind, extra=told)
        return _End.AGAIN
    return _try(message.kind, told, lambda: handle(message))


def _try(what: str, told: Mapping[str, str], work: Callable[[], object]) -> _End:
    try:
        work()
    except NeedsPartner as error:
        _log.warning("parked %s: %s", what, error, extra={**told, "fix": error.fix, "error": type(error).__name__})
    except Retryable as error:
        _log.info("again later: %s: %s", what, error, extra={**told, "error": type(error).__name__})
        return _End.LIMITED if isinstance(error, RateLimited) else _End.AGAIN
    except BadMessage as error:
        _log.error("bad message: %s: %s", what, error, extra=told)
        return _End.AGAIN
    except Exception:
        # A bug, which must not sink the batch. Redelivery takes it to the dead-letter queue, whose alarm is heard.
        _log.exception("crashed: %s", what, extra=told)
        return _End.AGAIN
    return _End.DONE
