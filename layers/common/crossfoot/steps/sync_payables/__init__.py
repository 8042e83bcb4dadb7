"""sync_payables: read the payables of the accounting, then send off what waits to go out (B1 to B7)."""

import secrets
from collections.abc import Callable
from datetime import datetime

from crossfoot.coming_in import find_obstacle, load_rules
from crossfoot.core.pacing import in_no_hurry
from crossfoot.core.payables.obstacles import Obstacle, preferences_missing
from crossfoot.core.payables.syncs import SYNC_EVERY, PayableSync, SyncStage, SyncStarter, new_sync
from crossfoot.errors import AwsUnavailable, BadMessage, NeedsPartner, RateLimited, RemoteUnavailable
from crossfoot.messages import SyncPayables
from crossfoot.steps.sync_payables.closing import close_sync
from crossfoot.steps.sync_payables.needs import Closing, Ports
from crossfoot.steps.sync_payables.reading import read_changes
from crossfoot.steps.sync_payables.running import Running
from crossfoot.steps.sync_payables.sending import close, send_waiting

__all__ = ["Closing", "Ports", "close_sync", "sync_payables"]

PAUSE_S = 60


def sync_payables(message: SyncPayables, ports: Ports, remaining_ms: Callable[[], int] = in_no_hurry) -> None:
    """Go on with a sync, or begin one because it is time, until it is through or the time is nearly over.

    The rest goes on by message. One that the partner has to make possible ends, and says how.
    Raises: Conflict when somebody else moved it; errors of the vendor and of our table. It stays where it was, and a vendor
    that does not answer is asked again after a minute.
    Source: B3, B7.
    """
    sync = _find(message, ports)
    if sync is None or sync.finished_at is not None:
        return
    running = Running(message.tenant, sync, ports, remaining_ms)
    try:
        _work(running, ports)
    except NeedsPartner as error:
        fix = error.fix or "Mend the connection under Connections, then sync."
        _give_up(running, Obstacle("C7", str(error), fix), ports)
    except AwsUnavailable:
        raise
    except RemoteUnavailable as error:
        raise RateLimited(str(error), error.retry_after_s or PAUSE_S, system=error.system) from error


def _find(message: SyncPayables, ports: Ports) -> PayableSync | None:
    """Find the sync that a message is about. Returns: None where it asks for one, and it is not time."""
    if message.sync:
        sync = ports.payable_syncs.load(message.tenant, message.sync)
        if sync is None:
            raise BadMessage(f"{message.tenant} has no sync {message.sync}")
        return sync
    now, newest = ports.clock.now(), ports.payable_syncs.load_newest(message.tenant)
    if not _is_time(message.tenant, newest, now, ports):
        return None
    return ports.payable_syncs.begin(message.tenant, new_sync(SyncStarter.AUTO_SYNC, now, secrets.token_hex(4)))


def _is_time(tenant: str, newest: PayableSync | None, now: datetime, ports: Ports) -> bool:
    """Tell whether auto-sync is on, and the last sync a day old, or kept from its work by what is mended now.

    While accounts are to be chosen none begins: nobody has asked for one that fails. The message may come twice.
    Source: B3, B7, C6.
    """
    preferences = ports.payables_settings.load(tenant)
    if preferences is None or not preferences.auto_sync or preferences_missing(preferences) is not None:
        return False
    if newest is None or newest.finished_at is None or now - newest.finished_at >= SYNC_EVERY:
        return True
    return newest.problem != "" and find_obstacle(tenant, ports) is None


def _work(running: Running, ports: Ports) -> None:
    obstacle = find_obstacle(running.tenant, ports)
    if obstacle is not None:
        _give_up(running, obstacle, ports)
        return
    if not (_read(running, ports) and send_waiting(running, ports)):
        running.go_on_later()
        return
    close(running, ports)


def _read(running: Running, ports: Ports) -> bool:
    if running.sync.stage is not SyncStage.READING:
        return True
    rules, source = load_rules(running.tenant, ports), ports.systems.payables_source(running.tenant)
    return read_changes(running, rules, source, ports) and running.has_time()


def _give_up(running: Running, obstacle: Obstacle, ports: Ports) -> None:
    """End a sync without its work done; the next one goes on where this one came to."""
    running.move(stage=SyncStage.DONE, finished_at=ports.clock.now(), problem=obstacle.problem, fix=obstacle.fix)
