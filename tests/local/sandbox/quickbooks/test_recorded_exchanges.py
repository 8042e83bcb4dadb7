"""The sandbox, loaded with a recorded company, answers recorded requests as the vendor did."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from httpx import Response

from local.sandbox.quickbooks.kinds import KINDS
from local.sandbox.store import dump_json, load_json
from tests.local.sandbox.quickbooks.driver import Company

RECORDINGS = Path(__file__).parents[5] / "shared/vendor/recordings/quickbooks-online"
RECORDED = RECORDINGS / "qbo_api-vcr-json"

pytestmark = pytest.mark.skipif(
    not RECORDED.exists(), reason="the recorded vendor payloads are not beside this project"
)


def _exchanges(name: str) -> list[dict[str, Any]]:
    return list(json.loads((RECORDED / f"{name}.json").read_text("utf-8")))


def _body(exchange: dict[str, Any]) -> Any:
    return load_json(exchange["response"]["body"])


def _records(answer: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every whole record inside an answer, with its entity."""
    if isinstance(answer, list):
        for each in answer:
            yield from _records(each)
    elif isinstance(answer, dict):
        for name, value in answer.items():
            for each in value if isinstance(value, list) else [value]:
                if name in KINDS and isinstance(each, dict) and "SyncToken" in each:
                    yield name, each
                else:
                    yield from _records(each)


def _load(company: Company, exchanges: list[dict[str, Any]]) -> None:
    """Load every record that the answers hold, as it was first seen."""
    held: dict[tuple[str, str], dict[str, Any]] = {}
    for exchange in exchanges:
        for entity, record in _records(_body(exchange)):
            held.setdefault((entity, record["Id"]), record)
    lines = [dump_json({"entity": entity, "record": record}) for (entity, _), record in held.items()]
    assert company.sandbox.companies.load(company.realm, lines, replace=True) == len(held) > 0


def _send_again(company: Company, exchange: dict[str, Any]) -> Response:
    request = exchange["request"]
    url = urlsplit(request["uri"])
    path = url.path.removeprefix("/v3/").removeprefix("company/-COMPANY_ID-/")
    params = dict(parse_qsl(url.query.replace("+", "%2B"), keep_blank_values=True))
    return company.call(request["method"].upper(), path, request["body"] or None, **params)


def _timeless(answer: Any) -> Any:
    return {name: value for name, value in answer.items() if name != "time"}


def _expect(response: Response, exchange: dict[str, Any]) -> None:
    assert response.status_code == exchange["response"]["status"]["code"], response.text
    assert dump_json(_timeless(load_json(response.text))) == dump_json(_timeless(_body(exchange)))


@pytest.mark.parametrize(
    "name",
    [
        "all__alt_select",
        "all__customers",
        "all__employees_including_active",
        "all__sales_receipts",
        "all__vendors_by_5",
        "get__inactive_vendors",
        "get__id",
        "get__display_name",
        "misc__ampersand",
        "cdc__basic",
        "deactivate__account",
        "deactivate__employee",
        "error__400",
        "error__500",
    ],
)
def test_reads_and_refusals_are_answered_to_the_digit(company: Company, name: str) -> None:
    exchanges = _exchanges(name)
    if name != "error__500":
        _load(company, exchanges)
    for exchange in exchanges:
        response = _send_again(company, exchange)
        if name == "error__500" and response.status_code == 400 and "Could not find resource" in response.text:
            assert response.json()["Fault"]["Error"][0]["code"] == "500"  # the detail holds the vendor's host
            continue
        _expect(response, exchange)


def _customer_of(invoice: dict[str, Any]) -> dict[str, Any]:
    """The customer as it must have stood for the recorded invoice to come out as it did."""
    address = {name: invoice[name] for name in ("BillAddr", "ShipAddr")}
    head = {"Id": invoice["CustomerRef"]["value"], "SyncToken": "0", "Active": True}
    return {**head, "DisplayName": invoice["CustomerRef"]["name"], "CurrencyRef": invoice["CurrencyRef"], **address}


