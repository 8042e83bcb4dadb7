"""Entries as the effects ledger keeps them: a write in an effect's body, and what stands after it in its result."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import cast

from crossfoot.core.effects import Effect, EffectState, Json
from crossfoot.core.model import Kind
from crossfoot.core.payables.entries import (
    KIND_OF,
    BillEntry,
    CreditEntry,
    Entry,
    EntryLine,
    EntryOperation,
    EntryWrite,
    Part,
    PaymentEntry,
    VendorEntry,
)
from crossfoot.core.payables.records import PayMethod

# In an effect's body and result: when the platform last changed what it tells of the record.
TOLD_AT = "told_at"


def to_body(write: EntryWrite) -> dict[str, Json]:
    """Store a write in an effect's body."""
    return {"operation": write.operation.value, "entry": _to_json(write.entry), "currency": write.currency}


def from_body(body: Mapping[str, Json]) -> EntryWrite:
    """Read a write back from an effect's body."""
    entry = _from_json(cast(dict[str, Json], body["entry"]))
    return EntryWrite(EntryOperation(cast(str, body["operation"])), entry, cast(str, body["currency"]))


def to_result(standing: Entry | None, told_at: str = "") -> dict[str, Json]:
    """Store what stands after an effect. Takes: `told_at` is as in `told_at_of`."""
    return {"entry": _to_json(standing) if standing is not None else None, TOLD_AT: told_at}


def told_at_of(effect: Effect | None) -> str:
    """Name the state of the platform's record that was agreed on with what stands; "" where that is not known."""
    return cast(str, effect.result.get(TOLD_AT, "")) if effect is not None else ""


def standing_of(effect: Effect | None) -> Entry | None:
    """Read what stands since the newest effect on a record; of one that is under way, what stood before it."""
    if effect is None or effect.result.get("entry") is None:
        return None
    return _from_json(cast(dict[str, Json], effect.result["entry"]))


def standing_after(write: EntryWrite, made: Entry | None) -> Entry | None:
    """Say what stands once a write is done. Takes: `made` is what the accounting answered, None where nothing is left.

    A vendor is never deleted: it stays, and is inactive.
    """
    if made is None and isinstance(write.entry, VendorEntry):
        return replace(write.entry, active=False)
    return made


def size_bytes(entry: Entry) -> int:
    """Say how much of an item of our table an entry takes; an effect holds one that is written, and one that stands."""
    return len(json.dumps(_to_json(entry)))


def repeats_refusal(effect: Effect | None, write: EntryWrite) -> bool:
    """Tell whether a write is what the accounting refused last."""
    return effect is not None and effect.state is EffectState.REFUSED and from_body(effect.body) == write


def _to_json(entry: Entry) -> Json:
    kind: dict[str, Json] = {"kind": KIND_OF[type(entry)].value, "id": entry.id, "revision": entry.revision}
    match entry:
        case VendorEntry():
            return kind | {
                "name": entry.name,
                "email": entry.email,
                "account_number": entry.account_number,
                "active": entry.active,
            }
        case BillEntry():
            due_on = entry.due_on.isoformat() if entry.due_on else None
            return kind | _owed_to_json(entry) | {"due_on": due_on}
        case CreditEntry():
            return kind | _owed_to_json(entry)
        case PaymentEntry():
            return kind | {
                "vendor_id": entry.vendor_id,
                "paid_on": entry.paid_on.isoformat(),
                "method": entry.method.value,
                "account_id": entry.account_id,
                "bills": [[part.id, part.amount_minor] for part in entry.bills],
                "credits": [[part.id, part.amount_minor] for part in entry.credits],
                "number": entry.number,
            }


def _owed_to_json(entry: BillEntry | CreditEntry) -> dict[str, Json]:
    lines: list[Json] = [
        [line.amount_minor, line.account_id, line.description, line.item_id, line.line_id] for line in entry.lines
    ]
    return {
        "vendor_id": entry.vendor_id,
        "number": entry.number,
        "issued_on": entry.issued_on.isoformat(),
        "lines": lines,
    }


def _from_json(item: Mapping[str, Json]) -> Entry:
    id_, revision = cast(str, item["id"]), cast(str, item["revision"])
    match Kind(cast(str, item["kind"])):
        case Kind.VENDOR:
            name, email, number = (cast(str, item[key]) for key in ("name", "email", "account_number"))
            return VendorEntry(id_, name, email, number, cast(bool, item["active"]), revision)
        case Kind.BILL:
            due_on = cast(str | None, item["due_on"])
            return BillEntry(
                id_, cast(str, item["vendor_id"]), cast(str, item["number"]), _day(item["issued_on"]),
                date.fromisoformat(due_on) if due_on else None, _lines(item["lines"]), revision,
            )  # fmt: skip
        case Kind.VENDOR_CREDIT:
            return CreditEntry(
                id_, cast(str, item["vendor_id"]), cast(str, item["number"]), _day(item["issued_on"]),
                _lines(item["lines"]), revision,
            )  # fmt: skip
        case _:
            return PaymentEntry(
                id_, cast(str, item["vendor_id"]), _day(item["paid_on"]), PayMethod(cast(str, item["method"])),
                cast(str, item["account_id"]), _parts(item["bills"]), _parts(item["credits"]),
                cast(str, item["number"]), revision,
            )  # fmt: skip


def _day(item: Json) -> date:
    return date.fromisoformat(cast(str, item))


def _lines(items: Json) -> tuple[EntryLine, ...]:
    lines = cast(list[list[Json]], items)
    return tuple(EntryLine(cast(int, amount), *cast(list[str], texts)) for amount, *texts in lines)


def _parts(items: Json) -> tuple[Part, ...]:
    return tuple(Part(cast(str, id_), cast(int, amount)) for id_, amount in cast(list[list[Json]], items))
