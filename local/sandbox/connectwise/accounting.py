"""The accounting interface: what waits to be posted, previews, and batches, which mark it as posted.

Source: an unposted invoice is known by the id of a ledger record, `billingLogId` is the invoice; a batch is made of
ledger record ids; exporting posts nothing; deleting a batch takes back all that it posted.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import override

from local.sandbox.connectwise import export, intake, ledger, lines, rights, timestamps
from local.sandbox.connectwise.call import Answer, Call, reference_to
from local.sandbox.connectwise.collection import Collection, Derived, Endpoint
from local.sandbox.connectwise.errors import FieldFault, invalid
from local.sandbox.connectwise.records import Record
from local.sandbox.connectwise.schema import EXPORT_REQUEST, INVOICE, MODELS, NEW_BATCH
from local.sandbox.connectwise.unposted import waiting_expenses, waiting_invoices

NAMING = ("includedInvoiceIds", "excludedInvoiceIds", "includedExpenseIds", "excludedExpenseIds")
FLAGS = ("exportInvoicesFlag", "exportExpensesFlag", "exportProductsFlag")


class GLEntries(Derived):
    """The entries of one invoice, and whether they are in a batch."""

    @override
    def computed(self, call: Call) -> list[Record]:
        posting = ledger.posting_of(call.records, call.ids["parentId"]) or {"entries": []}
        known = MODELS["GLEntry"].fields
        batched = posting.get("batch") is not None
        return [
            {**{name: value for name, value in entry.items() if name in known}, "isBatched": batched}
            for entry in posting["entries"]
        ]


class Batches(Collection):
    @override
    def endpoints(self) -> list[Endpoint]:
        right, path = self.model.right, self.model.path
        return [
            *super().endpoints(),
            Endpoint("POST", path, right, rights.ADD, self.create),
            Endpoint("POST", f"{path}/{{id}}/export", right, rights.INQUIRE, self.export),
            Endpoint("POST", "/finance/accounting/export", right, rights.INQUIRE, self.preview),
        ]

    @override
    def create(self, call: Call) -> Answer:
        """Mark as posted what the ids stand for: of each document all of its ids, or nothing."""
        sent = intake.accept(call.body, NEW_BATCH, call.resolve)
        chosen = _chosen(call, sent)
        batch = {
            "id": call.records.next_id(self.model.name),
            "batchIdentifier": sent.get("batchIdentifier") or call.now.strftime("%Y%m%d%H%M%S"),
            **{name: bool(sent.get(name)) for name in FLAGS},
            "closedFlag": False,
        }
        batch = self.save(call, batch, None)
        for posting in chosen:
            _mark(call, posting, batch)
        return Answer(201, export.exported(call.records, chosen, batch["batchIdentifier"]))

    @override
    def delete(self, call: Call) -> Answer:
        batch = self.editable(call)
        for posting in _of_batch(call, batch["id"]):
            _mark(call, posting, None)
        call.records.delete(self.model.name, batch["id"])
        return Answer(204)

    def export(self, call: Call) -> Answer:
        batch = self.existing(call)
        return Answer(200, export.exported(call.records, _of_batch(call, batch["id"]), batch["batchIdentifier"]))

    def preview(self, call: Call) -> Answer:
        """What a batch of this would export; nothing is posted."""
        asked = intake.accept(call.body, EXPORT_REQUEST, call.resolve)
        chosen = [
            *(waiting_invoices(call.records) if asked.get("exportInvoicesFlag") else ()),
            *(waiting_expenses(call.records) if asked.get("exportExpensesFlag") else ()),
        ]
        named = {name: frozenset(asked.get(name) or ()) for name in NAMING}
        wanted = [posting for posting in chosen if posting["entries"] and _is_asked_for(call, asked, named, posting)]
        return Answer(200, export.exported(call.records, wanted, asked.get("batchIdentifier") or ""))


class BatchEntries(Derived):
    @override
    def computed(self, call: Call) -> list[Record]:
        postings = _of_batch(call, call.ids["parentId"])
        found = [_batch_entry(call, posting, entry) for posting in postings for entry in posting["entries"]]
        return sorted(found, key=lambda entry: int(entry["id"]))


def _batch_entry(call: Call, posting: Record, entry: Record) -> Record:
    amount = entry["amount"]
    shown = {
        "id": entry["id"],
        "accountType": entry["type"],
        "name": entry["description"],
        "accountNumber": entry.get("segment1", ""),
        "debit": max(amount, lines.ZERO),
        "credit": max(-amount, lines.ZERO),
        "cost": entry.get("cost", lines.ZERO),
        "item": entry.get("productId", ""),
    }
    if "expense" in posting:
        return {**shown, "expense": {"id": posting["expense"], "amount": abs(amount)}}
    invoice = call.records.get(INVOICE.name, posting["id"])
    return {**shown, "invoice": reference_to("Invoice", invoice)} if invoice else shown


def _chosen(call: Call, sent: Record) -> list[Record]:
    """Find the documents that a new batch posts. Raises: RefusedError."""
    ids = set(sent.get("processedRecordIds") or ())
    if not ids:
        raise _refused("MissingRequiredField", "The processedRecordIds field is required.", "processedRecordIds")
    if not any(sent.get(name) for name in FLAGS):
        raise _refused("InvalidObject", "At least one kind of record must be exported.", FLAGS[0])
    able = [
        *(waiting_invoices(call.records) if sent.get("exportInvoicesFlag") else ()),
        *(waiting_expenses(call.records) if sent.get("exportExpensesFlag") else ()),
    ]
    in_order = sorted(ids)
    chosen = [posting for posting in able if _is_touched(posting, in_order)]
    left = ids - {found for posting in chosen for found in _ids(posting)}
    if left:
        raise _refused("NotFound", f"Record {min(left)} not found or already posted", "processedRecordIds")
    if any(not _ids(posting) <= ids for posting in chosen):
        raise _refused("InvalidObject", "Records of a document are missing from the batch.", "processedRecordIds")
    return chosen


def _is_touched(posting: Record, ids: Sequence[int]) -> bool:
    """Tell whether some of these ids are of a document. Takes: `ids` in order; those of a document adjoin each other."""
    entries = posting["entries"]
    place = bisect_left(ids, entries[0]["id"]) if entries else len(ids)
    return place < len(ids) and ids[place] <= int(entries[-1]["id"])


def _ids(posting: Record) -> set[int]:
    return {entry["id"] for entry in posting["entries"]}


def _of_batch(call: Call, batch_id: int) -> list[Record]:
    shelves = (ledger.POSTING, ledger.EXPENSE_POSTING)
    return [posting for shelf in shelves for posting in call.records.where(shelf, ("batch",), [batch_id])]


def unbatch(call: Call, invoice_id: int) -> Record:
    """Take one invoice out of its batch, as can be done in the screens only.

    Returns: what the invoice keeps of the batch. Raises: ValueError when it is in none.
    """
    posting = ledger.posting_of(call.records, invoice_id)
    invoice = call.records.get(INVOICE.name, invoice_id) or {}
    if posting is None or posting["batch"] is None:
        raise ValueError(f"invoice: {invoice_id} is in no batch")
    _mark(call, posting, None, {"unbatchedBatch": invoice["glBatch"]})
    return {"unbatchedBatch": invoice["glBatch"]}


def rebatch(call: Call, invoice_id: int) -> Record:
    """Put one closed invoice back into the batch that it was taken out of, whatever was edited on it meanwhile.

    That too is done in the screens, and tells no accounting package.
    Returns: the batch. Raises: ValueError when it cannot be posted, or was in no batch that is still there.
    """
    posting = ledger.posting_of(call.records, invoice_id)
    invoice = call.records.get(INVOICE.name, invoice_id) or {}
    batch = call.records.get("AccountingBatch", (invoice.get("unbatchedBatch") or {}).get("id"))
    if posting is None or not posting["entries"] or batch is None:
        raise ValueError(f"invoice: {invoice_id} cannot be batched again")
    _mark(call, posting, batch)
    return {"glBatch": {"id": batch["id"], "name": batch["batchIdentifier"]}}


def _mark(call: Call, posting: Record, batch: Record | None, more: Record | None = None) -> None:
    """Put a document into a batch, or take it out of the one that it is in. Takes: `more`, what its invoice gets too."""
    shelf = ledger.EXPENSE_POSTING if "expense" in posting else ledger.POSTING
    call.records.put(shelf, {**posting, "batch": batch and batch["id"]})
    invoice = call.records.get(INVOICE.name, posting["id"]) if shelf == ledger.POSTING else None
    if invoice is not None:
        marks = {"glBatch": {"id": batch["id"], "name": batch["batchIdentifier"]}} if batch else {}
        kept = {name: value for name, value in invoice.items() if name not in ("glBatch", "unbatchedBatch")}
        after = call.stamped({**kept, **marks, **(more or {})}, invoice)
        call.records.put(INVOICE.name, after)
        Collection(INVOICE).note(call, after, invoice)


def _is_asked_for(call: Call, asked: Record, named: Mapping[str, frozenset[int]], posting: Record) -> bool:
    """Tell whether a preview asks for a document; it may be named by its own id or by that of its ledger record."""
    names = {posting["id"], posting["recordId"]}
    kind = "Expense" if "expense" in posting else "Invoice"
    included, excluded = (named[f"{word}{kind}Ids"] for word in ("included", "excluded"))
    if (included and not names & included) or names & excluded:
        return False
    document = call.records.get("ExpenseEntry" if kind == "Expense" else INVOICE.name, posting["id"]) or {}
    if not _is_within(asked.get("locationId"), document.get("locationId")):
        return False
    day, last = timestamps.parse(document.get("date")), timestamps.parse(asked.get("thruDate"))
    return day is None or last is None or day <= last


def _is_within(asked: int | None, own: int | None) -> bool:
    return asked is None or asked == own


def _refused(code: str, message: str, field: str) -> Exception:
    return invalid("accountingBatch", [FieldFault(code, message, field)])
