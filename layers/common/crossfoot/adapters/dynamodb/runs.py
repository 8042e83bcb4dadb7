"""Runs as items, and what moves one on. Each kind of record that a run read has a counter, so that moves only add."""

from datetime import datetime, timedelta

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.table import Update, When
from crossfoot.adapters.dynamodb.values import Item, Plain, text, whole, without_blanks
from crossfoot.core.fetching import FetchKind, FetchRun, Progress
from crossfoot.core.model import System

# A run is kept for so long after it ended; one on its way never expires.
KEPT_FOR = timedelta(days=90)
_READ = "read_"


def to_item(run: FetchRun) -> Item:
    """Write a run."""
    return without_blanks(
        {
            "system": run.system.value,
            "kind": run.kind.value,
            "started_at": keys.time_text(run.started_at),
            "moved_at": keys.time_text(run.moved_at),
            "finished_at": keys.maybe_time_text(run.finished_at),
            "replaced": run.replaced or None,
        }
        | _counters(run.progress)
    )


def to_run(run_id: str, item: Item) -> FetchRun:
    """Read a run."""
    read = {name.removeprefix(_READ): whole(item, name) for name in sorted(item) if name.startswith(_READ)}
    return FetchRun(
        id=run_id,
        system=System(text(item, "system")),
        kind=FetchKind(text(item, "kind")),
        started_at=keys.read_time(text(item, "started_at")),
        moved_at=keys.read_time(text(item, "moved_at")),
        progress=Progress(read, whole(item, "unreadable"), whole(item, "outside")),
        finished_at=keys.read_maybe_time(text(item, "finished_at")),
        replaced=item.get("replaced") is True,
    )


def moved(
    tenant: str, run_id: str, progress: Progress, now: datetime, *, done: bool = False, walked_to: str | None = None,
    when: When | None = None, replaced: bool = False,
) -> Update:  # fmt: skip
    """Move a run on: add to its counters, and end it where it is done, or `replaced` by a newer one.

    Takes: `walked_to` is how far a walk has come, None for a run that has none of its own.
    """
    added = {name: count for name, count in _counters(progress).items() if count}
    values: dict[str, Plain] = {"moved_at": keys.time_text(now)}
    if walked_to is not None:
        values["walked_to"] = walked_to
    if replaced:
        values["replaced"] = True
    if done or replaced:
        values |= {"finished_at": keys.time_text(now), "expires_at": int((now + KEPT_FOR).timestamp())}
    change = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
    if added:
        change += " ADD " + ", ".join(f"#{name} :{name}" for name in added)
    return Update(keys.run(tenant, run_id), change, values | added, when or When("attribute_exists(#pk)"))


def _counters(progress: Progress) -> Item:
    read: Item = {f"{_READ}{kind}": count for kind, count in progress.read.items()}
    return read | {"unreadable": progress.unreadable, "outside": progress.outside}
