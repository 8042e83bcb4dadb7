"""Runs of the Sync Invoices tool and their items as they are stored, and the writes that move them on."""

from collections.abc import Mapping

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.table import Update, When
from crossfoot.adapters.dynamodb.values import Item, Plain, digest_of, text, whole, without_blanks
from crossfoot.core.model import Ref
from crossfoot.core.sync.runs import ItemState, RunFinding, RunItem, RunKind, SyncRun, gives_way_to

# Which write the items of a run came with, and where an item stands among them.
WRITTEN, PLACE = "written", "place"
_DIGEST = "digest"


def run_to_item(run: SyncRun) -> Item:
    """Write a run."""
    item = _run_item(run)
    return item | {_DIGEST: digest_of(item)}


def run_from(run: str, item: Mapping[str, Plain]) -> SyncRun:
    """Read a run."""
    counts = item.get("counts", {})
    if not isinstance(counts, dict):
        raise TypeError("a run holds counts that cannot be read")
    return SyncRun(
        run,
        RunKind(text(item, "kind")),
        text(item, "by"),
        keys.read_time(text(item, "started_at")),
        keys.read_time(text(item, "moved_at")),
        whole(item, "total"),
        keys.read_maybe_time(text(item, "finished_at")),
        keys.read_maybe_time(text(item, "cancelled_at")),
        {ItemState(state): whole(counts, state) for state in counts},
        text(item, "setup"),
        _findings_from(item),
    )


def _findings_from(item: Mapping[str, Plain]) -> tuple[RunFinding, ...]:
    found = item.get("findings", [])
    if not isinstance(found, list):
        raise TypeError("a run holds findings that cannot be read")
    return tuple(_finding_from(each) for each in found)


def _finding_from(told: Plain) -> RunFinding:
    if not isinstance(told, dict):
        raise TypeError("a run holds a finding that cannot be read")
    return RunFinding(text(told, "code"), text(told, "sentence"), text(told, "fix"))


def moved(tenant: str, seen: SyncRun, new: SyncRun) -> Update:
    """Store how a run stands, if it stands as it was seen.

    Raises: ValueError when they are not the same run.
    """
    if seen.id != new.id:
        raise ValueError(f"run {new.id} cannot take the place of {seen.id}")
    unmoved = When(f"#{_DIGEST} = :seen", {"seen": text(run_to_item(seen), _DIGEST)})
    item = run_to_item(new)
    return Update(keys.sync_run(tenant, new.id), _set(item), item, unmoved)


def to_item(item: RunItem, place: int) -> Item:
    """Write an item of a run."""
    return without_blanks(_item(item)) | {PLACE: place}


def to_run_item(bill: Ref, item: Mapping[str, Plain]) -> RunItem:
    """Read an item of a run."""
    return RunItem(
        bill,
        text(item, "number"),
        ItemState(text(item, "state")),
        text(item, "previewed"),
        text(item, "entry"),
        text(item, "accounting"),
        text(item, "batch"),
        text(item, "rule"),
        text(item, "code"),
        text(item, "sentence"),
        text(item, "fix"),
        keys.read_maybe_time(text(item, "settled_at")),
    )


def saved(key: Key, item: RunItem) -> Update:
    """Store how an item stands, if that may follow what is stored."""
    said = _item(item)
    values = without_blanks(said)
    blank = [name for name in said if name not in values]
    before: dict[str, Plain] = {
        f"before{number}": state for number, state in enumerate(sorted(gives_way_to(item.state)))
    }
    condition = " OR ".join(f"#state = :{name}" for name in before)
    change = _set(values) + (f" REMOVE {', '.join(f'#{name}' for name in blank)}" if blank else "")
    return Update(key, change, values, When(condition, before))


def _set(values: Mapping[str, Plain]) -> str:
    return "SET " + ", ".join(f"#{name} = :{name}" for name in values)


def _run_item(run: SyncRun) -> Item:
    return {
        "kind": run.kind.value,
        "by": run.by,
        "started_at": keys.time_text(run.started_at),
        "moved_at": keys.time_text(run.moved_at),
        "total": run.total,
        "finished_at": keys.maybe_time_text(run.finished_at),
        "cancelled_at": keys.maybe_time_text(run.cancelled_at),
        "counts": {state.value: count for state, count in run.counts.items()},
        # Left out where there is none: a run that was stored before keeps its digest.
        **({"setup": run.setup} if run.setup else {}),
        **({"findings": [_finding(each) for each in run.findings]} if run.findings else {}),
    }


def _finding(finding: RunFinding) -> Item:
    return {"code": finding.code, "sentence": finding.sentence, "fix": finding.fix}


def _item(item: RunItem) -> Item:
    return {
        "number": item.number,
        "state": item.state.value,
        "previewed": item.previewed,
        "entry": item.digest,
        "accounting": item.accounting_id,
        "batch": item.batch,
        "rule": item.rule,
        "code": item.code,
        "sentence": item.sentence,
        "fix": item.fix,
        "settled_at": keys.maybe_time_text(item.settled_at),
    }
