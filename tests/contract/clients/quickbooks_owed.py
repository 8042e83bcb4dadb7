"""Read vendors, bills, vendor credits and bill payments with python-quickbooks, and tell what each says digit for digit."""

from collections.abc import Mapping, Sequence
from typing import Any

from quickbooks.objects.bill import Bill  # type: ignore[import-not-found]
from quickbooks.objects.billpayment import BillPayment  # type: ignore[import-not-found]
from quickbooks.objects.vendor import Vendor  # type: ignore[import-not-found]
from quickbooks.objects.vendorcredit import VendorCredit  # type: ignore[import-not-found]


def read_owed(qb: Any, asked: Mapping[str, Sequence[str]]) -> dict[str, dict[str, Any]]:
    """Read what is asked for, by kind and id. Takes: `qb` reads decimals."""
    kinds: dict[str, tuple[Any, Any]] = {
        "vendors": (Vendor, _vendor),
        "bills": (Bill, _owed),
        "credits": (VendorCredit, _owed),
        "bill_payments": (BillPayment, _payment),
    }
    return {
        kind: {id_: shown(cls.get(id_, qb=qb)) for id_ in asked.get(kind, ())} for kind, (cls, shown) in kinds.items()
    }


def _vendor(vendor: Any) -> dict[str, Any]:
    return {
        "name": vendor.DisplayName,
        "email": vendor.PrimaryEmailAddr.Address,
        "number": vendor.AcctNum,
        "balance": str(vendor.Balance),
    }


def _owed(record: Any) -> dict[str, Any]:
    return {
        "vendor": record.VendorRef.value,
        "number": record.DocNumber,
        "day": record.TxnDate,
        "due": getattr(record, "DueDate", None),
        "total": str(record.TotalAmt),
        "balance": str(record.Balance),
        "note": record.PrivateNote,
        "lines": [_cost(line) for line in record.Line],
        "links": sorted(map(_linked, record.LinkedTxn)),
    }


def _linked(link: Any) -> list[str]:
    """Name what is linked; of a vendor credit the client leaves links as they came."""
    named = link if isinstance(link, dict) else {"TxnType": link.TxnType, "TxnId": link.TxnId}
    return [named["TxnType"], named["TxnId"]]


def _cost(line: Any) -> list[Any]:
    detail = line.AccountBasedExpenseLineDetail
    return [line.Id, str(line.Amount), line.Description, detail.AccountRef.value, detail.BillableStatus]


def _payment(payment: Any) -> dict[str, Any]:
    check, card = payment.CheckPayment, payment.CreditCardPayment
    return {
        "vendor": payment.VendorRef.value,
        "total": str(payment.TotalAmt),
        "by": payment.PayType,
        "from": check.BankAccountRef.value if check else card.CCAccountRef.value,
        "print": check.PrintStatus if check else None,
        "number": payment.DocNumber,
        "day": payment.TxnDate,
        "note": payment.PrivateNote,
        "lines": [[str(line.Amount), link.TxnType, link.TxnId] for line in payment.Line for link in line.LinkedTxn],
    }