def test_a_created_invoice_comes_out_as_recorded_but_for_the_moment(company: Company) -> None:
    (exchange,) = _exchanges("create__invoice")
    expected = _body(exchange)["Invoice"]
    company.sandbox.companies.book(company.realm).put_as_is("Customer", _customer_of(expected), "Customer")
    created = load_json(_send_again(company, exchange).text)["Invoice"]
    assert (created["DocNumber"], created["TxnDate"], created["DueDate"]) == ("1001", "2026-11-20", "2026-12-20")
    of_the_moment = {"Id", "MetaData", "DocNumber", "TxnDate", "DueDate", "CustomField"}
    for name in expected.keys() - of_the_moment:
        assert dump_json(created[name]) == dump_json(expected[name]), name
    assert created.keys() - of_the_moment == expected.keys() - of_the_moment


def test_a_void_and_a_delete_come_out_as_recorded(company: Company) -> None:
    read, void = _exchanges("void__invoice")
    _load(company, [read])
    company.sandbox.companies.book(company.realm).put_as_is(
        "Customer", _customer_of(_body(read)["Invoice"]), "Customer"
    )
    voided = load_json(_send_again(company, void).text)["Invoice"]
    expected = _body(void)["Invoice"]
    assert voided.pop("MetaData")["CreateTime"] == expected.pop("MetaData")["CreateTime"]
    assert json.loads(dump_json(voided)) == json.loads(dump_json(expected))
    *_, delete = _exchanges("delete__invoice")
    sent = delete["request"]["body"]
    invoice = company.invoice({"Id": "1"}, "100")
    response = company.call("POST", "invoice", sent.replace('"266"', f'"{invoice["Id"]}"'), operation="delete")
    assert list(response.json()["Invoice"]) == list(_body(delete)["Invoice"])


def test_a_created_and_an_updated_customer_come_out_as_recorded(company: Company) -> None:
    (create,) = _exchanges("create__customer")
    created, expected = load_json(_send_again(company, create).text)["Customer"], _body(create)["Customer"]
    for name in expected.keys() - {"Id", "MetaData"}:
        assert created[name] == expected[name], name
    read, update = _exchanges("update__customer")
    _load(company, [read])
    updated, expected = load_json(_send_again(company, update).text)["Customer"], _body(update)["Customer"]
    del updated["MetaData"], expected["MetaData"]
    assert updated == expected


def test_a_repeated_name_and_an_unknown_property_are_refused_with_the_recorded_codes(company: Company) -> None:
    (repeated,) = _exchanges("error__validation")
    company.post("Customer", json.loads(repeated["request"]["body"]))
    (unknown,) = _exchanges("error__400_json")
    for exchange in (repeated, unknown):
        answered, expected = _send_again(company, exchange), _body(exchange)
        assert answered.status_code == exchange["response"]["status"]["code"]
        mine, theirs = load_json(answered.text)["Fault"]["Error"][0], expected["Fault"]["Error"][0]
        assert (mine["code"], mine["Message"]) == (theirs["code"], theirs["Message"])
        assert mine["Detail"][:30] == theirs["Detail"][:30]


def test_an_expired_token_is_answered_with_the_recorded_shape(company: Company) -> None:
    (exchange,) = _exchanges("error__401")
    company.sandbox.clock.advance(3600)
    answered, expected = _send_again(company, exchange), _body(exchange)
    mine = load_json(answered.text)
    assert answered.status_code == 401
    assert list(mine) == list(expected)
    assert {**mine["fault"]["error"][0], "detail": ""} == {**expected["fault"]["error"][0], "detail": ""}
    assert answered.headers["www-authenticate"] == exchange["response"]["headers"]["Www-Authenticate"][0]


def test_every_recorded_record_can_be_loaded_and_read_back_to_the_digit(company: Company) -> None:
    read_back = 0
    for path in sorted(RECORDED.glob("*.json")):
        for exchange in _exchanges(path.stem):
            if not exchange["response"]["body"].startswith("{"):
                continue
            for entity, record in _records(_body(exchange)):
                company.sandbox.companies.load(
                    company.realm, [dump_json({"entity": entity, "record": record})], replace=False
                )
                text = company.call("GET", f"{entity.lower()}/{record['Id']}").text
                assert dump_json(load_json(text)[entity]) == dump_json(record)
                read_back += 1
    assert read_back > 100


