"""The custom fields of sales forms: up to three texts, which the company's preferences name and turn on (recorded)."""

from local.sandbox.quickbooks.book import Book
from local.sandbox.quickbooks.fields import check_text, need
from local.sandbox.store import Record

MOST_FIELDS = 3
TEXT_LENGTH = 31
_ON, _NAME = "SalesFormsPrefs.UseSalesCustom", "SalesFormsPrefs.SalesCustomName"


def shown_fields(*names: str) -> list[Record]:
    """Spell the preference that shows fields of these names, in its recorded shape."""
    places = range(1, MOST_FIELDS + 1)
    on = [{"Name": f"{_ON}{each}", "Type": "BooleanType", "BooleanValue": each <= len(names)} for each in places]
    named = [
        {"Name": f"{_NAME}{place}", "Type": "StringType", "StringValue": name}
        for place, name in enumerate(names, start=1)
    ]
    return [{"CustomField": on}, {"CustomField": named}]


def put_custom_fields(book: Book, form: Record) -> None:
    """Check what a form says in its custom fields, and name each; every field that is shown is on the form, empty or not.

    What is said in a field that is not shown is dropped: no document settles it.
    Raises: Refusal 2020, 2040, 2050.
    """
    sent = {}
    for field in form.pop("CustomField", []):
        need(field, "DefinitionId", within="CustomField.")
        check_text(book, field, "StringValue", TEXT_LENGTH)
        sent[field["DefinitionId"]] = {"StringValue": field["StringValue"]} if "StringValue" in field else {}
    shown = _names(book)
    if shown:
        form["CustomField"] = [
            {"DefinitionId": id_, "Name": name, "Type": "StringType"} | sent.get(id_, {}) for id_, name in shown.items()
        ]


def _names(book: Book) -> dict[str, str]:
    """Return the names of the fields that are shown by their ids."""
    groups = book.preference("SalesFormsPrefs", "CustomField") or []
    said = {each["Name"]: each for group in groups for each in group.get("CustomField", [])}
    ids = (str(place) for place in range(1, MOST_FIELDS + 1))
    return {
        id_: str(said.get(f"{_NAME}{id_}", {}).get("StringValue", ""))
        for id_ in ids
        if said.get(f"{_ON}{id_}", {}).get("BooleanValue")
    }
