"""Batches: up to 30 independent operations in one call; each has its own outcome, and the call itself succeeds."""

from collections.abc import Mapping
from typing import Any

from local.sandbox.quickbooks import refusals, writes
from local.sandbox.quickbooks.book import Book
from local.sandbox.quickbooks.changes import changed_since
from local.sandbox.quickbooks.kinds import KINDS
from local.sandbox.quickbooks.refusals import Refusal
from local.sandbox.quickbooks.replay import Replay, check_batch_ids
from local.sandbox.quickbooks.select import run_query
from local.sandbox.store import Record

LARGEST_BATCH = 30
_FRAME = ("bId", "operation", "optionsData", "options", "Query")


def run_batch(book: Book, body: Mapping[str, Any], request_id: str | None) -> Record:
    """Carry out a batch.

    Returns: the content of the answer; a refused item carries its `Fault` in the place of its entity.
    Raises: Refusal for the batch as a whole: 1040 when it is too large, 2020, 2130.
    """
    items = body.get("BatchItemRequest")
    if not isinstance(items, list) or not items:
        raise refusals.missing("BatchItemRequest")
    if len(items) > LARGEST_BATCH:
        raise refusals.batch_too_large(LARGEST_BATCH)
    check_batch_ids(request_id, items)
    return {"BatchItemResponse": [_run_item(book, item, request_id) for item in items]}


def _run_item(book: Book, item: Any, request_id: str | None) -> Record:
    b_id = item.get("bId") if isinstance(item, dict) else None
    try:
        if b_id is None:
            raise refusals.missing("bId")
        key = f"{request_id} {b_id}" if request_id else None
        with book.store.savepoint():
            content = Replay(book).once(key, lambda: _carry_out(book, item))
    except Refusal as refusal:
        content = {"Fault": refusal.fault()}
    return content | ({"bId": b_id} if b_id is not None else {})


def _carry_out(book: Book, item: Mapping[str, Any]) -> Record:
    if "Query" in item:
        return {"QueryResponse": run_query(book, str(item["Query"]))}
    if isinstance(asked := item.get("CDCQuery"), Mapping):
        # As Intuit's Java SDK asks it (BatchOperation.addCDCQuery): each has the cap to itself.
        return {"CDCResponse": changed_since(book, str(asked.get("Entities")), str(asked.get("ChangedSince")))}
    names = [name for name in item if name not in _FRAME]
    if len(names) != 1 or names[0] not in KINDS or not isinstance(item[names[0]], Mapping):
        raise refusals.unsupported(f"batch on {', '.join(names) or 'nothing'}")
    kind, body, operation = KINDS[names[0]], item[names[0]], item.get("operation")
    if operation == "update" and item.get("optionsData") == "void":
        return {kind.name: writes.void(book, kind, body)}
    if operation == "delete":
        return {kind.name: writes.delete(book, kind, body)}
    if operation in ("create", "update"):
        if operation == "update" and "Id" not in body:
            raise refusals.missing("Id")
        return {kind.name: writes.save(book, kind, body)}
    raise refusals.invalid_choice(operation)
