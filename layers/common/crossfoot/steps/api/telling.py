"""Take what the platform tells of its payments and payouts by a call; the events say the same (P1, P2, B4, D2)."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from crossfoot.core.model import Payment, Payout
from crossfoot.core.payables.records import Payable
from crossfoot.messages.api.telling import Told
from crossfoot.messages.platform import PlatformPayment, PlatformPayout
from crossfoot.messages.routes import Asked, Nothing, Shape
from crossfoot.steps.api.needs import Ports
from crossfoot.told import keep_told


def tell_payment(ports: Ports, asked: Asked[Nothing, Nothing, PlatformPayment]) -> Told:
    """Keep a payment of the platform, then queue what follows from it. Source: P1, P2."""
    return once(ports, asked, Told, lambda: keep(ports, asked.tenant, asked.body.to_payment()))


def tell_payout(ports: Ports, asked: Asked[Nothing, Nothing, PlatformPayout]) -> Told:
    """Keep a payout of the platform, then queue what follows from it. Source: D2."""
    return once(ports, asked, Told, lambda: keep(ports, asked.tenant, asked.body.to_payout()))


def keep(ports: Ports, tenant: str, record: Payment | Payout | Payable) -> Told:
    """Keep a record of the platform, and queue what follows from it."""
    keep_told(tenant, record, ports)
    return Told(id=str(record.ref), updated_at=datetime.fromisoformat(record.version.updated_at))


def once[Answer: Shape, Body: Shape](
    ports: Ports, asked: Asked[Nothing, Nothing, Body], shape: type[Answer], work: Callable[[], Answer]
) -> Answer:
    """Carry a call out, unless its idempotency key was answered: then give the same answer.

    Takes: work that can be repeated: a worker that died in it leaves the key to the next one.
    Raises: Rejected for a key of another call, UnderWay when somebody is at it.
    """
    said = f"{type(asked.body).__name__} {asked.body.model_dump_json()}"
    turn = ports.idempotency.begin(asked.tenant, asked.idempotency_key, hashlib.sha256(said.encode()).hexdigest())
    if turn.answer is not None:
        return shape.model_validate_json(turn.answer)
    try:
        answer = work()
    except Exception:
        ports.idempotency.give_back(asked.tenant, asked.idempotency_key, turn)
        raise
    ports.idempotency.finish(asked.tenant, asked.idempotency_key, turn, answer.model_dump_json())
    return answer
