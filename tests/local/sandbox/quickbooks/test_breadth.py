"""What holds for every entity alike: create, read, query, CDC, batch, webhooks, versions, voids, deletes, closed days."""

from decimal import Decimal
from typing import Any

import pytest

from local.sandbox.quickbooks.entities import ENTITIES
from local.sandbox.quickbooks.kinds import KINDS
from local.sandbox.store import load_json
from tests.local.sandbox.quickbooks.driver import Company, sales_line
from tests.local.sandbox.quickbooks.samples import ALL, LISTS, TRANSACTIONS, make, trial_balance

SINCE = "2026-11-20T00:00:00-08:00"
NOTE = {"PrivateNote": "noted"}


def _head(record: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {"Id": record["Id"], "SyncToken": record["SyncToken"], "sparse": True, **fields}


def test_every_entity_that_can_be_written_has_a_sample() -> None:
    assert ENTITIES.keys() == ALL.keys()


@pytest.mark.parametrize("kind", ALL)
def test_an_entity_is_read_queried_and_counted_as_it_was_made(company: Company, kind: str) -> None:
    before = company.query(f"select count(*) from {kind}")["totalCount"]
    made = make(company, kind)
    assert company.get(kind, made["Id"]) == made
    assert company.query(f"select * from {kind} where Id = '{made['Id']}'")[kind] == [made]
    assert company.query(f"select count(*) from {kind}")["totalCount"] == before + 1
    assert made in company.query(f"select * from {kind} orderby MetaData.LastUpdatedTime desc")[kind]


@pytest.mark.parametrize("kind", ALL)
def test_a_sparse_update_moves_the_version_and_a_stale_one_is_refused(company: Company, kind: str) -> None:
    made = make(company, kind)
    change = NOTE if kind in TRANSACTIONS else {"Active": True}
    needed = {name: made[name] for name in ("Name", "DisplayName", "DueDays", "IncomeAccountRef") if name in made}
    updated = company.post(kind, _head(made, **change, **needed))
    assert updated["SyncToken"] == "1"
    assert {name: updated[name] for name in made if name not in ("SyncToken", "MetaData", "Line")} == {
        name: made[name] for name in made if name not in ("SyncToken", "MetaData", "Line")
    }
    assert len(updated.get("Line", [])) == len(made.get("Line", []))
    assert company.refusal("POST", kind.lower(), _head(made, **change))[0] == "5010"


@pytest.mark.parametrize("kind", ALL)
def test_a_full_update_with_what_was_read_changes_nothing_but_the_version(company: Company, kind: str) -> None:
    made = make(company, kind)
    updated = company.post(kind, {name: value for name, value in made.items() if name != "sparse"})
    assert _timeless(updated) == _timeless(made)
    assert trial_balance(company)[""] == 0


def _timeless(record: dict[str, Any]) -> dict[str, Any]:
    lines = [{name: line[name] for name in line if name != "LineEx"} for line in record.get("Line", [])]
    return {name: record[name] for name in record if name not in ("SyncToken", "MetaData")} | {"Line": lines}


@pytest.mark.parametrize("kind", ALL)
def test_cdc_shows_every_entity_that_changed(company: Company, kind: str) -> None:
    made = make(company, kind)
    (part,) = company.changes(kind, SINCE)
    assert made in part[kind]


@pytest.mark.parametrize("kind", TRANSACTIONS)
def test_a_transaction_is_deleted_and_leaves_a_marker_and_no_trace_on_the_accounts(company: Company, kind: str) -> None:
    body = TRANSACTIONS[kind](company)
    before = trial_balance(company)
    made = company.post(kind, body)
    gone = company.post(kind, {"Id": made["Id"], "SyncToken": "0"}, operation="delete")
    assert gone == {"domain": "QBO", "status": "Deleted", "Id": made["Id"]}
    assert company.refusal("GET", f"{kind.lower()}/{made['Id']}")[0] == "610"
    (part,) = company.changes(kind, SINCE)
    assert [each["Id"] for each in part[kind] if each.get("status") == "Deleted"] == [made["Id"]]
    assert trial_balance(company) == before


@pytest.mark.parametrize("kind", LISTS)
def test_a_name_is_never_deleted_but_made_inactive_renamed_and_hidden(company: Company, kind: str) -> None:
    made = make(company, kind)
    name = str(KINDS[kind].list_name)
    assert company.refusal("POST", kind.lower(), {"Id": made["Id"], "SyncToken": "0"}, operation="delete")[0] == "500"
    needed = {each: made[each] for each in (name, "DueDays", "IncomeAccountRef") if each in made}
    gone = company.post(kind, _head(made, Active=False, **needed))
    assert (gone[name], gone["Active"]) == (f"{made[name]} (deleted)", False)
    assert company.query(f"select * from {kind} where Id = '{made['Id']}'") == {}
    assert company.query(f"select * from {kind} where Active = false")[kind] == [gone]
    again = company.post(kind, _head(gone, Active=True, **needed))
    assert (again[name], again["Active"]) == (made[name], True)


@pytest.mark.parametrize("kind", LISTS)
def test_a_name_is_given_once(company: Company, kind: str) -> None:
    body = LISTS[kind](company)
    company.post(kind, body)
    assert company.refusal("POST", kind.lower(), body)[0] == "6240"


# Vendor file 2.3. `page` is a void that only a person on the vendor's page makes.
VOIDS = {
    "Invoice": "operation",
    "Payment": "include",
    "BillPayment": "include",
    "CreditMemo": "page",
    "Bill": None,
    "VendorCredit": None,
    "Deposit": None,
    "JournalEntry": None,
}
_HOW = {"operation": {"operation": "void"}, "include": {"operation": "update", "include": "void"}}


@pytest.mark.parametrize(("kind", "way"), VOIDS.items())
@pytest.mark.parametrize("asked", _HOW)
def test_a_transaction_is_voided_in_its_own_way_or_not_at_all(
    company: Company, kind: str, way: str | None, asked: str
) -> None:
    made = make(company, kind)
    if way != asked:
        # An invoice takes `include=void` for the update that it is: nothing is voided.
        if (kind, asked) == ("Invoice", "include"):
            return
        assert company.refusal("POST", kind.lower(), _head(made), **_HOW[asked])[0] == "500"
        assert company.get(kind, made["Id"]) == made
        return
    voided = company.post(kind, _head(made), **_HOW[asked])
    assert (voided["TotalAmt"], voided["PrivateNote"], voided["SyncToken"]) == (0, "Voided", "1")
    assert company.get(kind, made["Id"]) == voided


def test_a_credit_memo_is_voided_on_the_vendors_page(company: Company) -> None:
    before = trial_balance(company)
    made = make(company, "CreditMemo")
    voided = company.control("POST", "void", {"entity": "CreditMemo", "id": made["Id"]})
    assert (voided["TotalAmt"], voided["Balance"], voided["RemainingCredit"]) == (0, 0, 0)
    assert trial_balance(company) == before


@pytest.mark.parametrize("kind", TRANSACTIONS)
def test_nothing_is_posted_changed_or_deleted_in_a_closed_period(company: Company, kind: str) -> None:
    made, again = make(company, kind), TRANSACTIONS[kind](company)
    closed = {"Id": "1", "SyncToken": "0", "sparse": True, "AccountingInfoPrefs": {"BookCloseDate": "2026-11-20"}}
    company.post("Preferences", closed)
    assert company.refusal("POST", kind.lower(), again)[0] == "6210"
    assert company.refusal("POST", kind.lower(), _head(made, **NOTE))[0] == "6210"
    assert company.refusal("POST", kind.lower(), _head(made), operation="delete")[0] == "6210"
    assert company.post(kind, again | {"TxnDate": "2026-11-21"})["TxnDate"] == "2026-11-21"


@pytest.mark.parametrize("kind", ALL)
def test_a_batch_creates_updates_reads_and_deletes(company: Company, kind: str) -> None:
    item = {"bId": "1", "operation": "create", kind: ALL[kind](company)}
    answer = company.call("POST", "batch", {"BatchItemRequest": [item]}).text
    made = load_json(answer)["BatchItemResponse"][0][kind]
    body = _head(made, **NOTE) if kind in TRANSACTIONS else made
    items = [
        {"bId": "2", "operation": "update", kind: body},
        {"bId": "3", "Query": f"select * from {kind} where Id = '{made['Id']}'"},
        {"bId": "4", "operation": "delete", kind: {"Id": made["Id"], "SyncToken": "1"}},
    ]
    answers = load_json(company.call("POST", "batch", {"BatchItemRequest": items}).text)["BatchItemResponse"]
    updated, queried, deleted = answers
    assert updated[kind]["SyncToken"] == "1"
    assert queried["QueryResponse"][kind] == [updated[kind]]
    if kind in TRANSACTIONS:
        assert deleted[kind]["status"] == "Deleted"
    else:
        assert deleted["Fault"]["Error"][0]["code"] == "500"


def _told(company: Company) -> list[str]:
    return [
        each["type"].removeprefix("qbo.").removesuffix(".v1") for each in company.control("GET", "webhooks")["pending"]
    ]


@pytest.mark.parametrize("kind", ALL)
def test_the_webhooks_of_an_entity_have_its_own_verbs(company: Company, kind: str) -> None:
    body = ALL[kind](company)
    company.control("POST", "webhooks", {"url": "http://127.0.0.1:9/hook"})
    company.control("POST", "switches", {"linked_events": False})
    made = company.post(kind, body)
    expected = [f"{kind.lower()}.created"]
    changed = company.post(kind, {name: value for name, value in made.items() if name != "sparse"})
    expected.append(f"{kind.lower()}.updated")
    if VOIDS.get(kind) in _HOW:
        changed = company.post(kind, _head(changed), **_HOW[str(VOIDS[kind])])
        expected.append(f"{kind.lower()}.void")
    if kind in TRANSACTIONS:
        company.post(kind, _head(changed), operation="delete")
        expected.append(f"{kind.lower()}.deleted")
    assert _told(company) == expected


_SALE, _MONEY, _PLAIN = (
    "created updated deleted void emailed",
    "created updated deleted void",
    "created updated deleted",
)
# Vendor file 1.3: the events that the vendor sends of each entity.
EVENTS = {
    **dict.fromkeys(["Invoice", "Payment", "CreditMemo", "SalesReceipt", "RefundReceipt"], _SALE),
    **dict.fromkeys(["BillPayment", "Purchase", "Transfer"], _MONEY),
    **dict.fromkeys(["Bill", "VendorCredit", "Deposit", "JournalEntry", "TimeActivity", "CompanyCurrency"], _PLAIN),
    **dict.fromkeys(["Estimate", "PurchaseOrder"], "created updated deleted emailed"),
    **dict.fromkeys(["Account", "Customer", "Vendor", "Item", "Employee", "Class"], "created updated deleted merged"),
    **dict.fromkeys(["Department", "PaymentMethod"], "created updated merged"),
    **dict.fromkeys(["Term", "TaxAgency", "Budget", "JournalCode"], "created updated"),
    "Preferences": "updated",
    **dict.fromkeys(["TaxCode", "TaxRate", "CompanyInfo", "Attachable"], ""),
}


@pytest.mark.parametrize(("kind", "verbs"), EVENTS.items())
def test_the_events_of_an_entity_are_those_of_the_vendor(kind: str, verbs: str) -> None:
    assert KINDS[kind].verbs == set(verbs.split())


@pytest.mark.parametrize("kind", ["Invoice", "CreditMemo", "Payment"])
def test_what_is_sent_by_mail_is_marked_and_told_of(company: Company, kind: str) -> None:
    made = make(company, kind)
    company.control("POST", "webhooks", {"url": "http://127.0.0.1:9/hook"})
    assert company.refusal("POST", f"{kind.lower()}/{made['Id']}/send")[0] == "6000"
    response = company.call("POST", f"{kind.lower()}/{made['Id']}/send", sendTo="ap@example.com")
    sent = load_json(response.text)[kind]
    assert (sent["SyncToken"], sent.get("EmailStatus", "EmailSent")) == ("1", "EmailSent")
    assert _told(company) == [f"{kind.lower()}.emailed"]
    assert company.refusal("POST", f"bill/{make(company, 'Bill')['Id']}/send", sendTo="x@example.com")[0] == "500"


@pytest.mark.parametrize("kind", ["Invoice", "Payment", "BillPayment", "Deposit"])
def test_a_batch_voids_what_a_request_can_void(company: Company, kind: str) -> None:
    made = make(company, kind)
    item = {"bId": "1", "operation": "update", "optionsData": "void", kind: _head(made)}
    (answer,) = load_json(company.call("POST", "batch", {"BatchItemRequest": [item]}).text)["BatchItemResponse"]
    if kind == "Deposit":
        assert answer["Fault"]["Error"][0]["code"] == "500"
    else:
        assert (answer[kind]["TotalAmt"], answer[kind]["PrivateNote"]) == (0, "Voided")


def test_tax_codes_and_rates_are_read_and_nothing_else(company: Company) -> None:
    for kind in ("TaxCode", "TaxRate", "TaxAgency"):
        rows = company.query(f"select * from {kind}")[kind]
        assert company.get(kind, rows[0]["Id"]) == rows[0]
        assert company.refusal("POST", kind.lower(), {"Name": "Mine"})[0] in ("500", "2010")
        assert company.refusal("GET", "cdc", entities=kind, changedSince=SINCE)[0] == "500"
    codes = [each["Id"] for each in company.query("select * from TaxCode orderby Id")["TaxCode"]]
    assert codes == ["2", "NON", "TAX"]
    assert company.get("TaxCode", "TAX")["Taxable"] is True


@pytest.mark.parametrize(("kind", "code"), [("Invoice", "6000"), ("CreditMemo", "6000"), ("Bill", "6000")])
def test_a_total_below_zero_is_refused(company: Company, kind: str, code: str) -> None:
    body = TRANSACTIONS[kind](company)
    body["Line"][0]["Amount"] = Decimal("-0.01")
    assert company.refusal("POST", kind.lower(), body)[0] == code


def test_ten_thousand_lines_are_taken_and_one_more_is_not(company: Company) -> None:
    body = TRANSACTIONS["Invoice"](company) | {"Line": [sales_line("0.01") for _ in range(10_000)]}
    made = company.post("Invoice", body)
    assert (made["TotalAmt"], len(made["Line"])) == (Decimal("100.00"), 10_001)
    assert company.refusal("POST", "invoice", body | {"Line": [*body["Line"], sales_line("1")]})[0] == "6000"
