"""Connect and disconnect QuickBooks and ConnectWise, and show how the connections stand (C1, C2, C6, C7)."""

import logging

from crossfoot.core.model import ACCOUNTING, CONNECTED, PSA, SYSTEM_NAMES, System
from crossfoot.core.rights import RightState
from crossfoot.core.tending import say
from crossfoot.errors import CrossfootError
from crossfoot.messages import CrossfootRequest, FetchUnpaid, Message, Nudge, RetryParked, SyncPayables
from crossfoot.messages.api.connections import (
    AccountList,
    AccountQuery,
    AccountShape,
    AuthorizeUrl,
    ConnectConnectWise,
    ConnectedShape,
    ConnectionList,
    ConnectionShape,
    EventLine,
    OAuthReturn,
    OneSystem,
    RightShape,
)
from crossfoot.messages.routes import Asked, Nothing, Page
from crossfoot.ports import CALLBACK_TOKEN, ApiKeys, Connection, ConnectionState, Grant, callback_url, worries_about
from crossfoot.steps.api import pages, permissions
from crossfoot.steps.api.needs import Ports, not_found
from crossfoot.steps.api.runs import begin_import, find_walk

RETURN_PATH = "/v1/connections/quickbooks/callback"

_log = logging.getLogger(__name__)


# --- QuickBooks --------------------------------------------------------------------------------------------------------


def start_quickbooks(ports: Ports, asked: Asked) -> AuthorizeUrl:
    """Begin the OAuth flow. Source: C1."""
    state = ports.authorizations.start(asked.tenant)
    return AuthorizeUrl(authorize_url=ports.oauth.authorize_url(state, ports.public_url + RETURN_PATH))


def finish_quickbooks(ports: Ports, asked: Asked[Nothing, OAuthReturn]) -> Page:
    """Take the partner back from Intuit, store the connection and start the import.

    The caller carries no token: the state says whose flow this is. It is used up first, whatever comes of the flow.
    Returns: a page for the partner's browser, also for what went wrong.
    Source: C1.
    """
    query = asked.query
    try:
        tenant = ports.authorizations.finish(query.state)
        if query.error:
            return pages.refused_by_partner(query.error)
        if not query.code or not query.realm_id:
            return pages.incomplete()
        grant = ports.oauth.exchange(query.code, query.realm_id, ports.public_url + RETURN_PATH)
        _connect(ports, _to_connection(ports, tenant, ACCOUNTING, grant), grant.secrets)
    except CrossfootError as error:  # a browser waits for a page, not for a problem document
        return pages.failed(error)
    return pages.connected(grant.account_name or grant.account_id)


def list_accounts(ports: Ports, asked: Asked[Nothing, AccountQuery]) -> AccountList:
    """Read the accounts that the partner may choose for a use. Source: C1, D1, D2."""
    found = ports.accounts.fetch_accounts(asked.tenant)
    shown = (AccountShape(id=each.id, name=each.name, use=each.use) for each in found if each.use is asked.query.use)
    return AccountList(accounts=list(shown))


# --- ConnectWise -------------------------------------------------------------------------------------------------------


def connect_connectwise(ports: Ports, asked: Asked[Nothing, Nothing, ConnectConnectWise]) -> ConnectedShape:
    """Test the keys, then store them, start the import and register the callbacks. Source: C2."""
    keys = ApiKeys(**asked.body.model_dump())
    grant = ports.keys.check(keys)
    token = ports.new_token()
    _connect(ports, _to_connection(ports, asked.tenant, PSA, grant), {**grant.secrets, CALLBACK_TOKEN: token})
    callbacks = _register_callbacks(ports, grant, token)
    shown = _show(ports, asked.tenant, PSA)
    missing, tested = _test_permissions(ports, asked.tenant)
    return ConnectedShape(**shown.model_dump(), callbacks=callbacks, missing_rights=missing, permissions=tested)


def _register_callbacks(ports: Ports, grant: Grant, token: str) -> str:
    """Register, or say why not. Without callbacks the sweep still reads everything (I8): no reason to refuse the keys."""
    try:
        ports.keys.register_callbacks(grant, callback_url(ports.public_url, token))
    except CrossfootError as error:
        return f"not registered: {error}"
    return "registered"


