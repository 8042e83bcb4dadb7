"""Batches and requestid: what is done once, and what is answered again."""

from typing import Any

import pytest

from local.sandbox.store import load_json
from tests.local.sandbox.quickbooks.driver import Company, payment_body, sales_line


def _batch(company: Company, *items: dict[str, Any], **params: str) -> list[dict[str, Any]]:
    response = company.call("POST", "batch", {"BatchItemRequest": list(items)}, **params)
    assert response.status_code == 200, response.text
    return list(load_json(response.text)["BatchItemResponse"])


def test_every_item_of_a_batch_has_its_own_outcome(company: Company) -> None:
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "100")
    items: list[dict[str, Any]] = [
        {"bId": "b1", "operation": "create", "Customer": {"DisplayName": "Bill"}},
        {"bId": "b2", "operation": "delete", "Invoice": {"Id": "129", "SyncToken": "0"}},
        {"bId": "b3", "operation": "update", "Invoice": {"Id": invoice["Id"], "SyncToken": "7", "sparse": True}},
        {"bId": "b4", "Query": "select count(*) from Customer"},
        {"bId": "b5", "operation": "update", "optionsData": "void", "Invoice": {"Id": invoice["Id"], "SyncToken": "0"}},
        {"bId": "b6", "operation": "upsert", "Customer": {"DisplayName": "Cool"}},
        {"bId": "b7", "operation": "update", "Customer": {"DisplayName": "Cool"}},
        {"operation": "create", "Customer": {"DisplayName": "No id"}},
    ]
    answers = _batch(company, *items)
    assert [answer.get("bId") for answer in answers] == ["b1", "b2", "b3", "b4", "b5", "b6", "b7", None]
    codes = [answer["Fault"]["Error"][0]["code"] if "Fault" in answer else None for answer in answers]
    assert codes == [None, "610", "5010", None, None, "2170", "2020", "2020"]
    assert answers[3]["QueryResponse"] == {"totalCount": 2}
    assert answers[4]["Invoice"]["PrivateNote"] == "Voided"


def test_a_refused_item_leaves_nothing_behind(company: Company) -> None:
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "100")
    items = [
        {"bId": str(number), "operation": "create", "Payment": payment_body(customer, "60", (invoice, "60"))}
        for number in range(2)
    ]
    first, second = _batch(company, *items)
    assert first["Payment"]["TotalAmt"] == 60
    assert second["Fault"]["Error"][0]["code"] == "6000"
    assert company.get("Invoice", invoice["Id"])["Balance"] == 40
    assert company.query("select count(*) from Payment") == {"totalCount": 1}


def test_a_batch_voids_and_deletes_payments(company: Company) -> None:
    customer = company.customer("Amy")
    one, two = company.pay(customer, "1"), company.pay(customer, "2")
    void = {"Id": one["Id"], "SyncToken": "0", "sparse": True}
    answers = _batch(
        company,
        {"bId": "v", "operation": "update", "optionsData": "void", "Payment": void},
        {"bId": "d", "operation": "delete", "Payment": {"Id": two["Id"], "SyncToken": "0"}},
    )
    assert answers[0]["Payment"]["TotalAmt"] == 0
    assert answers[1]["Payment"]["status"] == "Deleted"


def test_a_batch_has_thirty_items_at_most(company: Company) -> None:
    item = {"Query": "select count(*) from Customer"}
    full = [{**item, "bId": str(number)} for number in range(30)]
    assert len(_batch(company, *full)) == 30
    assert company.refusal("POST", "batch", {"BatchItemRequest": [*full, {**item, "bId": "31"}]})[0] == "1040"
    assert company.refusal("POST", "batch", {})[0] == "2020"


def test_a_repeated_requestid_answers_the_first_answer_and_does_nothing(company: Company) -> None:
    customer = company.customer("Amy")
    body = payment_body(customer, "10")
    first = company.post("Payment", body, requestid="key-1")
    company.sandbox.clock.advance(5)
    assert company.post("Payment", body, requestid="key-1") == first
    assert company.post("Payment", payment_body(customer, "99"), requestid="key-1") == first
    assert company.query("select count(*) from Payment") == {"totalCount": 1}
    assert company.post("Payment", body, requestid="key-2")["Id"] != first["Id"]


def test_an_empty_requestid_is_none(company: Company) -> None:
    customer = company.customer("Amy")
    first = company.post("Payment", payment_body(customer, "10"), requestid="")
    assert company.post("Payment", payment_body(customer, "10"), requestid="")["Id"] != first["Id"]


def test_a_refusal_is_not_remembered(company: Company) -> None:
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "5")
    body = payment_body(customer, "10", (invoice, "10"))
    company.refusal("POST", "payment", body, requestid="key-1")
    head = {"Id": invoice["Id"], "SyncToken": "0", "sparse": True}
    company.post("Invoice", {**head, "Line": [sales_line("10")]})
    assert company.post("Payment", body, requestid="key-1")["TotalAmt"] == 10


def test_a_repeated_requestid_may_be_a_fault_or_be_forgotten(company: Company) -> None:
    body = payment_body(company.customer("Amy"), "10")
    first = company.post("Payment", body, requestid="key-1")
    company.control("POST", "switches", {"requestid": "fault"})
    assert company.refusal("POST", "payment", body, requestid="key-1")[0] == "600"
    company.control("POST", "switches", {"requestid": "forget"})
    assert company.post("Payment", body, requestid="key-1")["Id"] != first["Id"]
    company.control("POST", "switches", {"requestid": "replay"})
    assert company.control("DELETE", "requestids") == {"forgotten": 1}
    assert company.post("Payment", body, requestid="key-1")["Id"] != first["Id"]


def test_a_requestid_belongs_to_one_company(company: Company) -> None:
    other = Company(company.http, company.sandbox, company.sandbox.companies.create("Other"))
    company.customer("Amy")
    other.customer("Bill")
    company.post("Payment", payment_body({"Id": "1"}, "10"), requestid="key-1")
    other.post("Payment", payment_body({"Id": "1"}, "10"), requestid="key-1")
    assert other.query("select count(*) from Payment") == {"totalCount": 1}


def test_in_a_batch_requestid_and_bid_must_both_be_the_same(company: Company) -> None:
    customer = company.customer("Amy")
    item = {"bId": "b1", "operation": "create", "Payment": payment_body(customer, "10")}
    (first,) = _batch(company, item, requestid="key-1")
    assert _batch(company, item, requestid="key-1") == [first]
    (other,) = _batch(company, {**item, "bId": "b2"}, requestid="key-1")
    assert other["Payment"]["Id"] != first["Payment"]["Id"]


@pytest.mark.parametrize(("request_id", "b_id"), [("x" * 37, "b1"), ("key", "b" * 11)])
def test_ids_that_are_too_long_together_are_refused(company: Company, request_id: str, b_id: str) -> None:
    items = [{"bId": b_id, "Query": "select * from Customer"}]
    assert company.refusal("POST", "batch", {"BatchItemRequest": items}, requestid=request_id)[0] == "2130"


def test_a_requestid_has_fifty_characters_at_most(company: Company) -> None:
    assert company.refusal("POST", "customer", {"DisplayName": "A"}, requestid="x" * 51)[0] == "2130"
    assert company.post("Customer", {"DisplayName": "A"}, requestid="x" * 50)["Id"] == "1"
