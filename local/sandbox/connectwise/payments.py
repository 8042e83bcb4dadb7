"""The payment and credit rows of an invoice, and the credit memos that credits draw on.

"P" is a payment, "C" a credit from a credit memo. Nothing is required when one is created: the type is then "P", the
date today and the amount 0. What a row's `balance` means is documented nowhere: here it is what is left of the invoice.
"""

from dataclasses import replace
from decimal import Decimal
from typing import override

from local.sandbox.connectwise import rights, timestamps
from local.sandbox.connectwise.amounts import CREDIT_USE, amount, figures
from local.sandbox.connectwise.call import Call, reference_to
from local.sandbox.connectwise.collection import Collection, Endpoint
from local.sandbox.connectwise.errors import FieldFault, invalid, not_found
from local.sandbox.connectwise.records import Record
from local.sandbox.connectwise.schema import INVOICE, INVOICE_PAYMENT

TYPES = ("P", "C")


class Payments(Collection):
    @override
    def endpoints(self) -> list[Endpoint]:
        """To add a row is to edit the invoice."""
        return [replace(e, action=rights.EDIT) if e.method == "POST" else e for e in super().endpoints()]

    @override
    def defaults(self, call: Call, sent: Record) -> Record:
        return {
            "type": "P",
            "source": "Default",
            "invoice": reference_to("Invoice", _invoice(call)),
            "amount": Decimal("0.00"),
            "paymentDate": timestamps.today(call.now),
            "appliedBy": call.member.identifier,
            "paymentSyncStatus": "Unapplied",
        }

    @override
    def settle(self, call: Call, new: Record, old: Record | None) -> Record:
        kind = str(new.get("type") or "P").upper()
        if kind not in TYPES:
            raise _refused("InvalidField", "type", "The type must be P for a payment or C for a credit.")
        others = [row for row in call.records.all(self.shelf(call)) if row["id"] != new["id"]]
        if kind == "P" and (old is None or old.get("type") != "P"):
            _check_only_payment(call, others)
        if call.site.switches.refuse_overpayment:
            _check_balance(_invoice(call), new, old)
        if new.get("credit"):
            _check_credit(call, {**new, "type": kind}, old)
        return {**new, "type": kind}

    @override
    def changed(self, call: Call, new: Record | None, old: Record | None) -> None:
        """Bring the invoice's figures up to date; whether anybody is told so is a switch."""
        memos = {row["credit"]["id"] for row in (new, old) if row and row.get("credit")}
        if new is not None and new.get("credit"):
            use = {"id": new["id"], "memo": new["credit"]["id"], "amount": amount(new, "amount")}
            call.records.put(CREDIT_USE, use)
        elif memos:
            call.records.delete(CREDIT_USE, (new or old or {})["id"])
        for invoice_id in (call.ids["parentId"], *sorted(memos)):
            _refigure(call, invoice_id)

    @override
    def shown(self, call: Call, record: Record) -> Record:
        invoice = _invoice(call)
        left = invoice.get("balance")
        return {**record, "balance": left, "invoiceBalance": left, "invoiceTotal": invoice.get("total")}


_INVOICES = Collection(INVOICE)


def _refigure(call: Call, invoice_id: int) -> None:
    before = call.records.get(INVOICE.name, invoice_id)
    if before is None:
        return
    after = {**before, **figures(call.records, before)}
    if call.site.switches.payment_bumps_invoice:
        after = call.stamped(after, before)
    call.records.put(INVOICE.name, after)
    if call.site.switches.payment_fires_invoice_callback:
        _INVOICES.note(call, after, before)


def _invoice(call: Call) -> Record:
    invoice = call.records.get(INVOICE.name, call.ids["parentId"])
    if invoice is None:
        raise not_found(INVOICE.name, call.ids["parentId"])
    return invoice


def _check_only_payment(call: Call, others: list[Record]) -> None:
    switches = call.site.switches
    counted = [
        row
        for row in others
        if row.get("type") != "C" and (switches.wisepay_rows_count or row.get("source") != "WisePay")
    ]
    if switches.one_payment_per_invoice and counted:
        raise _refused("ObjectExists", "type", "A payment already exists for this invoice.")


def _check_balance(invoice: Record, new: Record, old: Record | None) -> None:
    more = Decimal(new.get("amount") or 0) - Decimal((old or {}).get("amount") or 0)
    if more > Decimal(invoice.get("balance") or 0):
        raise _refused("InvalidField", "amount", "The amount is more than the balance of the invoice.")


def _check_credit(call: Call, new: Record, old: Record | None) -> None:
    """A credit memo can be applied once it is closed, to the same customer's invoices, as far as it goes."""
    memo = call.records.get(INVOICE.name, new["credit"]["id"]) or {}
    invoice = _invoice(call)
    if new["type"] != "C" or memo.get("type") != "CreditMemo":
        raise _refused("InvalidObject", "credit", "Only a credit memo can be applied, and as a credit.")
    if not (memo.get("status") or {}).get("isClosed"):
        raise _refused("InvalidObject", "credit", "A credit memo must be closed before it can be applied.")
    if (memo.get("billToCompany") or {}).get("id") != (invoice.get("billToCompany") or {}).get("id"):
        raise _refused("InvalidObject", "credit", "The credit memo belongs to another company.")
    same = old is not None and (old.get("credit") or {}).get("id") == memo["id"]
    left = -amount(memo, "balance") + (amount(old or {}, "amount") if same else 0)
    if amount(new, "amount") > left:
        raise _refused("InvalidField", "amount", f"The credit memo has {left:f} left.")


def _refused(code: str, field: str, message: str) -> Exception:
    return invalid(INVOICE_PAYMENT.resource, [FieldFault(code, message, field)])
