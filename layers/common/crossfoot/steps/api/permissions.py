"""Which of the rights that Crossfoot needs in ConnectWise are there (C3)."""

from crossfoot.core.model import PSA
from crossfoot.core.rights import Probed, RightState
from crossfoot.errors import NeedsPartner
from crossfoot.messages.api.connections import PermissionsShape, RightShape
from crossfoot.messages.routes import Asked
from crossfoot.ports import is_connected
from crossfoot.steps.api.needs import Ports


def show_permissions(ports: Ports, asked: Asked) -> PermissionsShape:
    """Try every right just now. Source: C3."""
    if not is_connected(ports.connections, asked.tenant, PSA):
        raise NeedsPartner("ConnectWise is not connected", "Connect it first.")
    rights = [_to_shape(probed) for probed in ports.systems.psa(asked.tenant).probe_rights()]
    return PermissionsShape(rights=rights, missing=sum(each.state is RightState.MISSING for each in rights))


def find_missing(ports: Ports, tenant: str) -> list[RightShape]:
    """Try every right, and name those that are missing. Source: C3."""
    probed = ports.systems.psa(tenant).probe_rights()
    return [_to_shape(each) for each in probed if each.state is RightState.MISSING]


def _to_shape(probed: Probed) -> RightShape:
    right = probed.right
    return RightShape(
        right=right.sentence, state=probed.state, endpoint=right.probe, without=right.without, note=probed.note
    )
