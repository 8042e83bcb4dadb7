"""Which of the rights that Crossfoot needs in ConnectWise are there (C3)."""

from collections.abc import Iterable
from datetime import timedelta

from crossfoot.core.model import PSA
from crossfoot.core.rights import RIGHTS, TEST_EVERY, Probed, RightsReport, RightState
from crossfoot.errors import TooSoon
from crossfoot.messages.api.connections import PermissionsShape, RightShape
from crossfoot.messages.routes import Asked
from crossfoot.steps.api.needs import Ports, require_connected

_TURN = "test_permissions"


def show_permissions(ports: Ports, asked: Asked) -> PermissionsShape:
    """Show what the newest test found, and ask ConnectWise nothing. Source: C3."""
    require_connected(ports, asked.tenant, PSA)
    tested = ports.rights.load(asked.tenant)
    if tested is None:
        return _to_permissions([Probed(right, RightState.UNKNOWN, "not tried yet") for right in RIGHTS])
    return _to_permissions(tested.probed, tested)


def try_permissions(ports: Ports, asked: Asked) -> PermissionsShape:
    """Try every right just now, as often as the limit allows.

    Raises: TooSoon with when it is allowed again; the turn is given back when ConnectWise could not be asked.
    Source: C3.
    """
    require_connected(ports, asked.tenant, PSA)
    free_at = ports.limits.take(asked.tenant, _TURN, TEST_EVERY)
    if free_at is not None:
        left = max(free_at - ports.clock.now(), timedelta(seconds=1))
        detail = "The rights were tried just now, and can be tried once a minute"
        raise TooSoon(detail, f"Try again in {left.seconds} seconds.", left.total_seconds())
    try:
        tested = probe(ports, asked.tenant)
    except Exception:
        ports.limits.give_back(asked.tenant, _TURN)
        raise
    return _to_permissions(tested.probed, tested)


def probe(ports: Ports, tenant: str) -> RightsReport:
    """Try every right, keep what was found, and tell the connection's history where it is news. Source: C3."""
    before = ports.rights.load(tenant)
    tested = RightsReport(ports.clock.now(), ports.systems.psa(tenant).probe_rights())
    ports.rights.save(tenant, tested)
    if tested.missing != (before.missing if before else ()):
        lacks = "; ".join(right.sentence for right in tested.missing)
        ports.connections.note(
            tenant, PSA, f"Its security role lacks: {lacks}" if lacks else "Its security role lacks nothing"
        )
    return tested


def to_shape(probed: Probed) -> RightShape:
    """Show a right and whether it is there."""
    right = probed.right
    return RightShape(
        right=right.sentence, state=probed.state, endpoint=right.probe, without=right.without, note=probed.note
    )


def _to_permissions(probed: Iterable[Probed], tested: RightsReport | None = None) -> PermissionsShape:
    return PermissionsShape(
        tested_at=tested.at if tested else None,
        rights=[to_shape(each) for each in probed],
        missing=len(tested.missing) if tested else 0,
    )
