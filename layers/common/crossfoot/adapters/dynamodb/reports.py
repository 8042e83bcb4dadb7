"""Comparisons on their way, and the reports that they end with (X4); the newest report is found by its time."""

from datetime import timedelta

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.failures import TransactionFailed
from crossfoot.adapters.dynamodb.shapes import from_row, to_row
from crossfoot.adapters.dynamodb.table import MISSING, Delete, Put, Table, When, Write
from crossfoot.adapters.dynamodb.values import Item, Plain, rows, text, whole, without_blanks
from crossfoot.core.comparing import Comparison, Stage, Tally, report_on
from crossfoot.core.crossfoot import Difference, Report
from crossfoot.core.model import System
from crossfoot.errors import Conflict

KEPT_FOR = timedelta(days=400)
# A finished comparison answers a message that comes once more, as long as one can lie in a dead-letter queue.
ANSWERS_FOR = timedelta(days=30)
BEGIN_ATTEMPTS = 5


class TableReports:
    """The port Reports in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, tenant: str, comparison: Comparison) -> Comparison:
        """Begin a comparison, unless another one is under way.

        One that was abandoned is forgotten: its message, should it still come, asked for more than this one perhaps.
        Raises: Conflict when others keep beginning under our hands.
        """
        for _ in range(BEGIN_ATTEMPTS):
            known = self._load(tenant, comparison.id)
            if known:
                return known
            newest = self._newest_id(tenant)
            under_way = self._load_unfinished(tenant, newest)
            abandoned = under_way and under_way.is_abandoned(comparison.started_at)
            if under_way and not abandoned:
                return under_way
            unchanged = When("#id = :newest", {"newest": newest}) if newest else MISSING
            writes: list[Write] = [
                Put(keys.newest_comparison(tenant), {"id": comparison.id}, unchanged),
                Put(keys.comparison(tenant, comparison.id), _to_item(comparison), MISSING),
            ]
            if under_way:
                writes.append(Delete(keys.comparison(tenant, under_way.id), _where_seen(under_way)))
            if self._carry_out(writes):
                return comparison
        raise Conflict("comparisons keep being begun")

    def move(self, tenant: str, seen: Comparison, to: Comparison) -> None:
        """Store how far a comparison has come. Raises: Conflict when it is no longer where it was seen."""
        if to.finished_at is None:
            self._table.write(_moved(tenant, seen, to))
            return
        report = report_on(to, to.finished_at)
        item = _from_report(report) | {"expires_at": int((report.at + KEPT_FOR).timestamp())}
        self._table.transact(_moved(tenant, seen, to), Put(keys.report(tenant, report.at), item))

    def load_under_way(self, tenant: str) -> Comparison | None:
        """Read the comparison that is under way."""
        return self._load_unfinished(tenant, self._newest_id(tenant))

    def load_newest(self, tenant: str) -> Report | None:
        """Read the newest report."""
        found = self._table.newest(keys.crossfoot_pk(tenant), keys.REPORT)
        if found is None:
            return None
        key, item = found
        tally = _to_tally(item)
        return Report(
            started_at=keys.read_time(text(item, "started_at")),
            at=keys.read_time(key.sk.removeprefix(keys.REPORT)),
            live=bool(item.get("live", False)),
            invoices=whole(item, "invoices"),
            pairs=tally.pairs,
            payments=tally.payments,
            difference_count=tally.difference_count,
            one_sided=dict(tally.one_sided),
            differences=tally.differences,
            unread=dict(tally.unread),
        )

    def _load(self, tenant: str, comparison_id: str) -> Comparison | None:
        item = self._table.get(keys.comparison(tenant, comparison_id))
        return _to_comparison(comparison_id, item) if item else None

    def _load_unfinished(self, tenant: str, comparison_id: str) -> Comparison | None:
        comparison = self._load(tenant, comparison_id) if comparison_id else None
        return comparison if comparison and comparison.finished_at is None else None

    def _newest_id(self, tenant: str) -> str:
        return text(self._table.get(keys.newest_comparison(tenant)) or {}, "id")

    def _carry_out(self, writes: list[Write]) -> bool:
        try:
            self._table.transact(*writes)
        except TransactionFailed:
            return False
        return True


def _moved(tenant: str, seen: Comparison, to: Comparison) -> Put:
    """Move a comparison on, if it is where it was seen: whoever moves it counts the moves."""
    return Put(keys.comparison(tenant, to.id), _to_item(to), _where_seen(seen))


def _where_seen(seen: Comparison) -> When:
    return When("#moves = :seen", {"seen": seen.moves})


def _to_item(comparison: Comparison) -> Item:
    """Write a comparison; of a finished one no more than that it is finished, for its report holds what it found."""
    own: Item = {
        "live": comparison.live,
        "every_payment": comparison.every_payment,
        "started_at": keys.time_text(comparison.started_at),
        "moved_at": keys.time_text(comparison.moved_at),
        "stage": comparison.stage.value,
        "place": comparison.place,
        "moves": comparison.moves,
        "finished_at": keys.maybe_time_text(comparison.finished_at),
    }
    if comparison.finished_at:
        own["expires_at"] = int((comparison.finished_at + ANSWERS_FOR).timestamp())
    return without_blanks(own if comparison.finished_at else own | _from_tally(comparison.tally))


def _to_comparison(comparison_id: str, item: Item) -> Comparison:
    return Comparison(
        comparison_id,
        live=bool(item.get("live", False)),
        every_payment=bool(item.get("every_payment", False)),
        started_at=keys.read_time(text(item, "started_at")),
        moved_at=keys.read_time(text(item, "moved_at")),
        stage=Stage(text(item, "stage")),
        place=text(item, "place"),
        moves=whole(item, "moves"),
        tally=_to_tally(item),
        finished_at=keys.read_maybe_time(text(item, "finished_at")),
    )


def _from_report(report: Report) -> Item:
    tally = Tally(
        report.pairs, report.payments, report.difference_count, report.one_sided, report.differences, report.unread
    )
    own: Item = {
        "started_at": keys.time_text(report.started_at),
        "live": report.live,
        "invoices": report.invoices,
    }
    return without_blanks(own | _from_tally(tally))


def _from_tally(tally: Tally) -> Item:
    return {
        "pairs": tally.pairs,
        "payments": tally.payments,
        "difference_count": tally.difference_count,
        "one_sided": dict(tally.one_sided),
        "differences": [_from_difference(difference) for difference in tally.differences],
        "unread": {system.value: why for system, why in tally.unread.items()},
    }


def _to_tally(item: Item) -> Tally:
    one_sided, unread = item.get("one_sided", {}), item.get("unread", {})
    if not isinstance(one_sided, dict) or not isinstance(unread, dict):
        raise TypeError("a tally holds reasons that cannot be read")
    return Tally(
        whole(item, "pairs"),
        whole(item, "payments"),
        whole(item, "difference_count"),
        {reason: whole(one_sided, reason) for reason in one_sided},
        tuple(_to_difference(row) for row in rows(item, "differences")),
        {System(system): text(unread, system) for system in unread},
    )


def _from_difference(difference: Difference) -> Plain:
    return {
        "invoice": to_row(difference.invoice),
        "other": to_row(difference.other) if difference.other else None,
        "code": difference.code,
        "sentence": difference.sentence,
        "fix": difference.fix,
    }


def _to_difference(row: Plain) -> Difference:
    if not isinstance(row, dict):
        raise TypeError("a report holds a difference that cannot be read")
    other = row.get("other")
    return Difference(
        from_row(row["invoice"]),
        from_row(other) if other else None,
        text(row, "code"),
        text(row, "sentence"),
        text(row, "fix"),
    )
