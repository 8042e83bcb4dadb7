"""Payment rows on ConnectWise invoices (E1, E7): written exactly, and never said to be certain when they are not."""

from datetime import date
from decimal import Decimal

import pytest
from crossfoot.core.model import PaymentRow, Ref
from crossfoot.errors import AuthExpired, OutcomeUnknown, RateLimited, Rejected, RemoteUnavailable
from crossfoot.http import LOCAL, Door

from tests.adapters.connectwise.site import Msp

DAY = date(2026, 11, 3)


@pytest.fixture
def invoice(msp: Msp) -> Ref:
    return msp.invoice(msp.customer("Contoso"), "4711", 250)


def test_a_row_is_created_changed_and_removed(msp: Msp, invoice: Ref) -> None:
    made = msp.psa.create_row(invoice, 10010, DAY, "USD")
    assert msp.psa.fetch_rows(invoice, "USD") == (made,)
    assert (made.amount_minor, made.paid_on, made.foreign) == (10010, DAY, False)
    changed = msp.psa.update_row(invoice, made.id, 25000, date(2026, 11, 9), "USD")
    assert changed == PaymentRow(made.id, 25000, date(2026, 11, 9))
    assert msp.read_invoice(invoice).balance_minor == 0
    msp.psa.delete_row(invoice, made.id)
    assert msp.psa.fetch_rows(invoice, "USD") == ()
    assert msp.read_invoice(invoice).paid_minor == 0


@pytest.mark.parametrize("amount_minor", [1, 10, 100, 110, 29, 19999999, 1000000007])
def test_an_amount_arrives_to_the_cent(msp: Msp, invoice: Ref, amount_minor: int) -> None:
    row = msp.psa.create_row(invoice, amount_minor, DAY, "USD")
    assert row.amount_minor == amount_minor
    assert [each["amount"] for each in msp.rows()] == [Decimal(amount_minor).scaleb(-2)]
    assert msp.rows()[0]["paymentDate"] == "2026-11-03T00:00:00Z"


def test_a_row_that_is_gone_already_is_no_error(msp: Msp, invoice: Ref) -> None:
    row = msp.psa.create_row(invoice, 100, DAY, "USD")
    msp.psa.delete_row(invoice, row.id)
    msp.psa.delete_row(invoice, row.id)


def test_changing_a_row_that_is_gone_is_rejected(msp: Msp, invoice: Ref) -> None:
    with pytest.raises(Rejected) as refused:
        msp.psa.update_row(invoice, "999999", 100, DAY, "USD")
    assert refused.value.code == "NotFound"
    assert refused.value.fix


def test_a_second_row_where_one_is_allowed_is_rejected(msp: Msp, invoice: Ref) -> None:
    msp.psa.create_row(invoice, 100, DAY, "USD")
    with pytest.raises(Rejected) as refused:
        msp.psa.create_row(invoice, 200, DAY, "USD")
    assert refused.value.code == "ObjectExists"


def test_credits_are_left_out_and_another_products_rows_are_foreign(msp: Msp, invoice: Ref) -> None:
    msp.sandbox.switch(one_payment_per_invoice=False)
    path = f"/finance/invoices/{invoice.id}/payments"
    for fields in ({"type": "C"}, {"source": "WisePay"}, {"glBatchID": "2026-11-I4711"}, {}):
        msp.call("POST", path, {"type": "P", "amount": 5, "paymentDate": "2026-11-02T00:00:00Z", **fields})
    assert [row.foreign for row in msp.psa.fetch_rows(invoice, "USD")] == [True, True, False]


@pytest.mark.parametrize("fault", ["lost_answer", "error_after_write", "proxy_html", "server_error", "cut_connection"])
def test_a_write_without_a_clear_answer_is_unknown(msp: Msp, invoice: Ref, fault: str) -> None:
    msp.read_all()
    msp.sandbox.fault(fault, method="POST", path_contains="/payments")
    with pytest.raises(OutcomeUnknown):
        msp.psa.create_row(invoice, 100, DAY, "USD")
    written = fault in ("lost_answer", "error_after_write")
    assert len(msp.psa.fetch_rows(invoice, "USD")) == written


def test_a_write_that_takes_too_long_is_unknown(msp: Msp, invoice: Ref) -> None:
    msp.read_all()
    hasty = msp.open(msp.account, Door(LOCAL, read_timeout_s=1.0))
    msp.sandbox.fault("slow", method="POST", path_contains="/payments", seconds=3.0)
    with pytest.raises(OutcomeUnknown):
        hasty.create_row(invoice, 100, DAY, "USD")


def test_a_write_that_never_left_us_is_unavailable(msp: Msp, invoice: Ref) -> None:
    msp.read_all()

    def nowhere(host: str, port: int) -> tuple[str, ...]:
        return ()

    with pytest.raises(RemoteUnavailable):
        msp.open(msp.account, Door(LOCAL, resolve=nowhere)).create_row(invoice, 100, DAY, "USD")


def test_a_throttled_write_was_not_carried_out(msp: Msp, invoice: Ref) -> None:
    msp.sandbox.fault("throttle", method="POST", path_contains="/payments")
    with pytest.raises(RateLimited):
        msp.psa.create_row(invoice, 100, DAY, "USD")
    assert msp.rows() == []


def test_a_write_with_dead_keys_was_not_carried_out(msp: Msp, invoice: Ref) -> None:
    with pytest.raises(AuthExpired):
        msp.open(msp.with_keys("wrong")).create_row(invoice, 100, DAY, "USD")
    assert msp.rows() == []


def test_a_write_without_the_right_names_it_and_leaves_the_connection_alone(msp: Msp, invoice: Ref) -> None:
    msp.permit(Invoicing={"edit": "None"})
    with pytest.raises(Rejected) as refused:
        msp.psa.create_row(invoice, 100, DAY, "USD")
    assert "Finance › Invoicing" in refused.value.fix
    assert not msp.attention
