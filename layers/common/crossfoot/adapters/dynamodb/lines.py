"""The lines of a record: beside it in its item where they are few, else in parts of their own.

A write of lines has a name that no other write ever has, and its parts are found under that name. So whoever replaces lines
may remove the former parts whenever it comes to it: they are nobody else's, even if the same lines were written again
meanwhile. The parts stand before the record that names them: a crash leaves parts that nobody asks for, and never a hole.
"""

import hashlib
import json
import secrets
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.line_rows import (
    AnyLine,
    to_cost_line,
    to_deposit_line,
    to_line,
    to_payout_item,
    to_row,
)
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.adapters.dynamodb.values import Item, Plain, text, whole
from crossfoot.core.model import (
    Billed,
    CreditMemo,
    Deposit,
    DepositLine,
    Invoice,
    Line,
    Payout,
    PayoutItem,
    Record,
    Ref,
    Standing,
)
from crossfoot.core.payables.records import Bill, CostLine, VendorCredit
from crossfoot.errors import Conflict

DIGEST, WRITTEN, PARTS, PACKED, FROM = "ld", "ls", "lc", "l", "lu"
# An item holds 400 KB; a part is smaller before it is packed. Lines that pack into a few hundred bytes leave their record
# within a kilobyte, which is a write unit.
PART_BYTES = 300_000
BESIDE_BYTES = 560
READ_ATTEMPTS = 5
_DIGEST_LENGTH = 16


@dataclass(frozen=True, slots=True)
class StoredLines:
    """What a record's item says of its lines, and the parts that have to stand before it."""

    attributes: Item = field(default_factory=dict)
    parts: Mapping[Key, Item] = field(default_factory=dict)


def plan_lines(tenant: str, record: Record, stored: Mapping[str, Plain]) -> StoredLines:
    """Say how a record's lines are stored; those that were not read, or are the same, stay as they stand.

    Takes: `stored` is the record's item, empty where there is none.
    """
    kept = {name: stored[name] for name in (DIGEST, WRITTEN, PARTS, PACKED) if name in stored}
    lines = lines_of(record)
    if lines is None or (stored and record.standing is Standing.DELETED):
        return StoredLines(kept | _from_earlier(record, stored))
    rows = [to_row(line) for line in lines]
    digest = hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:_DIGEST_LENGTH]
    if digest == stored.get(DIGEST):
        return StoredLines(kept)
    packed = [zlib.compress(part) for part in _parts(rows)]
    if sum(map(len, packed)) <= BESIDE_BYTES:
        return StoredLines({DIGEST: digest} | ({PACKED: packed[0]} if packed else {}))
    written = secrets.token_hex(8)
    parts: dict[Key, Item] = {
        keys.lines_part(tenant, record.ref, written, number): {PACKED: part} for number, part in enumerate(packed)
    }
    return StoredLines({DIGEST: digest, WRITTEN: written, PARTS: len(packed)}, parts)


def lines_of(record: Record) -> Sequence[AnyLine] | None:
    """Give the lines that a record came with; None where it has none, or they were not read."""
    match record:
        case Invoice() | CreditMemo() | Deposit() | Bill() | VendorCredit():
            return record.lines
        case Payout():
            return record.items
        case _:
            return None


def are_awaited(offered: Record, stored: Mapping[str, Plain]) -> bool:
    """Tell whether a version brings the lines of the stored one, which was read without them.

    Reads meet: one without lines may be saved before an earlier one that has them.
    """
    is_of_stored = offered.version.updated_at == text(stored, "u") and offered.standing.value == text(stored, "st")
    return lines_of(offered) is not None and is_of_stored and bool(text(stored, FROM))


def _from_earlier(record: Record, stored: Mapping[str, Plain]) -> Item:
    """Note which version the stored lines are of, where the record has a later one by now."""
    version = text(stored, FROM) or text(stored, "u")
    return {FROM: version} if DIGEST in stored and version != record.version.updated_at else {}


def part_keys(tenant: str, ref: Ref, item: Mapping[str, Plain]) -> list[Key]:
    """Name the parts that a record's item speaks of."""
    return [keys.lines_part(tenant, ref, text(item, WRITTEN), number) for number in range(whole(item, PARTS))]


class Lines:
    """The lines of a partner's records."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, tenant: str, record: Billed) -> tuple[Line, ...]:
        """Read the lines of an invoice or a credit memo, in their order. Raises: Conflict."""
        return tuple(to_line(*row) for row in self._load_rows(tenant, record.ref))

    def load_costs(self, tenant: str, record: Bill | VendorCredit) -> tuple[CostLine, ...]:
        """Read the lines of a bill or a vendor credit, in their order. Raises: Conflict."""
        return tuple(to_cost_line(*row) for row in self._load_rows(tenant, record.ref))

    def load_of_deposit(self, tenant: str, deposit: Deposit) -> tuple[DepositLine, ...]:
        """Read the lines of a deposit, in their order. Raises: Conflict."""
        return tuple(to_deposit_line(deposit.ref, *row) for row in self._load_rows(tenant, deposit.ref))

    def load_of_payout(self, tenant: str, payout: Ref) -> tuple[PayoutItem, ...]:
        """Read the items of a payout, in their order; none where it is not there. Raises: Conflict."""
        return tuple(to_payout_item(*row) for row in self._load_rows(tenant, payout))

    def _load_rows(self, tenant: str, ref: Ref) -> list[list[Any]]:
        """Read the rows as one write left them: where parts are gone, they were replaced after the record was read."""
        for _ in range(READ_ATTEMPTS):
            item = self._table.get(keys.record(tenant, ref)) or {}
            wanted = part_keys(tenant, ref, item)
            found = self._table.get_many(wanted)
            if len(found) == len(wanted):
                packed = [found[key][PACKED] for key in wanted] + ([item[PACKED]] if PACKED in item else [])
                return [row for part in packed for row in _unpacked(part)]
        raise Conflict(f"the lines of {ref} are being replaced")


def _parts(rows: Sequence[list[Any]]) -> Iterator[bytes]:
    """Write rows in parts of a size that an item can hold."""
    part: list[bytes] = []
    size_bytes = 0
    for row in rows:
        written = json.dumps(row, separators=(",", ":")).encode()
        if part and size_bytes + len(written) > PART_BYTES:
            yield b"[" + b",".join(part) + b"]"
            part, size_bytes = [], 0
        part.append(written)
        size_bytes += len(written) + 1
    if part:
        yield b"[" + b",".join(part) + b"]"


def _unpacked(part: Plain) -> list[list[Any]]:
    if not isinstance(part, bytes):
        raise TypeError("an item holds lines that cannot be read")
    rows: list[list[Any]] = json.loads(zlib.decompress(part))
    return rows
