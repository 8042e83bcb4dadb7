"""sweep: every hour, whoever was not read or synced for a while, and what was given up, so that nothing depends on luck."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crossfoot.core.decisions import Decision, waits
from crossfoot.core.model import ACCOUNTING, CONNECTED, SYSTEM_NAMES, Ref, System
from crossfoot.core.payables.syncs import SYNC_EVERY, SyncState
from crossfoot.messages import (
    CloseSync,
    Message,
    MirrorBill,
    MirrorPayment,
    Nudge,
    RecordDeposit,
    SendNotice,
    SyncPayables,
    TendConnection,
)
from crossfoot.notifying import day_of_digest
from crossfoot.parking import note_stuck
from crossfoot.ports import (
    Attention,
    Clock,
    Connections,
    DeadLetter,
    DeadLetters,
    History,
    Notices,
    NotificationStore,
    Outbox,
    PayablesSettings,
    PayableSyncs,
    Queue,
)

# ConnectWise hourly; QuickBooks daily, because its reads are metered. A daily read also refreshes the tokens, whose end of
# life rolls on with it (C7). A little less than the period, so that an hourly schedule does not skip every second turn.
DUE_AFTER = {
    System.CONNECTWISE: timedelta(minutes=55),
    System.QUICKBOOKS: timedelta(hours=23),
}
A_DAY = timedelta(hours=23)
# Of each system in one sweep. Twice what this was made for: only beyond it does anybody wait for a later sweep.
MAX_PARTNERS = 20_000
MAX_DEAD_LETTERS = 200


@dataclass(frozen=True, slots=True)
class Ports:
    """What the step needs."""

    attention: Attention
    clock: Clock
    connections: Connections
    dead_letters: DeadLetters
    history: History
    notices: Notices
    notifications: NotificationStore
    outbox: Outbox
    payable_syncs: PayableSyncs
    payables_settings: PayablesSettings
    queue: Queue


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did."""

    nudged: int
    tended: int
    synced: int
    noticed: int
    revived: int


def sweep(ports: Ports) -> Swept:
    """Nudge and sync the partners that are due, have connections tended and partners told, and revive what was given up.

    A connection that needs attention is not among those that are due: the partner is told, and nothing else would help.
    Source: I8, B7, C7, X3.
    """
    now = ports.clock.now()
    nudged = sum(_nudge(system, now, ports) for system in DUE_AFTER)
    tended = sum(_tend(system, now, ports) for system in CONNECTED)
    return Swept(nudged, tended, _sync_payables(now, ports), _have_told(now, ports), _revive(ports))


def _nudge(system: System, now: datetime, ports: Ports) -> int:
    before = now - DUE_AFTER[system]
    tenants = ports.connections.list_due(system, before, MAX_PARTNERS)
    ports.queue.send([Nudge(tenant=tenant, system=system, because=f"sweep {now.isoformat()}") for tenant in tenants])
    if len(tenants) == MAX_PARTNERS:
        # Not everybody had a turn. Those who had one go behind the others, or partners whose reads fail every time would
        # be the longest waiting at every sweep.
        ports.connections.set_back(system, tenants, before)
    return len(tenants)


def _tend(system: System, now: datetime, ports: Ports) -> int:
    """Ask for what a connection needs once a day: of each partner at an hour of its own, so that no hour has them all.

    One that was not read for a day is tended at once: then sweeps were missed, and perhaps its hour with them.
    """
    everybody = ports.connections.list_due(system, now + timedelta(days=1), MAX_PARTNERS)
    overdue = ports.connections.list_due(system, now - A_DAY, MAX_PARTNERS)
    due = dict.fromkeys([*overdue, *(tenant for tenant in everybody if hour_of(tenant) == now.hour)])
    because = f"sweep {now.isoformat()}"
    ports.queue.send([TendConnection(tenant=tenant, system=system, because=because) for tenant in due])
    return len(due)


def _sync_payables(now: datetime, ports: Ports) -> int:
    """Have those sync payables whose last sync is a day old, and go on with syncs that have stopped moving.

    A sync that ends has set the time of the next; one that is under way needs no other beside it.
    Returns: how many there were. Source: B7, X3.
    """
    under_way = ports.payable_syncs.list_under_way(MAX_PARTNERS)
    syncing = {tenant for tenant, _ in under_way}
    due = ports.payables_settings.list_due(now - SYNC_EVERY, MAX_PARTNERS)
    because = f"sweep {now.isoformat()}"
    syncs = [SyncPayables(tenant=tenant, because=because) for tenant in due if tenant not in syncing]
    stuck = [(tenant, sync.id) for tenant, sync in under_way if sync.state(now) is SyncState.STUCK]
    syncs += [SyncPayables(tenant=tenant, sync=sync, because=because) for tenant, sync in stuck]
    ports.queue.send(syncs)
    return len(syncs)