def _test_permissions(ports: Ports, tenant: str) -> tuple[list[RightShape], str]:
    """Name what the security role lacks. The connection stands all the same: what it may do goes on. Source: C3."""
    try:
        tested = permissions.probe(ports, tenant)
    except CrossfootError as error:
        return [], f"not tested: {error}"
    return [permissions.to_shape(each) for each in tested.probed if each.state is RightState.MISSING], "tested"


# --- both --------------------------------------------------------------------------------------------------------------


def list_connections(ports: Ports, asked: Asked) -> ConnectionList:
    """Show both connections. Source: C7."""
    return ConnectionList(connections=[_show(ports, asked.tenant, system) for system in CONNECTED])


def disconnect(ports: Ports, asked: Asked[OneSystem]) -> None:
    """Revoke and destroy a connection's tokens or keys; its cursor stays, so that a reconnect catches up. Source: C6."""
    tenant, system = asked.tenant, asked.path.system
    connection = ports.connections.load(tenant, system)
    if connection is None:
        raise not_found("connection", "GET /v1/connections shows what is connected.")
    if connection.state is ConnectionState.DISCONNECTED:
        return
    # Our copy is destroyed even when the vendor cannot be reached: the partner's "no" must not depend on it. A token
    # that was not revoked is of use to nobody, because nobody has it any more.
    try:
        _revoke(ports, connection)
    except CrossfootError as error:
        _log.warning("not revoked at %s: %s", system, error, extra={"tenant": tenant})
    ports.connections.disconnect(tenant, system)


def _revoke(ports: Ports, connection: Connection) -> None:
    values = ports.secrets.load(connection.tenant, connection.system).values
    if connection.system is ACCOUNTING:
        ports.oauth.revoke(values)
        return
    grant = Grant(connection.account_id, connection.account_name, values, details=connection.details)
    token = values.get(CALLBACK_TOKEN)
    if token:
        ports.keys.remove_callbacks(grant, callback_url(ports.public_url, token))


def _connect(ports: Ports, connection: Connection, secrets: dict[str, str]) -> None:
    """Store a connection and start the import (or, after a pause, the catching up: C6).

    The read sees what changed meanwhile; what only waited for the connection (E2) has not changed, and is picked up by
    the comparison, and by a walk over what is parked. A walk over unpaid invoices that was cut off goes on: its turn is
    used up (I7).
    """
    tenant, system = connection.tenant, connection.system
    ports.connections.connect(connection, secrets)
    begin_import(ports, tenant, system)
    because = f"connected {ports.clock.now().isoformat()}"
    messages: list[Message] = [
        Nudge(tenant=tenant, system=system, because=because),
        CrossfootRequest(tenant=tenant, every_payment=True, because=because),
        # The rights may be others now, so what was refused is sent again, too.
        RetryParked(tenant=tenant, again=because, because=because),
    ]
    if system is ACCOUNTING:
        # Where auto-sync is on, and came to nothing while there was no connection.
        messages.append(SyncPayables(tenant=tenant, because=because))
    walk = find_walk(ports, tenant, system)
    if walk is not None:
        messages.append(FetchUnpaid(tenant=tenant, system=system, run=walk.id, because=because))
    ports.queue.send(messages)


def _to_connection(ports: Ports, tenant: str, system: System, grant: Grant) -> Connection:
    return Connection(
        tenant=tenant,
        system=system,
        state=ConnectionState.CONNECTED,
        account_id=grant.account_id,
        account_name=grant.account_name,
        connected_at=ports.clock.now(),
        credentials_expire_at=grant.credentials_expire_at,
        details=grant.details,
    )


def _show(ports: Ports, tenant: str, system: System) -> ConnectionShape:
    found = ports.connections.load(tenant, system)
    known = found or Connection(tenant, system, ConnectionState.DISCONNECTED, account_id="")
    reason, fix = say(worries_about(known))
    return ConnectionShape(
        system=system,
        state=known.state.value,
        account_id=known.account_id,
        account_name=known.account_name,
        reason=reason if found else f"{SYSTEM_NAMES[system]} was never connected.",
        fix=fix if found else f"Connect {SYSTEM_NAMES[system]} under Connections.",
        connected_at=known.connected_at,
        last_read_at=known.last_read_at,
        credentials_expire_at=known.credentials_expire_at,
        history=[EventLine(at=event.at, what=event.what) for event in ports.connections.load_history(tenant, system)],
    )
