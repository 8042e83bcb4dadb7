"""Transactions of an accounting export, laid out as a recorded one is."""

from typing import Any


def transaction(number: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": 125,
        "glClass": "",
        "glTypeId": "AR",
        "documentDate": "2026-11-01T00:00:00",
        "documentNumber": number,
        "documentType": "INVOICE",
        "memo": "",
        "company": {"id": 8, "identifier": "Angry Fox, Co."},
        "companyAccountNumber": "ANGRYF01",
        "billingTerms": {"id": 2, "name": "Net 10"},
        "billingTermsXref": "",
        "dueDate": "2026-11-11T00:00:00",
        "accountNumber": "9999",
        "glEntryIds": "1010,1011, 1012",
        "total": 10.7,
        "taxCode": {"id": 11, "name": "T-all"},
        "taxGroupRate": None,
        "salesTax": 0.7,
        "stateTaxXref": "T1",
        "countyTaxXref": "",
        "detail": [detail(1009), detail(1013, glTypeId="ST", quantity=0, total=-0.7, itemPrice=0, taxRatePercent=7)],
        **fields,
    }


def detail(id_: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "accountNumber": "4000",
        "glClass": "North",
        "glTypeId": "RP",
        "glItemId": "LIC",
        "memo": "",
        "description": "Taxable Products",
        "quantity": -1,
        "total": -10,
        "taxableFlag": True,
        "itemPrice": 10,
        **fields,
    }
