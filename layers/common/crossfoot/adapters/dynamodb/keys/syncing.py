"""The Sync Invoices tool: what the partner chose for it, its runs, and the entries that it made of bills."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from crossfoot.adapters.dynamodb.keys.partners import partner_pk
from crossfoot.adapters.dynamodb.keys.parts import Key, escape, own, read_ref, unescape
from crossfoot.adapters.dynamodb.keys.records import record_pk
from crossfoot.core.model import Kind, Ref

if TYPE_CHECKING:
    # A webhook imports the keys, and must start fast.
    from crossfoot.core.sync.settings import MappingKey

ENTRY = "ENTRY#"
SYNC_RUN = "RUN#"
IN_RUN = "IN_RUN#"
_HASH_LENGTH = 32


def sync_preferences(tenant: str) -> Key:
    """What the partner chose for the tool, but for its mappings."""
    return Key(partner_pk(tenant), "SYNC_PREFERENCES")


def sync_mappings_pk(tenant: str) -> str:
    """The partition of what stands for what."""
    return own(tenant, "sync_mappings")


def sync_mapping(tenant: str, mapped: MappingKey) -> Key:
    """What stands for something of ConnectWise's. That is named by people, at any length, or not at all: by its hash."""
    hashed = hashlib.sha256(mapped.key.encode(errors="surrogatepass")).hexdigest()[:_HASH_LENGTH]
    return Key(sync_mappings_pk(tenant), f"{mapped.kind}#{hashed}")


def sync_runs_pk(tenant: str) -> str:
    """The partition of the tool's runs."""
    return own(tenant, "sync_runs")


def sync_run(tenant: str, run: str) -> Key:
    """A run of the tool, in its place in the list: by their ids, runs are in order of time."""
    return Key(sync_runs_pk(tenant), SYNC_RUN + escape(run))


def sync_run_id(key: Key) -> str:
    """Read a run's key."""
    return unescape(key.sk.removeprefix(SYNC_RUN))


def sync_under_way(tenant: str) -> Key:
    """The run of the tool that was begun last."""
    return Key(sync_runs_pk(tenant), "BEGUN")


def run_items_pk(tenant: str, run: str, written: str) -> str:
    """The partition of a run's items, under the name of the write that they came with."""
    return own(tenant, "sync_items", escape(run), escape(written))


def run_item(tenant: str, run: str, written: str, bill: Ref) -> Key:
    """How a bill stands in a run."""
    return Key(run_items_pk(tenant, run, written), f"{bill.kind}#{bill.system}-{escape(bill.id)}")


def run_item_bill(key: Key) -> Ref:
    """Read an item's key."""
    kind, _, ref = key.sk.partition("#")
    return read_ref(Kind(kind), ref)


def in_run(tenant: str, bill: Ref, run: str) -> Key:
    """The pointer from a bill to a run that it is in."""
    return Key(record_pk(tenant, bill), IN_RUN + escape(run))


def in_run_id(key: Key) -> str:
    """Read an in-run pointer."""
    return unescape(key.sk.removeprefix(IN_RUN))


def entry(tenant: str, bill: Ref, digest: str) -> Key:
    """An entry of a bill, under its digest."""
    return Key(record_pk(tenant, bill), ENTRY + escape(digest))


def entry_part(tenant: str, bill: Ref, digest: str, number: int) -> Key:
    """A part of a large entry."""
    return Key(record_pk(tenant, bill), f"{ENTRY}{escape(digest)}#{number:04}")
