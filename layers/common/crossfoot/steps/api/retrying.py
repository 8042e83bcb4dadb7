"""Try parked records again, or ignore them: one, many, all of a cause, or all there are (X1, X3)."""

from collections.abc import Callable

from crossfoot.core.attention import Parked, heed, ignore
from crossfoot.messages import RetryParked
from crossfoot.messages.api.attention import AttentionTaken, IgnoreRequest, RetryRequest
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.parking import change_parked, retry_parked
from crossfoot.steps.api.needs import BadField, Ports, read_ref


def retry(ports: Ports, asked: Asked[Nothing, Nothing, RetryRequest]) -> AttentionTaken:
    """Try records again, also what was refused. Those that are named count again, if they were ignored. Source: X1, X3."""
    _check(asked.body)
    tenant, body, request = asked.tenant, asked.body, ports.clock.now().isoformat()
    if not body.records:
        walk = RetryParked(
            tenant=tenant, codes=_codes(body), heed=body.ignored, again=request, because=f"asked {request}"
        )
        return _walk(ports, walk)
    changed = _change(ports, tenant, body, lambda parked: heed(parked, _codes(body)))
    ports.queue.send([retry_parked(tenant, each, f"retry {request}", request) for each in changed])
    return AttentionTaken(accepted=len(changed))


def ignore_parked(ports: Ports, asked: Asked[Nothing, Nothing, IgnoreRequest]) -> AttentionTaken:
    """Note that records need no attention. They go on by themselves all the same when they can. Source: X1, X3."""
    _check(asked.body)
    tenant, body, now = asked.tenant, asked.body, ports.clock.now()
    if not body.records:
        because = f"asked {now.isoformat()}"
        return _walk(ports, RetryParked(tenant=tenant, codes=_codes(body), ignore=True, because=because))
    changed = _change(ports, tenant, body, lambda parked: ignore(parked, _codes(body), now))
    return AttentionTaken(accepted=len(changed))


def _check(body: IgnoreRequest) -> None:
    """Make sure that it is said what is meant, and not twice. Raises: BadField."""
    if body.all and (body.records or body.cause):
        raise BadField("all", "This cannot be said of everything and of some.")
    if not (body.all or body.records or body.cause):
        raise BadField("records", "Name records, or a cause, or say `all`.")


def _codes(body: IgnoreRequest) -> tuple[str, ...]:
    return (body.cause,) if body.cause else ()


def _walk(ports: Ports, message: RetryParked) -> AttentionTaken:
    ports.queue.send([message])
    return AttentionTaken(accepted=None)


def _change(ports: Ports, tenant: str, body: IgnoreRequest, change: Callable[[Parked], Parked]) -> list[Parked]:
    """Change what is noted of the records that are named, as far as they are parked under what is meant."""
    codes = frozenset(_codes(body))
    found = ports.attention.load(tenant, dict.fromkeys(read_ref(each.kind, each.id) for each in body.records))
    meant = (each for each in found.values() if any(not codes or reason.code in codes for reason in each.reasons))
    return [change_parked(tenant, each, change, ports.attention) for each in meant]
