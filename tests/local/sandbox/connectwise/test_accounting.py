"""The ledger and the accounting interface: what closing posts, what waits, previews, batches and taking them back."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.sandbox.connectwise import ledger
from local.sandbox.connectwise.records import Records
from local.sandbox.connectwise.schema import SEEDS
from local.sandbox.store import Store
from tests.local.sandbox.connectwise.driver import Sandbox
from tests.local.sandbox.connectwise.test_lines import EXPENSE, LINES, PRODUCT, TIME, add

BATCHES, UNPOSTED = "/finance/accounting/batches", "/finance/accounting/unpostedinvoices"
CLOSED, NEW = {"id": 3}, {"id": 1}


def close(sandbox: Sandbox, invoice: int) -> None:
    assert sandbox.patch(f"/finance/invoices/{invoice}", "status", CLOSED)[0] == 200


@pytest.fixture
def invoice(sandbox: Sandbox) -> int:
    """A closed invoice with a line of each kind, 400.10 before a tax of 7.07."""
    made = sandbox.new_invoice(sandbox.new_company("bob"), 0, type="Standard", salesTax=Decimal("7.07"))
    for path, body, _, _ in LINES.values():
        add(sandbox, path, body, made)
    close(sandbox, made)
    return made


def entries_of(sandbox: Sandbox, invoice: int) -> list[dict[str, Any]]:
    status, found = sandbox.get(f"/finance/invoices/{invoice}/glEntries/")
    assert status == 200
    return list(found)


def ids_of(sandbox: Sandbox, invoice: int) -> list[int]:
    return [entry["id"] for entry in entries_of(sandbox, invoice)]


def batch(sandbox: Sandbox, ids: list[int], **more: Any) -> tuple[int, Any]:
    return sandbox.post(BATCHES, {"exportInvoicesFlag": True, "processedRecordIds": ids, **more})


def batched(sandbox: Sandbox, invoice: int, name: str = "CF-1") -> int:
    assert batch(sandbox, ids_of(sandbox, invoice), batchIdentifier=name)[0] == 201
    [found] = sandbox.get(BATCHES, conditions=f'batchIdentifier="{name}"')[1]
    return int(found["id"])


def test_closing_posts_each_line_and_the_whole_is_balanced(sandbox: Sandbox, invoice: int) -> None:
    entries = entries_of(sandbox, invoice)
    revenue = [(e["type"], e["segment1"], str(e["amount"])) for e in entries if e["type"] != "AR"]
    assert revenue == [
        ("R", "4000", "-300.00"), ("RE", "4300", "-40.10"), ("RP", "4200", "-60.00"), ("ST", "2200", "-7.07"),
    ]  # fmt: skip
    assert sum(e["amount"] for e in entries if e["type"] == "AR") == Decimal("407.17")
    assert sum(e["amount"] for e in entries) == 0
    ids = [entry["id"] for entry in entries]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert {entry["isBatched"] for entry in entries} == {False}


@given(
    parts=st.fixed_dictionaries(
        {},
        optional={
            name: st.decimals(-1000, 1000, places=2)
            for name in (
                "serviceTotal",
                "expenseTotal",
                "productTotal",
                "agreementAmount",
                "salesTax",
                "downpaymentApplied",
            )
        },
    ),
    type_=st.sampled_from(["Standard", "CreditMemo", "DownPayment", "Agreement"]),
    odd=st.decimals(-10, 10, places=2),
)
@settings(max_examples=60, deadline=None)
def test_whatever_an_invoice_is_made_of_its_entries_add_up_to_nothing(
    parts: dict[str, Decimal], type_: str, odd: Decimal
) -> None:
    """Also where the total is not the sum of its parts, by `odd`."""
    store = Store(None)
    records = Records(store, "book")
    for kind in ("GLAccount", "MappedType"):
        records.put_many(kind, SEEDS[kind])
    tax, applied = parts.get("salesTax", Decimal(0)), parts.get("downpaymentApplied", Decimal(0))
    total = sum(parts.values(), odd) - 2 * applied
    invoice = {"id": 1, "type": type_, **parts, "total": total}
    entries = ledger.posted(records, invoice, lambda _: 10)["entries"]
    assert sum(entry["amount"] for entry in entries) == 0
    assert sum(e["amount"] for e in entries if e["type"] == "AR") == total
    assert sum(e["amount"] for e in entries if e["type"] == "ST") == -tax
    store.close()


def test_the_mapping_that_says_the_most_is_taken(sandbox: Sandbox) -> None:
    for mapped, record, account in (("Location", 2, "4010"), ("Work Role", 2, "4020")):
        [kind] = sandbox.get("/finance/glAccounts/mappedTypes", conditions=f'name="{mapped}" and glType="R"')[1]
        sent = {"glType": "R", "mappedType": {"id": kind["id"], "name": mapped}, "segment1": account}
        assert sandbox.post("/finance/glAccounts", {**sent, "mappedRecord": {"id": record, "name": "x"}})[0] == 201
    invoice = sandbox.new_invoice(sandbox.new_company("bob"), 0, type="Standard", locationId=2)
    for role in (1, 2):
        add(sandbox, "/time/entries", {**TIME, "workRole": {"id": role}}, invoice)
    close(sandbox, invoice)
    assert [e["segment1"] for e in entries_of(sandbox, invoice) if e["type"] == "R"] == ["4010", "4020"]


def test_without_a_mapping_nothing_is_posted_until_it_is_opened_and_closed_again(sandbox: Sandbox) -> None:
    [owner] = sandbox.get("/finance/glAccounts", conditions='glType="RP"')[1]
    sandbox.delete(f"/finance/glAccounts/{owner['id']}")
    invoice = sandbox.new_invoice(sandbox.new_company("bob"), 0, type="Standard")
    add(sandbox, "/procurement/products", PRODUCT, invoice)
    close(sandbox, invoice)
    assert entries_of(sandbox, invoice) == []
    [row] = sandbox.get(UNPOSTED)[1]
    assert (row["billingLogId"], row["description"]) == (invoice, "")
    assert batch(sandbox, [row["id"]])[0] == 400
    sandbox.turn(unmapped_are_unposted=False)
    assert sandbox.get(UNPOSTED)[1] == []
    mapping = {name: owner[name] for name in ("glType", "mappedType", "mappedRecord", "segment1")}
    assert sandbox.post("/finance/glAccounts", mapping)[0] == 201
    assert entries_of(sandbox, invoice) == []
    assert sandbox.patch(f"/finance/invoices/{invoice}", "status", NEW)[0] == 200
    close(sandbox, invoice)
    assert [e["segment1"] for e in entries_of(sandbox, invoice) if e["type"] == "RP"] == ["4200"]


def test_an_unposted_invoice_has_an_id_of_its_own_and_names_the_invoice(sandbox: Sandbox, invoice: int) -> None:
    sandbox.new_invoice(20, 5)
    [row] = sandbox.get(UNPOSTED)[1]
    assert row["id"] != invoice
    assert row["id"] in ids_of(sandbox, invoice)
    assert (row["billingLogId"], row["total"], row["subTotal"]) == (invoice, Decimal("407.17"), Decimal("400.10"))
    assert (row["salesTaxAmount"], row["dueDays"]) == (Decimal("7.07"), "0")
    assert (row["hasTime"], row["hasExpenses"], row["hasProducts"]) == (True, True, True)
    assert sandbox.get(f"{UNPOSTED}/{row['id']}")[1] == row
    assert sandbox.get(f"{UNPOSTED}/{invoice}")[0] == 404
    assert sandbox.get(f"{UNPOSTED}/count", conditions=f"billingLogId={invoice}")[1] == {"count": 1}


def test_the_tax_of_an_unposted_invoice_is_told_by_level(sandbox: Sandbox) -> None:
    taxed = {"taxableFlag": True, "taxCode": {"id": 12}}
    invoice = sandbox.new_invoice(sandbox.new_company("bob"), 0, type="Standard", **taxed)
    add(sandbox, "/procurement/products", PRODUCT, invoice)
    close(sandbox, invoice)
    [row] = sandbox.get(UNPOSTED)[1]
    assert (row["salesTaxAmount"], row["stateTaxAmount"], row["countyTaxAmount"]) == (
        Decimal("4.95"), Decimal("4.20"), Decimal("0.75"),
    )  # fmt: skip
    assert (row["stateTaxXref"], row["countyTaxXref"], row["cityTaxXref"]) == ("T1", "T2", "")
    levels = sandbox.get(f"{UNPOSTED}/{row['id']}/taxableLevels")[1]
    assert [(each["taxLevel"], each["taxCodeXref"], each["taxAmount"]) for each in levels] == [
        (1, "T1", Decimal("4.20")), (2, "T2", Decimal("0.75")),
    ]  # fmt: skip
    assert sandbox.get(f"{UNPOSTED}/{invoice}/taxableLevels")[0] == 404


def test_a_preview_posts_nothing_and_shows_what_a_recorded_export_shows(sandbox: Sandbox, invoice: int) -> None:
    body = {"exportInvoicesFlag": True, "includedInvoiceIds": [invoice], "batchIdentifier": "try"}
    status, seen = sandbox.post("/finance/accounting/export", body)
    assert (status, seen["exportSettings"]) == (200, {"batchIdentifier": "try"})
    [transaction] = seen["transactions"]
    assert (transaction["glTypeId"], transaction["documentType"], transaction["total"]) == (
        "AR", "INVOICE", Decimal("407.17"),
    )  # fmt: skip
    details = [(d["glTypeId"], d["quantity"], d["total"], d["itemPrice"], d["taxNote"]) for d in transaction["detail"]]
    assert details == [
        ("R", Decimal("-2.50"), Decimal("-300.00"), Decimal("120.00"), ""),
        ("RE", -1, Decimal("-40.10"), Decimal("40.10"), ""),
        ("RP", -3, Decimal("-60.00"), Decimal("20.00"), ""),
        ("ST", 0, Decimal("-7.07"), 0, "AUTOSTAX"),
    ]
    receivable = [int(part) for part in transaction["glEntryIds"].split(",")]
    assert sorted([*receivable, *(d["id"] for d in transaction["detail"])]) == ids_of(sandbox, invoice)
    assert [c["accountNumber"] for c in seen["customers"]] == ["A-bob"]
    assert len(sandbox.get(UNPOSTED)[1]) == 1
    assert sandbox.get(BATCHES)[1] == []


@pytest.mark.parametrize(
    "left_out",
    [
        {"includedInvoiceIds": [1]}, {"excludedInvoiceIds": ["own"]}, {"locationId": 3},
        {"thruDate": "2026-01-01T00:00:00Z"}, {"exportInvoicesFlag": False},
    ],
)  # fmt: skip
def test_a_preview_can_leave_an_invoice_out(sandbox: Sandbox, invoice: int, left_out: dict[str, Any]) -> None:
    asked = {name: [invoice] if value == ["own"] else value for name, value in left_out.items()}
    status, seen = sandbox.post("/finance/accounting/export", {"exportInvoicesFlag": True, **asked})
    assert (status, seen["transactions"]) == (200, [])


def test_a_batch_marks_the_invoice_and_takes_it_from_the_unposted(sandbox: Sandbox, invoice: int) -> None:
    sandbox.control("POST", "clock", {"advance_s": 60})
    before = sandbox.get(f"/finance/invoices/{invoice}")[1]
    made = batched(sandbox, invoice)
    after = sandbox.get(f"/finance/invoices/{invoice}")[1]
    assert after["glBatch"] == {"id": made, "name": "CF-1"}
    assert after["_info"]["lastUpdated"] > before["_info"]["lastUpdated"]
    assert sandbox.get(UNPOSTED)[1] == []
    assert {entry["isBatched"] for entry in entries_of(sandbox, invoice)} == {True}
    shown = sandbox.get(f"{BATCHES}/{made}")[1]
    assert (shown["exportInvoicesFlag"], shown["exportExpensesFlag"], shown["closedFlag"]) == (True, False, False)
    entries = sandbox.get(f"{BATCHES}/{made}/entries")[1]
    assert sum(e["debit"] for e in entries) == sum(e["credit"] for e in entries) == Decimal("407.17")
    assert {e["invoice"]["id"] for e in entries} == {invoice}
    again = sandbox.post(f"{BATCHES}/{made}/export", {})[1]
    assert [t["documentNumber"] for t in again["transactions"]] == [after["invoiceNumber"]]


def test_a_batched_invoice_is_locked_until_its_batch_is_deleted(sandbox: Sandbox, invoice: int) -> None:
    made = batched(sandbox, invoice)
    assert sandbox.patch(f"/finance/invoices/{invoice}", "status", NEW)[0] == 400
    assert sandbox.delete(f"{BATCHES}/{made}") == 204
    assert sandbox.get(f"{BATCHES}/{made}")[0] == 404
    assert "glBatch" not in sandbox.get(f"/finance/invoices/{invoice}")[1]
    assert [row["billingLogId"] for row in sandbox.get(UNPOSTED)[1]] == [invoice]
    assert sandbox.patch(f"/finance/invoices/{invoice}", "status", NEW)[0] == 200
    assert entries_of(sandbox, invoice) == []


def test_an_invoice_taken_out_of_its_batch_by_hand_says_so_until_it_is_batched_again(
    sandbox: Sandbox, invoice: int
) -> None:
    made = batched(sandbox, invoice)
    assert sandbox.control("POST", "unbatch", {"invoice": invoice})[0] == 200
    shown = sandbox.get(f"/finance/invoices/{invoice}")[1]
    assert (shown["unbatchedBatch"], "glBatch" in shown) == ({"id": made, "name": "CF-1"}, False)
    assert [row["billingLogId"] for row in sandbox.get(UNPOSTED)[1]] == [invoice]
    assert sandbox.get(f"{BATCHES}/{made}/entries")[1] == []
    assert sandbox.control("POST", "unbatch", {"invoice": invoice})[0] == 400
    assert sandbox.control("POST", "unbatch", {"invoice": "x"})[0] == 400
    again = batched(sandbox, invoice, "CF-2")
    shown = sandbox.get(f"/finance/invoices/{invoice}")[1]
    assert (shown["glBatch"]["id"], "unbatchedBatch" in shown) == (again, False)


def test_an_invoice_that_was_taken_out_and_edited_can_be_put_back_into_its_old_batch(
    sandbox: Sandbox, invoice: int
) -> None:
    made = batched(sandbox, invoice)
    sandbox.control("POST", "unbatch", {"invoice": invoice})
    sandbox.patch(f"/finance/invoices/{invoice}", "status", NEW)
    assert sandbox.control("POST", "rebatch", {"invoice": invoice})[0] == 400, "an open one has no entries"
    add(sandbox, "/procurement/products", PRODUCT, invoice)
    close(sandbox, invoice)
    assert sandbox.control("POST", "rebatch", {"invoice": invoice})[0] == 200
    shown = sandbox.get(f"/finance/invoices/{invoice}")[1]
    assert (shown["glBatch"], shown["total"]) == ({"id": made, "name": "CF-1"}, Decimal("467.17"))
    assert "unbatchedBatch" not in shown
    assert sandbox.get(UNPOSTED)[1] == []
    assert sandbox.control("POST", "rebatch", {"invoice": invoice})[0] == 400


def test_an_export_says_of_each_detail_which_levels_of_tax_are_charged_on_it(sandbox: Sandbox) -> None:
    taxed = {"taxableFlag": True, "taxCode": {"id": 12}, "customerPO": "PO-7"}
    invoice = sandbox.new_invoice(sandbox.new_company("bob"), 0, type="Standard", **taxed)
    for path, body, _, _ in LINES.values():
        add(sandbox, path, body, invoice)
    add(sandbox, "/procurement/products", {**PRODUCT, "taxableFlag": False}, invoice)
    close(sandbox, invoice)
    [seen] = sandbox.post("/finance/accounting/export", {"exportInvoicesFlag": True})[1]["transactions"]
    flags = [(d["glTypeId"], d["taxableFlag"], d["taxable2Flag"], d["taxable3Flag"]) for d in seen["detail"]]
    assert flags == [
        ("R", True, True, False), ("RE", False, False, False), ("RP", True, True, False), ("RP", False, False, False),
        ("ST", False, False, False),
    ]  # fmt: skip
    assert [d["itemTaxableFlag"] for d in seen["detail"]] == [False, False, True, False, False]
    assert [d.get("taxRatePercent") for d in seen["detail"]] == [None, None, None, None, Decimal("8.25")]
    assert (seen["taxGroupRate"], seen["taxableTotal"], seen["purchaseOrder"]) == (
        Decimal("0.0825"), Decimal("360.00"), {"name": "PO-7"},
    )  # fmt: skip
    assert [(each["taxCodeXref"], each["taxableAmount"], each["taxAmount"]) for each in seen["taxLevels"]] == [
        ("T1", Decimal("360.00"), Decimal("25.20")), ("T2", Decimal("360.00"), Decimal("4.50")),
    ]  # fmt: skip
    assert sum(level["taxAmount"] for level in seen["taxLevels"]) == seen["salesTax"]


@pytest.mark.parametrize("missing", ["processedRecordIds", "flags", "part", "unknown", "posted", "invoice"])
def test_a_batch_that_makes_no_sense_is_refused_and_posts_nothing(sandbox: Sandbox, invoice: int, missing: str) -> None:
    ids = ids_of(sandbox, invoice)
    sent: dict[str, Any] = {"exportInvoicesFlag": True, "processedRecordIds": ids}
    match missing:
        case "processedRecordIds":
            sent["processedRecordIds"] = []
        case "flags":
            del sent["exportInvoicesFlag"]
        case "part":
            sent["processedRecordIds"] = ids[1:]
        case "unknown":
            sent["processedRecordIds"] = [*ids, 9]
        case "posted":
            batched(sandbox, invoice)
        case _:
            sent["processedRecordIds"] = [invoice]
    count = sandbox.get(f"{BATCHES}/count")[1]
    assert sandbox.post(BATCHES, sent)[0] == 400
    assert sandbox.get(f"{BATCHES}/count")[1] == count


def test_an_approved_expense_waits_to_be_posted_by_itself(sandbox: Sandbox) -> None:
    expense = add(sandbox, "/expense/entries", EXPENSE)
    path = "/finance/accounting/unpostedexpenses"
    assert sandbox.get(path)[1] == []
    sandbox.patch(f"/expense/entries/{expense['id']}", "status", "ApprovedByTierTwo")
    [row] = sandbox.get(path)[1]
    assert (row["expenseDetailId"], row["total"]) == (expense["id"], Decimal("40.10"))
    assert (row["accountNumber"], row["creditAccount"]) == ("6100", "2000")
    ids = [row["id"], row["id"] + 1]
    assert batch(sandbox, ids)[0] == 400
    status, seen = sandbox.post(BATCHES, {"exportExpensesFlag": True, "processedRecordIds": ids})
    assert (status, [e["total"] for e in seen["expenses"]]) == (201, [Decimal("40.10")])
    assert sandbox.get(path)[1] == []
    assert sandbox.delete(f"/expense/entries/{expense['id']}") == 400


def test_payments_wait_until_they_are_synced_and_both_spellings_of_the_path_lead_there(
    sandbox: Sandbox, invoice: int
) -> None:
    payments = f"/finance/invoices/{invoice}/payments"
    row = sandbox.post(payments, {"amount": 5})[1]
    assert [each["id"] for each in sandbox.get("/finance/accounting/unpostedpayments")[1]] == [row["id"]]
    assert sandbox.get(f"/finance/accounting/unpostedPayments/{row['id']}")[1]["amount"] == 5
    sandbox.patch(f"{payments}/{row['id']}", "paymentSyncStatus", "Synced")
    assert sandbox.get("/finance/accounting/unpostedPayments/count")[1] == {"count": 0}
