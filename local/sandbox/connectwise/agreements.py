"""Agreements, their additions, and the invoices that they are billed by."""

from decimal import Decimal
from typing import override

from local.sandbox.connectwise import lines, rights, timestamps
from local.sandbox.connectwise.call import Answer, Call, reference_to
from local.sandbox.connectwise.collection import Collection, Derived, Endpoint
from local.sandbox.connectwise.errors import FieldFault, invalid
from local.sandbox.connectwise.invoices import Invoices
from local.sandbox.connectwise.records import Record
from local.sandbox.connectwise.schema import INVOICE, MODELS

NOT_BILLED = frozenset({"DoNotBill", "NoCharge"})


class Agreements(Collection):
    @override
    def endpoints(self) -> list[Endpoint]:
        path = f"{self.model.path}/{{id}}/invoice"
        return [*super().endpoints(), Endpoint("POST", path, rights.AGREEMENT_INVOICING, rights.ADD, self.bill)]

    @override
    def defaults(self, call: Call, sent: Record) -> Record:
        company = sent.get("company")
        return {"billToCompany": company, "startDate": timestamps.today(call.now), "cancelledFlag": False}

    @override
    def settle(self, call: Call, new: Record, old: Record | None) -> Record:
        ended = timestamps.parse(new.get("endDate"))
        status = "Cancelled" if new.get("cancelledFlag") else "Expired" if ended and ended < call.now else "Active"
        return {**new, "agreementStatus": status}

    @override
    def check_delete(self, call: Call, record: Record) -> None:
        if call.records.where(INVOICE.name, ("agreement", "id"), [record["id"]]):
            fault = FieldFault("InvalidObject", "The agreement was invoiced and cannot be deleted.", "id")
            raise invalid(self.model.resource, [fault])

    def bill(self, call: Call) -> Answer:
        """Make the agreement's next invoice. Returns: its id, as the real server does."""
        agreement = self.existing(call)
        invoices = Invoices(INVOICE)
        sent: Record = {
            "type": "Agreement",
            "company": agreement["company"],
            "billToCompany": agreement.get("billToCompany"),
            "agreement": reference_to("Agreement", agreement),
            "applyToType": "Agreement",
            "applyToId": agreement["id"],
            "agreementAmount": amount_due(call, agreement),
            "billingTerms": agreement.get("billingTerms"),
        }
        filled = {**invoices.defaults(call, sent), **{name: v for name, v in sent.items() if v is not None}}
        made = invoices.save(call, {"id": call.records.next_id(INVOICE.name), **filled}, None)
        return Answer(201, made["id"])


def amount_due(call: Call, agreement: Record) -> Decimal:
    """The fixed fee and the additions that are in effect."""
    additions = call.records.all(MODELS["Addition"].shelf(agreement["id"]))
    return sum((lines.number(each, "extPrice") for each in additions if _is_billed(call, each)),
               lines.ZERO + lines.number(agreement, "billAmount"))  # fmt: skip


def _is_billed(call: Call, addition: Record) -> bool:
    start, end = (timestamps.parse(addition.get(name)) for name in ("effectiveDate", "cancelledDate"))
    in_effect = (start is None or start <= call.now) and (end is None or end > call.now)
    return in_effect and addition.get("billCustomer") not in NOT_BILLED


class Additions(Collection):
    @override
    def defaults(self, call: Call, sent: Record) -> Record:
        item = call.records.get("CatalogItem", (sent.get("product") or {}).get("id", 0)) or {}
        return {
            "quantity": 1,
            "lessIncluded": 0,
            "unitPrice": item.get("price", lines.ZERO),
            "unitCost": item.get("cost", lines.ZERO),
            "description": item.get("description"),
            "effectiveDate": timestamps.today(call.now),
        }

    @override
    def settle(self, call: Call, new: Record, old: Record | None) -> Record:
        billed = lines.number(new, "quantity") - lines.number(new, "lessIncluded")
        return {
            **new,
            "agreementId": call.ids["parentId"],
            "agreementStatus": (call.records.get("Agreement", call.ids["parentId"]) or {}).get("agreementStatus"),
            "billedQuantity": billed,
            "extPrice": lines.money(billed * lines.number(new, "unitPrice")),
            "extCost": lines.money(lines.number(new, "quantity") * lines.number(new, "unitCost")),
        }


class AgreementRecaps(Derived):
    """What the screen of agreement invoicing shows: what is to be billed next and what was billed last."""

    @override
    def computed(self, call: Call) -> list[Record]:
        return [_recap(call, agreement) for agreement in call.records.all("Agreement")]


def _recap(call: Call, agreement: Record) -> Record:
    billed = call.records.where(INVOICE.name, ("agreement", "id"), [agreement["id"]])
    last = billed[-1] if billed else {}
    return {
        "id": agreement["id"],
        "name": agreement["name"],
        "companyName": (agreement.get("company") or {}).get("name", ""),
        "agreementStatus": agreement.get("agreementStatus", "Active"),
        "nextInvoiceAmount": amount_due(call, agreement),
        "lastInvoiceNumber": str(last.get("invoiceNumber", "")),
        "lastInvoiceDate": str(last.get("date", "")),
        "lastInvoiceAmount": str(last.get("total", "")),
        "_info": agreement.get("_info"),
    }
