"""Credit memos: invoices of a negative total, used up by the credit rows of other invoices."""

from decimal import Decimal
from typing import Any

import pytest

from tests.local.sandbox.connectwise.driver import Sandbox

CLOSED = {"id": 3}


class Customer:
    """A customer with a closed credit memo of 50 and an invoice of 100."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.id = sandbox.new_company("bob")
        self.memo = sandbox.new_invoice(self.id, -50, type="CreditMemo")
        self.invoice = sandbox.new_invoice(self.id, 100)
        sandbox.patch(f"/finance/invoices/{self.memo}", "status", CLOSED)

    def apply(self, amount: Any, **more: Any) -> tuple[int, Any]:
        sent = {"type": "C", "amount": amount, "credit": {"id": self.memo}, **more}
        return self.sandbox.post(f"/finance/invoices/{self.invoice}/payments", sent)

    def left(self) -> tuple[str, str]:
        found = (self.sandbox.get(f"/finance/invoices/{id_}")[1] for id_ in (self.memo, self.invoice))
        memo, invoice = (str(each["balance"]) for each in found)
        return memo, invoice


@pytest.fixture
def customer(sandbox: Sandbox) -> Customer:
    return Customer(sandbox)


def test_a_credit_reduces_the_invoice_and_uses_up_the_memo(customer: Customer) -> None:
    assert customer.left() == ("-50.00", "100.00")
    status, row = customer.apply(30)
    assert (status, row["credit"]["billingType"]) == (201, "CreditMemo")
    assert customer.left() == ("-20.00", "70.00")
    body = customer.sandbox.get(f"/finance/invoices/{customer.invoice}")[1]
    assert (body["credits"], body["payments"], body["total"]) == (30, 0, 100)


def test_a_credit_that_is_changed_or_taken_back_gives_the_memo_back(customer: Customer) -> None:
    row = customer.apply(30)[1]
    path = f"/finance/invoices/{customer.invoice}/payments/{row['id']}"
    assert customer.sandbox.patch(path, "amount", 50)[0] == 200
    assert customer.left() == ("0.00", "50.00")
    assert customer.sandbox.patch(path, "amount", Decimal("50.01"))[0] == 400
    assert customer.sandbox.delete(path) == 204
    assert customer.left() == ("-50.00", "100.00")


def test_several_invoices_share_one_memo(customer: Customer) -> None:
    customer.apply(30)
    other = customer.sandbox.new_invoice(customer.id, 100)
    path = f"/finance/invoices/{other}/payments"
    assert customer.sandbox.post(path, {"type": "C", "amount": 21, "credit": {"id": customer.memo}})[0] == 400
    assert customer.sandbox.post(path, {"type": "C", "amount": 20, "credit": {"id": customer.memo}})[0] == 201
    assert customer.left()[0] == "0.00"


@pytest.mark.parametrize("wrong", ["open memo", "no memo", "other company", "as payment"])
def test_what_cannot_be_applied_is_refused(customer: Customer, wrong: str) -> None:
    sandbox = customer.sandbox
    match wrong:
        case "open memo":
            memo = sandbox.new_invoice(customer.id, -50, type="CreditMemo")
            answer = customer.apply(1, credit={"id": memo})
        case "no memo":
            answer = customer.apply(1, credit={"id": sandbox.new_invoice(customer.id, 5)})
        case "other company":
            memo = sandbox.new_invoice(sandbox.new_company("ann"), -50, type="CreditMemo")
            sandbox.patch(f"/finance/invoices/{memo}", "status", CLOSED)
            answer = customer.apply(1, credit={"id": memo})
        case _:
            answer = customer.apply(1, type="P")
    assert (answer[0], answer[1]["errors"][0]["field"]) == (400, "credit")
    assert customer.left() == ("-50.00", "100.00")


def test_the_type_of_an_invoice_stays(customer: Customer) -> None:
    assert customer.sandbox.patch(f"/finance/invoices/{customer.invoice}", "type", "CreditMemo")[0] == 400


def test_a_credit_memo_posts_to_revenue_and_receivables_the_other_way_round(customer: Customer) -> None:
    entries = customer.sandbox.get(f"/finance/invoices/{customer.memo}/glEntries/")[1]
    assert [e["amount"] for e in entries if e["type"] == "R"] == [50]
    assert sum(e["amount"] for e in entries if e["type"] == "AR") == -50
    [row] = customer.sandbox.get("/finance/accounting/unpostedinvoices")[1]
    assert (row["invoiceType"], row["total"]) == ("CreditMemo", -50)
