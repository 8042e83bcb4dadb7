"""What a partner has one of, and what it has in order of time."""

from datetime import datetime

from crossfoot.adapters.dynamodb.keys.parts import Key, escape, own, time_text, unescape
from crossfoot.core.model import PLATFORM, Kind, Ref, System

PREFERENCES = "PREFERENCES"
FILTERS = "FILTERS"
CONNECTION = "CONNECTION#"
REPORT = "REPORT#"
STARTED = "STARTED#"


def partner_pk(tenant: str) -> str:
    """The partition of what a partner has one of."""
    return own(tenant, "partner")


def preferences(tenant: str) -> Key:
    """The partner's preferences."""
    return Key(partner_pk(tenant), PREFERENCES)


def notifications(tenant: str) -> Key:
    """The e-mail that the partner wants."""
    return Key(partner_pk(tenant), "NOTIFICATIONS")


def notice(tenant: str, about: str) -> Key:
    """What the partner was told last of a matter by e-mail."""
    return Key(partner_pk(tenant), f"NOTICE#{escape(about)}")


def filters(tenant: str) -> Key:
    """The partner's import filters."""
    return Key(partner_pk(tenant), FILTERS)


def rights(tenant: str) -> Key:
    """What the newest test of the rights in ConnectWise found."""
    return Key(partner_pk(tenant), "RIGHTS")


def waiting_pk(tenant: str) -> str:
    """The payments of the platform that wait for an invoice."""
    return own(tenant, "waiting")


def waiting(tenant: str, payment: Ref) -> Key:
    """What a payment of the platform waits for."""
    return Key(waiting_pk(tenant), escape(payment.id))


def waiting_payment(key: Key) -> Ref:
    """Read back who waits."""
    return Ref(PLATFORM, Kind.PAYMENT, unescape(key.sk))


def outgoing_pk(tenant: str) -> str:
    """The payables of the platform that are not in the accounting yet as they should be."""
    return own(tenant, "outgoing")


def outgoing(tenant: str, ref: Ref) -> Key:
    """What is noted of a payable of the platform that waits to go out."""
    return Key(outgoing_pk(tenant), f"{ref.kind}#{escape(ref.id)}")


def outgoing_record(key: Key) -> Ref:
    """Read back which one it is."""
    kind, _, id_ = key.sk.partition("#")
    return Ref(PLATFORM, Kind(kind), unescape(id_))


def company(tenant: str, system: System) -> Key:
    """What the company that a partner keeps in a system sets itself, as it was read last."""
    return Key(partner_pk(tenant), f"COMPANY#{system}")


def turn(tenant: str, what: str) -> Key:
    """When something that a partner may do now and then is free again."""
    return Key(partner_pk(tenant), f"TURN#{escape(what)}")


def walk(tenant: str, over: str) -> Key:
    """The newest run that walks a system's unpaid invoices, or something else."""
    return Key(partner_pk(tenant), f"WALK#{escape(over)}")


def runs_pk(tenant: str) -> str:
    """The partition of the partner's runs."""
    return own(tenant, "runs")


def answered(tenant: str, key_hash: str) -> Key:
    """What was answered to an idempotency key with this hash."""
    return Key(own(tenant, "answered", escape(key_hash)), "ANSWER")


def run(tenant: str, run_id: str) -> Key:
    """A run."""
    return Key(runs_pk(tenant), f"RUN#{escape(run_id)}")


def started(tenant: str, at: datetime, run_id: str) -> Key:
    """A run's place in the list of runs."""
    return Key(runs_pk(tenant), f"{STARTED}{time_text(at)}#{escape(run_id)}")


def started_run(key: Key) -> str:
    """Read a place in the list of runs."""
    return unescape(key.sk.rpartition("#")[2])


def cursor(tenant: str, system: System) -> Key:
    """How far a system was read."""
    return Key(partner_pk(tenant), f"CURSOR#{system}")


def connection(tenant: str, system: System) -> Key:
    """A connection."""
    return Key(partner_pk(tenant), f"{CONNECTION}{system}")


def connected_system(key: Key) -> System:
    """Read a connection's key."""
    return System(key.sk.removeprefix(CONNECTION))


def connection_events(system: System) -> str:
    """The start of the sort key of a connection's history."""
    return f"CONNECTION_EVENT#{system}#"


def connection_event(tenant: str, system: System, at: datetime) -> Key:
    """One line of a connection's history."""
    return Key(partner_pk(tenant), connection_events(system) + time_text(at))


def secrets(tenant: str, system: System) -> Key:
    """A connection's sealed secrets."""
    return Key(partner_pk(tenant), f"SECRETS#{system}")


def crossfoot_pk(tenant: str) -> str:
    """The partition of the partner's reports, and of the comparisons that make them."""
    return own(tenant, "crossfoot")


def report(tenant: str, at: datetime) -> Key:
    """A crossfoot report."""
    return Key(crossfoot_pk(tenant), REPORT + time_text(at))


def comparison(tenant: str, id_: str) -> Key:
    """A comparison of the books, on its way or finished."""
    return Key(crossfoot_pk(tenant), f"COMPARISON#{escape(id_)}")


def newest_comparison(tenant: str) -> Key:
    """The comparison that was begun last."""
    return Key(crossfoot_pk(tenant), "BEGUN")


def calls(tenant: str, system: System, minute: str) -> Key:
    """The calls leased in a minute."""
    return Key(own(tenant, "budget", system), minute)


def next_slot(tenant: str, system: System) -> Key:
    """From when on the slots for calls of a system are free."""
    return Key(own(tenant, "budget", system), "NEXT")


def metered_calls(tenant: str, system: System, month_text: str) -> Key:
    """The metered calls made in a month."""
    return Key(own(tenant, "budget", system), f"METERED#{month_text}")