def test_an_upload_for_a_record_that_is_not_there_is_refused_as_recorded(company: Company) -> None:
    (exchange,) = [each for each in _exchanges("attachment__error_estimate") if "/upload" in each["request"]["uri"]]
    body = exchange["request"]["body"]
    boundary = body.split("\r\n", 1)[0].removeprefix("--")
    response = company.http.request(
        "POST",
        f"/v3/company/{company.realm}/upload",
        content=body.encode(),
        headers={
            "Authorization": f"Bearer {company.credentials['access_token']}",
            "Content-Type": f"multipart/form-data; boundary={boundary}",
        },
    )
    _expect(response, exchange)


def _recorded_json(path: str) -> Any:
    return load_json((RECORDINGS / path).read_text("utf-8"))


def _same_but(ours: dict[str, Any], theirs: dict[str, Any], *own: str) -> None:
    """Every property of the recorded record is in ours, with the same value unless it is one of our own."""
    for name in theirs.keys() - {"Id", "SyncToken", "MetaData", *own}:
        assert ours[name] == theirs[name], name


def _account(company: Company, ref: dict[str, str], kind: str = "Bank") -> None:
    record = {"Id": ref["value"], "SyncToken": "0", "Name": ref["name"], "Active": True, "AccountType": kind}
    company.sandbox.companies.book(company.realm).put_as_is("Account", record, "Account")


def test_a_deposit_with_cash_back_comes_out_as_recorded(company: Company) -> None:
    recorded = _recorded_json("intuit-java-sdk-json/09-BatchItemResponse-Deposit.json")
    theirs = recorded["BatchItemResponse"][0]["Deposit"]
    (line,) = theirs["Line"]
    for ref in (
        theirs["DepositToAccountRef"],
        theirs["CashBack"]["AccountRef"],
        line["DepositLineDetail"]["AccountRef"],
    ):
        _account(company, ref)
    asked = {name: theirs[name] for name in ("DepositToAccountRef", "CashBack", "TxnDate", "Line")}
    ours = company.post("Deposit", asked)
    assert ours["TotalAmt"] == 6
    # Recorded in a company with several currencies, which also has the rate and the total in its own.
    _same_but(ours, theirs, "HomeTotalAmt", "ExchangeRate")


def test_a_bill_of_an_item_comes_out_as_recorded(company: Company) -> None:
    text = (RECORDINGS / "flowlink-vcr-xml/bill_create_response.xml").read_text("utf-8")
    for shown in ("<TotalAmt>192.00<", "<Balance>192.00<", "<DueDate>2019-07-29<", "<BillableStatus>NotBillable<"):
        assert shown in text
    assert "TxnTaxDetail" not in text
    vendor = company.post("Vendor", {"DisplayName": "Books by Bessie"})
    detail = {"ItemRef": {"value": "1"}, "UnitPrice": 8, "Qty": 24}
    line = {"Amount": 192, "DetailType": "ItemBasedExpenseLineDetail", "ItemBasedExpenseLineDetail": detail}
    bill = company.post("Bill", {"VendorRef": {"value": vendor["Id"]}, "TxnDate": "2019-07-29", "Line": [line]})
    assert (bill["TotalAmt"], bill["Balance"], bill["DueDate"]) == (192, 192, "2019-07-29")
    built = bill["Line"][0]
    assert (built["Id"], built["LineNum"], "TxnTaxDetail" in bill) == ("1", 1, False)
    expected = {"TaxCodeRef": {"value": "NON"}, "BillableStatus": "NotBillable"}
    assert {name: built["ItemBasedExpenseLineDetail"][name] for name in expected} == expected


@pytest.mark.parametrize(
    ("kind", "path", "asked"),
    [
        ("Class", "class_response", ("Name",)),
        ("Department", "department_response", ("Name",)),
        ("Vendor", "vendor_response", ("DisplayName", "CompanyName", "GivenName", "FamilyName", "AcctNum")),
        ("Item", "items_response", ("Name", "Description", "Taxable", "Type")),
    ],
)
def test_a_name_has_the_recorded_properties(company: Company, kind: str, path: str, asked: tuple[str, ...]) -> None:
    theirs = _recorded_json(f"fyle-qbo-json/{path}.json")[0]
    body = {name: theirs[name] for name in asked} | ({"IncomeAccountRef": {"value": "1"}} if kind == "Item" else {})
    ours = company.post(kind, body)
    sent_along = ("BillAddr", "PrimaryPhone", "PrimaryEmailAddr", "WebAddr", "IncomeAccountRef")
    _same_but(ours, theirs, *sent_along)