def _have_told(now: datetime, ports: Ports) -> int:
    """Have those told by e-mail of whose connections one turned, and those whose hour for a digest it is.

    A turn and its end within the hour are no mail. Returns: how many there were. Source: C7, X1.
    """
    turned = ports.notices.list_turns(MAX_PARTNERS)
    wanted = ports.notifications.list_digests(MAX_PARTNERS)
    due = [tenant for tenant, chosen in wanted if day_of_digest(chosen, now)]
    because = f"sweep {now.isoformat()}"
    notices = [SendNotice(tenant=tenant, about="connections", because=because) for tenant in turned]
    notices += [SendNotice(tenant=tenant, about="digest", because=because) for tenant in due]
    ports.queue.send(notices)
    return len(notices)


def hour_of(tenant: str) -> int:
    """Give the hour of the day, in UTC, at which a partner's connections are tended."""
    return int(hashlib.sha256(tenant.encode()).hexdigest(), 16) % 24


def _revive(ports: Ports) -> int:
    """Queue again what was given up after too many attempts, and say on each record that it was about that it was stuck.

    What cannot be read stays where it is, and so does what was revived too often: the alarm tells a person.
    Returns: how many letters there were.
    Source: X3.
    """
    revived = 0
    while revived < MAX_DEAD_LETTERS and (letters := ports.dead_letters.take(MAX_DEAD_LETTERS - revived)):
        for letter in letters:
            match letter.message:
                case MirrorPayment(tenant=tenant):
                    _tell_stuck(tenant, _stuck(letter, letter.message.payment, "Carrying this payment over"), ports)
                case RecordDeposit(tenant=tenant):
                    _tell_stuck(tenant, _stuck(letter, letter.message.payout, "Depositing this payout"), ports)
                case MirrorBill(tenant=tenant, record=record):
                    what = f"Entering this {record.kind.replace('_', ' ')} in {SYSTEM_NAMES[ACCOUNTING]}"
                    stuck = _stuck(letter, record, what)
                    _tell_stuck(tenant, stuck, ports)
                    _let_sync_end(letter.message, stuck, ports)
        ports.queue.send(_again(letters))
        # Last: a worker that dies before leaves the letters where they were, and work may be queued twice.
        ports.dead_letters.remove(letters)
        revived += len(letters)
    return revived


def _tell_stuck(tenant: str, decision: Decision, ports: Ports) -> None:
    ports.history.save(tenant, [decision])
    note_stuck(tenant, decision, ports)


def _let_sync_end(message: MirrorBill, stuck: Decision, ports: Ports) -> None:
    """Count a record as tried for the sync that sent it off: what fails every time must not keep all others from syncing.

    It stays among what waits to go out, so the next sync tries it too.
    Source: B7, X3.
    """
    noted = ports.outbox.load(message.tenant, message.record)
    if noted is not None and message.sync and noted.sync == message.sync and not noted.code:
        ports.outbox.put(message.tenant, [replace(noted, code=stuck.code)])


def _stuck(letter: DeadLetter, record: Ref, what: str) -> Decision:
    again = "one last time now; if that fails too, a person looks into it" if letter.is_last_chance else "again now"
    sentence = (
        f"{what} failed again and again, and has been stuck since {letter.since:%Y-%m-%d %H:%M} UTC. "
        f"It is tried {again}."
    )
    fix = "Nothing to do if it goes through; otherwise look at the connections, and tell support."
    return waits(record, "X3", "stuck", sentence, fix)


def _again(letters: Sequence[DeadLetter]) -> list[Message]:
    """Give what to queue: of letters that ask for the same work one, that which was revived most often.

    While a system is away each sweep's nudge ends as a letter of its own, and one of them is enough.
    """
    messages = sorted((letter.message for letter in letters), key=lambda message: message.revivals)
    distinct = {_work_of(message): message for message in messages}
    return [replace(message, revivals=message.revivals + 1) for message in distinct.values()]


def _work_of(message: Message) -> Message:
    """Give what a message asks for. Where it only says what to look at, why it was sent makes no other work of it."""
    match message:
        case Nudge():
            return replace(message, because="", window=0, revivals=0)
        case MirrorPayment() | MirrorBill() | CloseSync() | SyncPayables() | TendConnection() | SendNotice():
            return replace(message, because="", revivals=0)
        case _:
            return replace(message, revivals=0)
