"""How stored records look on the wire: hrefs with their doubled slash, and fields that no schema knows yet."""

from collections.abc import Mapping
from typing import Any

from local.sandbox.connectwise.schema import HREFS, Field, Model

type Record = dict[str, Any]


def present(record: Record, model: Model, api_url: str, *, extras: bool) -> Record:
    """Render one record. Takes: `api_url` ending in `/apis/3.0`. A loaded record's own `_info` entries are kept."""
    shown = {name: _shown(model.find(name), value, api_url) for name, value in record.items() if name != "_info"}
    if extras:
        shown["recordSourceCode"] = {"id": record["id"] % 7 + 1, "name": "New in a later version"}
        shown["reviewedFlag"] = record["id"] % 2 == 0
    shown["_info"] = {**(record.get("_info") or {}), **_links(record, model, api_url)}
    return shown


def _shown(field: Field | None, value: Any, api_url: str) -> Any:
    if field is None or field.reference is None or field.reference not in HREFS:
        return value
    if isinstance(value, list):
        return [_linked(member, field.reference, api_url) for member in value]
    return _linked(value, field.reference, api_url)


def _linked(value: Any, reference: str, api_url: str) -> Any:
    if not isinstance(value, Mapping) or "id" not in value or "_info" in value:
        return value
    name, path = HREFS[reference]
    return {**value, "_info": {name: f"{api_url}{path}/{value['id']}"}}


def _links(record: Record, model: Model, api_url: str) -> dict[str, str]:
    if model.name == "Invoice":
        return {
            "payments_href": f"{api_url}/finance/invoices/{record['id']}/payments",
            "pdf_href": f"{api_url}/finance/invoices/{record['id']}/pdf",
        }
    if model.name == "Company":
        return {"notes_href": f"{api_url}/company/companies/{record['id']}/notes"}
    return {}
