"""Time entries, expenses and products, and how a change of one changes the invoice that it is on."""

from decimal import Decimal
from typing import override

from local.sandbox.connectwise import amounts, ledger, timestamps
from local.sandbox.connectwise.call import Call
from local.sandbox.connectwise.collection import Collection
from local.sandbox.connectwise.errors import FieldFault, invalid
from local.sandbox.connectwise.lines import BY_MODEL, ZERO, extended, hours
from local.sandbox.connectwise.records import Record
from local.sandbox.connectwise.schema import INVOICE

APPROVED = frozenset({"ApprovedByTierOne", "ApprovedByTierTwo", "ReadyToBill", "Billed", "BilledAgreement"})
SPECIAL = frozenset({"CreditMemo", "DownPayment", "Miscellaneous"})


class Lines(Collection):
    """What the three kinds of line have in common."""

    @override
    def settle(self, call: Call, new: Record, old: Record | None) -> Record:
        for line in (new, old or {}):
            _check_billable(call, self.model.resource, line)
        return self.priced(call, new)

    @override
    def check_delete(self, call: Call, record: Record) -> None:
        _check_billable(call, self.model.resource, record)

    @override
    def changed(self, call: Call, new: Record | None, old: Record | None) -> None:
        self.note(call, new, old)
        for invoice_id in sorted({line["invoice"]["id"] for line in (new, old) if line and line.get("invoice")}):
            rebill(call, invoice_id, BY_MODEL[self.model.name].part)

    def priced(self, call: Call, line: Record) -> Record:  # noqa: ARG002
        """Fill in what the server computes of a line."""
        return line


class TimeEntries(Lines):
    @override
    def defaults(self, call: Call, sent: Record) -> Record:
        return {
            "member": {"id": call.member.id, "identifier": call.member.identifier},
            "billableOption": "Billable",
            "hoursDeduct": ZERO,
            "hourlyCost": "0.00",
            "status": "Open",
            "enteredBy": call.member.identifier,
            "dateEntered": timestamps.to_wire(call.now),
        }

    @override
    def priced(self, call: Call, line: Record) -> Record:
        role = call.records.get("WorkRole", (line.get("workRole") or {}).get("id", 0)) or {}
        worked = hours(line) if line.get("actualHours") is None else Decimal(line["actualHours"])
        billed = line.get("invoiceHours")
        filled = {
            **line,
            "actualHours": worked,
            "hourlyRate": role.get("hourlyRate", ZERO) if line.get("hourlyRate") is None else line["hourlyRate"],
            "invoiceHours": worked - Decimal(line.get("hoursDeduct") or 0) if billed is None else billed,
            "extendedInvoiceAmount": None,
        }
        filled["extendedInvoiceAmount"] = BY_MODEL[self.model.name].amount(filled)
        return filled if line.get("invoice") is None else {**filled, "status": "Billed"}


class Expenses(Lines):
    @override
    def defaults(self, call: Call, sent: Record) -> Record:
        member = {"id": call.member.id, "identifier": call.member.identifier}
        return {"member": member, "billableOption": "Billable", "status": "Open", "invoiceAmount": sent.get("amount")}

    @override
    def priced(self, call: Call, line: Record) -> Record:
        return line if line.get("invoice") is None else {**line, "status": "Billed"}

    @override
    def check_edit(self, call: Call, record: Record) -> None:
        posting = call.records.get(ledger.EXPENSE_POSTING, record["id"]) or {}
        if posting.get("batch") is not None:
            raise invalid(self.model.resource, [FieldFault("InvalidObject", "The expense was posted.", "id")])

    @override
    def changed(self, call: Call, new: Record | None, old: Record | None) -> None:
        """An expense waits to be posted once it is approved, for what it is then."""
        super().changed(call, new, old)
        if new is not None and new.get("status") in APPROVED:
            ledger.post_expense(call.records, new)
        else:
            call.records.delete(ledger.EXPENSE_POSTING, (new or old or {})["id"])


class Products(Lines):
    @override
    def defaults(self, call: Call, sent: Record) -> Record:
        item = call.records.get("CatalogItem", (sent.get("catalogItem") or {}).get("id", 0)) or {}
        taken = {name: item.get(name) for name in ("description", "price", "cost", "taxableFlag", "productClass")}
        return {"quantity": 1, **{name: value for name, value in taken.items() if value is not None}}

    @override
    def priced(self, call: Call, line: Record) -> Record:
        price, cost = extended(line, "price"), extended(line, "cost")
        return {**line, "extPrice": price, "extCost": cost, "margin": price - cost}


def rebill(call: Call, invoice_id: int, part: str) -> None:
    """Let an invoice follow its lines, after one of the lines that make up `part` was changed."""
    before = call.records.get(INVOICE.name, invoice_id)
    if before is None:
        return
    after = amounts.priced(call.records, {**before, part: ZERO}, before)
    if after != before:
        after = call.stamped(after, before)
        call.records.put(INVOICE.name, after)
        Collection(INVOICE).note(call, after, before)


def _check_billable(call: Call, resource: str, line: Record) -> None:
    invoice = call.records.get(INVOICE.name, (line.get("invoice") or {}).get("id", 0))
    if invoice is None:
        return
    if (invoice.get("status") or {}).get("isClosed"):
        raise invalid(resource, [FieldFault("InvalidObject", "The invoice that it is billed on is closed.", "invoice")])
    if invoice.get("type") in SPECIAL and resource != "productItem":
        message = f"An invoice of type {invoice['type']} takes no time and no expenses."
        raise invalid(resource, [FieldFault("InvalidObject", message, "invoice")])
