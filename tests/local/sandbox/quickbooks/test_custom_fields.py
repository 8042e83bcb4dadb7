"""What a sales form says beside its lines: custom fields, memos and descriptions, and what of them is refused."""

from typing import Any

import pytest

from local.sandbox.quickbooks.custom_fields import shown_fields
from tests.local.sandbox.quickbooks.driver import Company, sales_line


def form(company: Company, **said: Any) -> dict[str, Any]:
    customer = company.query("select * from Customer").get("Customer") or [company.customer("Amy")]
    return {"CustomerRef": {"value": customer[0]["Id"]}, "Line": [sales_line("10")], **said}


def said_in(field: str, text: str) -> list[dict[str, str]]:
    return [{"DefinitionId": field, "Type": "StringType", "StringValue": text}]


@pytest.mark.parametrize("kind", ["Invoice", "CreditMemo"])
def test_a_field_that_is_shown_is_named_on_every_form_and_one_that_is_not_is_dropped(
    company: Company, kind: str
) -> None:
    shown = {"DefinitionId": "1", "Name": "P.O. Number", "Type": "StringType"}
    said = company.post(kind, form(company, CustomField=[*said_in("1", "PO 7"), *said_in("2", "lost")]))
    assert said["CustomField"] == [shown | {"StringValue": "PO 7"}]
    assert company.post(kind, form(company))["CustomField"] == [shown]


def test_the_preferences_say_which_fields_there_are(company: Company) -> None:
    head = {"Id": "1", "SyncToken": "0", "sparse": True}
    company.post("Preferences", {**head, "SalesFormsPrefs": {"CustomField": shown_fields("Crew", "Site")}})
    invoice = company.post("Invoice", form(company, CustomField=said_in("2", "North")))
    assert [(each["Name"], each.get("StringValue")) for each in invoice["CustomField"]] == [
        ("Crew", None),
        ("Site", "North"),
    ]
    company.post("Preferences", {**head, "SyncToken": "1", "SalesFormsPrefs": {"CustomField": []}})
    assert "CustomField" not in company.post("Invoice", form(company, CustomField=said_in("1", "x")))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"CustomField": said_in("1", "x" * 32)}, "2050"),
        ({"CustomField": said_in("1", "日本")}, "2040"),
        ({"CustomField": [{"StringValue": "x"}]}, "2020"),
        ({"CustomerMemo": {"value": "x" * 1001}}, "2050"),
        ({"CustomerMemo": {"value": "日本"}}, "2040"),
        ({"Line": [sales_line("10", Description="x" * 4001)]}, "2050"),
        ({"Line": [sales_line("10", Description="日本")]}, "2040"),
        ({"DocNumber": "日本"}, "2040"),
    ],
)
def test_a_text_that_is_too_long_or_of_other_letters_is_refused(
    company: Company, said: dict[str, Any], code: str
) -> None:
    assert company.refusal("POST", "invoice", form(company, **said))[0] == code
