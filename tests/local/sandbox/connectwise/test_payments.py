"""Payment and credit rows, and what they do to their invoice."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.sandbox.connectwise.amounts import figures, opening_of
from local.sandbox.connectwise.records import Records
from local.sandbox.connectwise.schema import INVOICE_PAYMENT
from local.sandbox.store import Store, dump_json
from tests.local.sandbox.connectwise.driver import Sandbox

PAYMENT = {"type": "P", "amount": 10, "paymentDate": "2026-11-01T00:00:00Z"}


def rows_of(sandbox: Sandbox, invoice: int) -> list[dict[str, Any]]:
    status, rows = sandbox.get(f"/finance/invoices/{invoice}/payments")
    assert status == 200
    return list(rows)


def figures_of(sandbox: Sandbox, invoice: int) -> list[str]:
    body = sandbox.get(f"/finance/invoices/{invoice}")[1]
    return [str(body[name]) for name in ("total", "payments", "credits", "balance")]


@pytest.fixture
def invoice(sandbox: Sandbox) -> int:
    """An invoice over 100.30."""
    return sandbox.new_invoice(sandbox.new_company("bob"), Decimal("100.30"))


def test_a_payment_is_created_read_changed_and_taken_back(sandbox: Sandbox, invoice: int) -> None:
    path = f"/finance/invoices/{invoice}/payments"
    status, row = sandbox.post(path, {**PAYMENT, "amount": Decimal("60.10")})
    assert status == 201
    assert (row["type"], row["source"], str(row["amount"])) == ("P", "Default", "60.10")
    assert row["paymentDate"] == "2026-11-01T00:00:00Z"
    assert (row["invoice"]["id"], str(row["invoiceBalance"]), str(row["invoiceTotal"])) == (invoice, "40.20", "100.30")
    assert figures_of(sandbox, invoice) == ["100.30", "60.10", "0.00", "40.20"]
    assert sandbox.get(f"{path}/{row['id']}") == (200, row)
    assert str(sandbox.patch(f"{path}/{row['id']}", "amount", Decimal("100.30"))[1]["balance"]) == "0.00"
    assert figures_of(sandbox, invoice) == ["100.30", "100.30", "0.00", "0.00"]
    assert sandbox.delete(f"{path}/{row['id']}") == 204
    assert rows_of(sandbox, invoice) == []
    assert figures_of(sandbox, invoice) == ["100.30", "0.00", "0.00", "100.30"]


def test_a_put_keeps_the_servers_own_fields_and_drops_the_rest(sandbox: Sandbox, invoice: int) -> None:
    path = f"/finance/invoices/{invoice}/payments"
    row = sandbox.post(path, {**PAYMENT, "paymentAccount": "1000"})[1]
    status, after = sandbox.put(f"{path}/{row['id']}", {"type": "P", "amount": 20, "paymentDate": "2026-11-02"})
    assert (status, after["amount"], after["paymentDate"]) == (200, 20, "2026-11-02T00:00:00Z")
    assert after["invoice"]["id"] == invoice
    assert "paymentAccount" not in after
    assert figures_of(sandbox, invoice)[1] == "20.00"


def test_nothing_is_required_and_unknown_fields_are_ignored(sandbox: Sandbox, invoice: int) -> None:
    status, row = sandbox.post(f"/finance/invoices/{invoice}/payments", {"unheardOf": 1})
    assert (status, row["type"], str(row["amount"])) == (201, "P", "0.00")
    assert row["paymentDate"].endswith("T00:00:00Z")
    assert "unheardOf" not in row


def test_a_second_payment_row_is_refused_unless_switched(sandbox: Sandbox, invoice: int) -> None:
    path = f"/finance/invoices/{invoice}/payments"
    sandbox.post(path, PAYMENT)
    status, body = sandbox.post(path, PAYMENT)
    assert (status, body["code"], body["message"]) == (400, "InvalidObject", "invoicePayment object is invalid")
    assert len(rows_of(sandbox, invoice)) == 1
    sandbox.turn(one_payment_per_invoice=False)
    assert sandbox.post(path, PAYMENT)[0] == 201
    assert figures_of(sandbox, invoice)[1] == "20.00"


def test_credits_are_rows_of_their_own_beside_the_payment(sandbox: Sandbox, invoice: int) -> None:
    path = f"/finance/invoices/{invoice}/payments"
    memo = sandbox.new_invoice(20, -30, type="CreditMemo")
    sandbox.patch(f"/finance/invoices/{memo}", "status", {"id": 3})
    sandbox.post(path, PAYMENT)
    status, row = sandbox.post(path, {"type": "c", "amount": 30, "credit": {"id": memo}})
    assert (status, row["type"], row["credit"]["id"]) == (201, "C", memo)
    assert figures_of(sandbox, invoice) == ["100.30", "10.00", "30.00", "60.30"]
    assert sandbox.post(path, {"type": "C", "amount": 1, "credit": {"id": 999}})[1]["errors"][0]["field"] == "credit/id"
    assert sandbox.post(path, {"type": "X", "amount": 1})[0] == 400
    assert sandbox.patch(f"{path}/{row['id']}", "type", "P")[0] == 400


def test_rows_of_another_product_can_be_loaded_and_count_unless_switched(sandbox: Sandbox, invoice: int) -> None:
    row = {"id": 77, "type": "P", "source": "WisePay", "invoice": {"id": invoice}, "amount": Decimal("5.05")}
    sandbox.control("POST", "load", dump_json({"entity": "InvoicePayment", "record": row}))
    assert figures_of(sandbox, invoice)[1] == "5.05"
    assert sandbox.get(f"/finance/invoices/{invoice}/payments", conditions='source = "WisePay"')[1][0]["id"] == 77
    assert sandbox.post(f"/finance/invoices/{invoice}/payments", PAYMENT)[0] == 400
    sandbox.turn(wisepay_rows_count=False)
    assert sandbox.post(f"/finance/invoices/{invoice}/payments", PAYMENT)[0] == 201
    assert [r["id"] for r in sandbox.control("GET", "payments")[1]] == [77, 501]


@pytest.mark.parametrize("bumps", [True, False])
def test_whether_a_payment_moves_the_invoices_last_updated_is_a_switch(
    sandbox: Sandbox, invoice: int, bumps: bool
) -> None:
    sandbox.turn(payment_bumps_invoice=bumps)
    before = sandbox.get(f"/finance/invoices/{invoice}")[1]["_info"]["lastUpdated"]
    sandbox.control("POST", "clock", {"advance_s": 60})
    sandbox.post(f"/finance/invoices/{invoice}/payments", PAYMENT)
    after = sandbox.get(f"/finance/invoices/{invoice}")[1]
    assert (after["_info"]["lastUpdated"] > before) is bumps
    assert after["payments"] == 10


def test_an_overpayment_is_taken_unless_switched(sandbox: Sandbox, invoice: int) -> None:
    path = f"/finance/invoices/{invoice}/payments"
    sandbox.turn(refuse_overpayment=True)
    assert sandbox.post(path, {**PAYMENT, "amount": Decimal("100.31")})[1]["errors"][0]["field"] == "amount"
    sandbox.turn(refuse_overpayment=False)
    assert sandbox.post(path, {**PAYMENT, "amount": Decimal("100.31")})[0] == 201
    assert figures_of(sandbox, invoice)[3] == "-0.01"


def test_rows_live_under_their_own_invoice_only(sandbox: Sandbox, invoice: int) -> None:
    other = sandbox.new_invoice(20)
    row = sandbox.post(f"/finance/invoices/{invoice}/payments", PAYMENT)[1]
    gone = {"code": "NotFound", "message": f"InvoicePayment {row['id']} not found"}
    assert sandbox.get(f"/finance/invoices/{other}/payments/{row['id']}") == (404, gone)
    missing = {"code": "NotFound", "message": "Invoice 9999 not found"}
    assert sandbox.get("/finance/invoices/9999/payments") == (404, missing)
    assert sandbox.post("/finance/invoices/9999/payments", PAYMENT) == (404, missing)
    assert sandbox.get(f"/finance/invoices/{invoice}/payments/count")[0] == 404
    assert sandbox.delete(f"/finance/invoices/{invoice}") == 400


def test_a_refused_write_leaves_no_trace(sandbox: Sandbox, invoice: int) -> None:
    path = f"/finance/invoices/{invoice}/payments"
    sandbox.post(path, PAYMENT)
    before = sandbox.get(f"/finance/invoices/{invoice}")
    sandbox.post(path, PAYMENT)
    sandbox.post(path, {"amount": "ten"})
    assert sandbox.get(f"/finance/invoices/{invoice}") == before


_amounts = st.decimals(-1000, 1000, places=2)


@settings(max_examples=60, deadline=None)
@given(
    total=_amounts,
    stated=st.none() | _amounts,
    loaded=st.lists(_amounts, max_size=3),
    later=st.lists(_amounts, max_size=3),
)
def test_figures_stay_exact_through_loading_and_later_rows(
    total: Decimal, stated: Decimal | None, loaded: list[Decimal], later: list[Decimal]
) -> None:
    store = Store(None)
    records = Records(store, "book")
    invoice: dict[str, Any] = {"id": 1, "total": total} | ({} if stated is None else {"payments": stated})
    for number, amount in enumerate(loaded):
        records.put(INVOICE_PAYMENT.shelf(1), {"id": number, "type": "P", "amount": amount})
    records.put("InvoiceOpening", opening_of(records, invoice))
    for number, amount in enumerate(later, 100):
        records.put(INVOICE_PAYMENT.shelf(1), {"id": number, "type": "C", "amount": amount})
    now = figures(records, invoice)
    paid = sum(loaded, Decimal(0)) if stated is None else stated
    assert now["payments"] == paid
    assert now["credits"] == sum(later, Decimal(0))
    assert now["balance"] == total - paid - sum(later, Decimal(0))
    store.close()
