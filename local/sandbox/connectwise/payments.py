"""The payment and credit rows of an invoice.

"P" is a payment, "C" a credit from a credit memo. Nothing is required when one is created: the type is then "P", the
date today and the amount 0. What a row's `balance` means is documented nowhere: here it is what is left of the invoice.
"""

from decimal import Decimal
from typing import override

from local.sandbox.connectwise import rights, timestamps
from local.sandbox.connectwise.call import Call, reference_to
from local.sandbox.connectwise.collection import Collection, Endpoint
from local.sandbox.connectwise.errors import FieldFault, invalid, not_found
from local.sandbox.connectwise.invoices import figures, payments_of
from local.sandbox.connectwise.schema import INVOICE, INVOICE_PAYMENT
from local.sandbox.connectwise.site import Record

TYPES = ("P", "C")


class Payments(Collection):
    def __init__(self) -> None:
        super().__init__(INVOICE_PAYMENT, rights.INVOICING)

    @override
    def endpoints(self) -> list[Endpoint]:
        """No count route; and to add a row is to edit the invoice."""
        kept = [endpoint for endpoint in super().endpoints() if not endpoint.path.endswith("/count")]
        return [
            Endpoint(e.method, e.path, e.right, rights.EDIT if e.method == "POST" else e.action, e.run) for e in kept
        ]

    @override
    def kind(self, call: Call) -> str:
        return payments_of(call.ids["parentId"])

    @override
    def existing(self, call: Call) -> Record:
        _invoice(call)
        return super().existing(call)

    @override
    def found(self, call: Call) -> list[Record]:
        _invoice(call)
        return super().found(call)

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
        others = [row for row in call.records.all(self.kind(call)) if row["id"] != new["id"]]
        if kind == "P" and (old is None or old.get("type") != "P"):
            _check_only_payment(call, others)
        if call.site.switches.refuse_overpayment:
            _check_balance(_invoice(call), new, old)
        return {**new, "type": kind}

    @override
    def changed(self, call: Call, new: Record | None, old: Record | None) -> None:
        """Bring the invoice's figures up to date; whether anybody is told so is a switch."""
        before = _invoice(call)
        after = {**before, **figures(call.records, before)}
        if call.site.switches.payment_bumps_invoice:
            after = call.stamped(after, before)
        call.records.put(INVOICE.name, after)
        if call.site.switches.payment_fires_invoice_callback:
            Collection.note(_INVOICE_EVENTS, call, after, before)

    @override
    def shown(self, call: Call, record: Record) -> Record:
        invoice = _invoice(call)
        left = invoice.get("balance")
        return {**record, "balance": left, "invoiceBalance": left, "invoiceTotal": invoice.get("total")}


class _InvoiceEvents(Collection):
    event = "invoice"


_INVOICE_EVENTS = _InvoiceEvents(INVOICE, None)


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


def _refused(code: str, field: str, message: str) -> Exception:
    return invalid(INVOICE_PAYMENT.resource, [FieldFault(code, message, field)])
