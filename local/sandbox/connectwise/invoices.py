"""Invoices: what closing, batching and payments do to them and lock in them."""

from decimal import Decimal
from typing import Any, override

from local.sandbox.connectwise import amounts, intake, ledger, lines, pdf, rights, timestamps, wire
from local.sandbox.connectwise.call import Answer, Call, reference_to
from local.sandbox.connectwise.collection import Collection, Endpoint
from local.sandbox.connectwise.errors import FieldFault, invalid, no_permission, not_found
from local.sandbox.connectwise.records import Record, value_at
from local.sandbox.connectwise.schema import CLOSED_INVOICE, INVOICE, INVOICE_PAYMENT, MODELS

UNLOCKED = frozenset({"status", "internalNotes"})
PDF = "application/pdf"


class Invoices(Collection):
    closed = CLOSED_INVOICE

    @override
    def endpoints(self) -> list[Endpoint]:
        one, right = f"{self.closed.path}/{{id}}", self.model.right
        return [
            *super().endpoints(),
            Endpoint("PUT", one, right, rights.EDIT, self.replace_closed),
            Endpoint("PATCH", one, right, rights.EDIT, self.patch_closed),
            Endpoint("GET", f"{self.model.path}/{{id}}/pdf", right, rights.INQUIRE, self.pdf),
            Endpoint("GET", "/finance/info/invoice/{id}", right, rights.INQUIRE, self.info),
        ]

    @override
    def defaults(self, call: Call, sent: Record) -> Record:
        billed = _billed_company(call, sent)
        number = call.records.next_id("invoiceNumber")
        own: dict[str, Any] = {
            "invoiceNumber": str(number),
            "status": _default_status(call),
            "billToCompany": reference_to("Company", billed),
            "shipToCompany": sent["company"],
            "accountNumber": billed.get("accountNumber"),
            "billingTerms": billed.get("billingTerms"),
            "applyToType": "All",
            "date": timestamps.today(call.now),
            "dueDate": sent.get("date") or timestamps.today(call.now),
            "taxableFlag": False,
            "specialInvoiceFlag": sent.get("type") in ("Miscellaneous", "CreditMemo", "DownPayment"),
        }
        return {name: value for name, value in own.items() if value is not None}

    @override
    def settle(self, call: Call, new: Record, old: Record | None) -> Record:
        if old is not None and is_closed(old):
            _check_locked(new, old)
        if old is not None and new.get("type") != old.get("type"):
            raise _refused("type", "The type of an invoice cannot be changed.")
        if is_closed(new) and not (old is not None and is_closed(old)):
            _check_account(call, new)
            new = {**new, "closedBy": call.member.identifier}
        return amounts.priced(call.records, new, old or {})

    @override
    def changed(self, call: Call, new: Record | None, old: Record | None) -> None:
        """Closing makes the entries in the general ledger, by the mapping of that moment; reopening unmakes them."""
        self.note(call, new, old)
        if new is None:
            self._unbill(call, (old or {})["id"])
        elif is_closed(new) != (old is not None and is_closed(old)):
            ledger.post(call.records, new) if is_closed(new) else ledger.unpost(call.records, new["id"])

    @override
    def visible(self, call: Call, records: list[Record]) -> list[Record]:
        """Agreement invoices are a right of their own; at its level "My" or "None" the others' are not there."""
        shown = super().visible(call, records)
        level = call.company.role[rights.AGREEMENT_INVOICING][rights.INQUIRE]
        if level == "All":
            return shown
        own = level == "My"
        who = call.member.identifier
        return [r for r in shown if r.get("type") != "Agreement" or (own and rights.is_own(r, who))]

    @override
    def check_edit(self, call: Call, record: Record) -> None:
        action = rights.DELETE if call.method == "DELETE" else rights.EDIT
        if record.get("type") == "Agreement" and call.company.role[rights.AGREEMENT_INVOICING][action] == "None":
            raise no_permission()

    @override
    def check_delete(self, call: Call, record: Record) -> None:
        if is_closed(record):
            raise _refused("status", "A closed invoice cannot be deleted.")
        if call.records.all(INVOICE_PAYMENT.shelf(record["id"])):
            raise _refused("payments", "An invoice with payments or credits cannot be deleted.")
        call.records.delete(amounts.OPENING, record["id"])

    def pdf(self, call: Call) -> Answer:
        """The printed invoice; the switch `pdf_mb` makes it as large as one wants to try."""
        invoice = self.existing(call)
        if not self.visible(call, [invoice]):
            raise not_found(self.model.name, invoice["id"])
        printed = pdf.invoice(invoice, lines.lines_of(call.records, invoice["id"]))
        return Answer(200, pdf.written(printed, int(call.site.switches.pdf_mb * pdf.MEGABYTE)), {}, PDF)

    def info(self, call: Call) -> Answer:
        """The invoice with all its lines in one answer."""
        invoice = self.existing(call)
        if not self.visible(call, [invoice]):
            raise not_found(self.model.name, invoice["id"])
        found = lines.lines_of(call.records, invoice["id"])
        names = {lines.PRODUCTS: "products", lines.EXPENSES: "expenses", lines.TIME: "timeEntries"}
        api_url = call.site.api_url()
        shown = {
            name: [wire.present(line, MODELS[kind.model], api_url, extras=False) for line in found[kind]]
            for kind, name in names.items()
        }
        return Answer(200, {
            "id": invoice["id"],
            "invoice": self.rendered(call, self.shown(call, invoice)),
            **shown,
            "bundledComponentsInfo": [],
            "agreementBillingInfo": _agreement_info(call, invoice),
        })  # fmt: skip

    def _unbill(self, call: Call, invoice_id: int) -> None:
        for kind, found in lines.lines_of(call.records, invoice_id).items():
            for line in found:
                freed = {name: value for name, value in line.items() if name != "invoice"}
                if "status" in freed:
                    freed["status"] = "ReadyToBill"
                call.records.put(kind.model, call.stamped(freed, line))

    def patch_closed(self, call: Call) -> Answer:
        old = self._closed_invoice(call)
        changes = intake.patch_changes(old, call.body, self.closed)
        return self._save_closed(call, old, intake.accept(changes, self.closed, call.resolve))

    def replace_closed(self, call: Call) -> Answer:
        old = self._closed_invoice(call)
        sent = intake.accept(call.body, self.closed, call.resolve)
        return self._save_closed(call, old, {"internalNotes": None, **sent})

    def _closed_invoice(self, call: Call) -> Record:
        record = call.records.get(self.model.name, call.ids["id"])
        if record is None or not is_closed(record):
            raise not_found(self.closed.name, call.ids["id"])
        return self.editable(call)

    def _save_closed(self, call: Call, old: Record, changes: Record) -> Answer:
        saved = self.save(call, {**old, **changes}, old)
        shown = self.rendered(call, saved)
        return Answer(200, {name: shown[name] for name in ("id", *sorted(UNLOCKED), "_info") if name in shown})


