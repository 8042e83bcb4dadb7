"""Crossfoot reports (X4): the newest is found by its time; a large one is spread over several items."""

import json
from dataclasses import dataclass
from datetime import timedelta

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.shapes import from_row, to_row
from crossfoot.adapters.dynamodb.table import Put, Table
from crossfoot.adapters.dynamodb.values import Item, Plain, rows, text, whole, without_blanks
from crossfoot.core.crossfoot import Difference, Report

# An item holds 400 KB, names and all.
PART_BYTES = 300_000
KEPT_FOR = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class _Part:
    differences: list[Plain]
    size_bytes: int


class TableReports:
    """The port Reports in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save(self, tenant: str, report: Report) -> None:
        """Store a report as the newest; its further parts first, so that a report that is found is whole."""
        first, *further = _parts(report)
        expiry: Item = {"expires_at": int((report.at + KEPT_FOR).timestamp())}
        parts: dict[Key, Item] = {
            keys.report_part(tenant, report.at, number): {"differences": part, **expiry}
            for number, part in enumerate(further, start=1)
        }
        self._table.put_many(parts)
        self._table.write(Put(keys.report(tenant, report.at), _to_item(report, first, len(further)) | expiry))

    def load_newest(self, tenant: str) -> Report | None:
        """Read the newest report."""
        found = self._table.newest(keys.crossfoot_pk(tenant), keys.REPORT)
        if found is None:
            return None
        key, item = found
        at = keys.read_time(key.sk.removeprefix(keys.REPORT))
        part_keys = [keys.report_part(tenant, at, number) for number in range(1, whole(item, "parts") + 1)]
        parts = self._table.get_many(part_keys)
        differences = rows(item, "differences") + [
            row for each in part_keys for row in rows(parts[each], "differences")
        ]
        one_sided = item.get("one_sided", {})
        assert isinstance(one_sided, dict)
        return Report(
            at=at,
            live=bool(item.get("live", False)),
            invoices=whole(item, "invoices"),
            pairs=whole(item, "pairs"),
            payments=whole(item, "payments"),
            difference_count=whole(item, "difference_count"),
            one_sided={reason: whole(one_sided, reason) for reason in one_sided},
            differences=tuple(_to_difference(row) for row in differences),
        )


def _parts(report: Report) -> list[list[Plain]]:
    parts = [_Part([], 0)]
    for row in map(_from_difference, report.differences):
        size_bytes = len(json.dumps(row).encode())
        if parts[-1].size_bytes + size_bytes > PART_BYTES:
            parts.append(_Part([], 0))
        parts[-1] = _Part([*parts[-1].differences, row], parts[-1].size_bytes + size_bytes)
    return [part.differences for part in parts]


def _to_item(report: Report, differences: list[Plain], further_parts: int) -> Item:
    return without_blanks(
        {
            "live": report.live,
            "invoices": report.invoices,
            "pairs": report.pairs,
            "payments": report.payments,
            "difference_count": report.difference_count,
            "one_sided": dict(report.one_sided),
            "differences": differences,
            "parts": further_parts,
        }
    )


def _from_difference(difference: Difference) -> Item:
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