def is_closed(invoice: Record) -> bool:
    return bool(value_at(invoice, ("status", "isClosed")))


def _billed_company(call: Call, sent: Record) -> Record:
    company = call.records.get("Company", sent["company"]["id"]) or sent["company"]
    billed = sent.get("billToCompany") or company.get("billToCompany") or company
    return call.records.get("Company", billed["id"]) or billed


def _default_status(call: Call) -> Record | None:
    statuses = call.records.all("BillingStatus")
    chosen = next((status for status in statuses if status.get("defaultFlag")), statuses[0] if statuses else None)
    return reference_to("BillingStatus", chosen) if chosen else None


def _agreement_info(call: Call, invoice: Record) -> list[Record]:
    agreement = call.records.get("Agreement", (invoice.get("agreement") or {}).get("id", 0))
    if agreement is None:
        return []
    return [{
        "agreementName": agreement["name"],
        "agreementType": (agreement.get("type") or {}).get("name", ""),
        "agreementAmount": invoice.get("agreementAmount") or Decimal("0.00"),
        "agreementRecId": agreement["id"],
        "parentRecId": (agreement.get("parentAgreement") or {}).get("id", 0),
    }]  # fmt: skip


def _check_locked(new: Record, old: Record) -> None:
    if old.get("glBatch") and (new.get("status") or {}).get("id") != old["status"].get("id"):
        raise _refused("status", "The status of an invoice that was batched cannot be changed.")
    for name in sorted(new.keys() | old.keys()):
        if name not in UNLOCKED and new.get(name) != old.get(name):
            raise _refused(name, "A closed invoice cannot be edited.")


def _check_account(call: Call, invoice: Record) -> None:
    reference = invoice.get("company") or {}
    company = call.records.get("Company", reference.get("id", 0)) or {}
    if not company.get("accountNumber") and not (not company and invoice.get("accountNumber")):
        name = company.get("name") or reference.get("name") or reference.get("id")
        raise _refused("status", f"Company does not have an account number: {name}.")


def _refused(field: str, message: str) -> Exception:
    return invalid(INVOICE.resource, [FieldFault("InvalidObject", message, field)])
