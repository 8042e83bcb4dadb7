"""What of a QuickBooks payment is cash, what is void, what is ours."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from crossfoot.adapters.quickbooks.translate import to_invoice, to_payment, to_utc, to_utc_ms
from crossfoot.core.model import Standing
from crossfoot.core.money import InexactAmount
from hypothesis import given
from hypothesis import strategies as st

SEEN = "2026-11-03T09:04:05.017-08:00"


def line(amount: str, kind: str, target: str) -> dict[str, Any]:
    return {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": target, "TxnType": kind}]}


def payment(total: str, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "Id": "1",
        "SyncToken": "0",
        "MetaData": {"LastUpdatedTime": "2026-11-03T09:04:05-08:00"},
        "TxnDate": "2026-11-03",
        "CurrencyRef": {"value": "USD"},
        "CustomerRef": {"value": "5"},
        "TotalAmt": Decimal(total),
        "Line": list(lines),
        **fields,
    }


def cash(wire: dict[str, Any]) -> dict[str, int]:
    return {part.invoice.id: part.amount_minor for part in to_payment(wire, SEEN).allocations}


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        (payment("100", line("100", "Invoice", "7")), {"7": 10000}),
        (payment("100", line("60", "Invoice", "7"), line("40", "Invoice", "8")), {"7": 6000, "8": 4000}),
        (payment("100", line("60", "Invoice", "7"), UnappliedAmt=Decimal(40)), {"7": 6000}),
        (payment("100", UnappliedAmt=Decimal(100)), {}),
        # a credit memo is used up first, in the order of the invoice lines
        (payment("70", line("100", "Invoice", "7"), line("30", "CreditMemo", "9")), {"7": 7000}),
        (payment("0", line("30", "Invoice", "7"), line("30", "CreditMemo", "9")), {}),
        (
            payment("70", line("20", "Invoice", "7"), line("80", "Invoice", "8"), line("30", "CreditMemo", "9")),
            {"8": 7000},
        ),
        (
            payment("20", line("50", "Invoice", "7"), line("30", "CreditMemo", "9"), UnappliedAmt=Decimal(0)),
            {"7": 2000},
        ),
        # a journal entry that is a credit: the invoices get more than there is cash
        (payment("80", line("100", "Invoice", "7"), line("20", "JournalEntry", "3")), {"7": 8000}),
        # and one that is a debit takes its own part of the cash
        (payment("120", line("100", "Invoice", "7"), line("20", "JournalEntry", "3")), {"7": 10000}),
        # one invoice in two lines is one allocation
        (payment("100", line("60", "Invoice", "7"), line("40", "Invoice", "7")), {"7": 10000}),
        (payment("100", {"Amount": Decimal(100)}), {}),
    ],
)
def test_allocations_are_the_cash_that_each_invoice_got(wire: dict[str, Any], expected: dict[str, int]) -> None:
    assert cash(wire) == expected


amounts = st.integers(min_value=1, max_value=10**9)


@given(
    paid=st.lists(amounts, min_size=1, max_size=6),
    credit_share=st.fractions(0, 1),
    unapplied=st.integers(0, 10**6),
)
def test_the_allocations_add_up_to_the_cash_that_was_applied(
    paid: list[int], credit_share: Any, unapplied: int
) -> None:
    credit = int(sum(paid) * credit_share)
    lines = [line(str(Decimal(amount).scaleb(-2)), "Invoice", str(n)) for n, amount in enumerate(paid)]
    if credit:
        lines.append(line(str(Decimal(credit).scaleb(-2)), "CreditMemo", "99"))
    total = Decimal(sum(paid) - credit + unapplied).scaleb(-2)
    wire = payment(str(total), *lines, UnappliedAmt=Decimal(unapplied).scaleb(-2))
    assert sum(cash(wire).values()) == sum(paid) - credit
    assert all(0 < cash(wire)[invoice] <= paid[int(invoice)] for invoice in cash(wire))


@pytest.mark.parametrize(
    ("note", "total", "lines", "standing"),
    [
        ("Voided", "0", [], Standing.VOID),
        ("Voided\nthe customer's note", "0", [], Standing.VOID),
        ("", "0", [], Standing.LIVE),
        ("Voided check was replaced", "50", [line("50", "Invoice", "7")], Standing.LIVE),
        ("Voided earlier", "0", [line("5", "Invoice", "7"), line("5", "CreditMemo", "8")], Standing.LIVE),
        ("not Voided", "0", [], Standing.LIVE),
    ],
)
def test_void_is_told_from_a_note_that_only_says_so(
    note: str, total: str, lines: list[dict[str, Any]], standing: Standing
) -> None:
    assert to_payment(payment(total, *lines, PrivateNote=note), SEEN).standing is standing


@pytest.mark.parametrize(
    ("note", "marker"),
    [
        ("xf:0123456789abcdef", "xf:0123456789abcdef"),
        ("Thanks! xf:0123456789abcdef (do not change)", "xf:0123456789abcdef"),
        ("Voided xf:0123456789abcdef", "xf:0123456789abcdef"),
        ("xf:0123", ""),
        ("axf:0123456789abcdef", ""),
        ("xf:0123456789abcdef0", ""),
        ("xf:0123456789ABCDEF", ""),
        ("", ""),
    ],
)
def test_our_marker_is_found_in_the_private_note(note: str, marker: str) -> None:
    assert to_payment(payment("1", PrivateNote=note), SEEN).marker == marker


def test_a_live_record_with_a_stray_status_is_not_deleted() -> None:
    assert to_payment(payment("5", status="Deleted"), SEEN).standing is Standing.LIVE


def test_a_deletions_marker_keeps_what_it_says() -> None:
    marker = {
        "status": "Deleted",
        "domain": "QBO",
        "Id": "979",
        "MetaData": {"LastUpdatedTime": "2026-11-03T20:00:00-08:00"},
    }
    gone = to_payment(marker, SEEN)
    assert (gone.ref.id, gone.standing, gone.version.updated_at) == ("979", Standing.DELETED, "2026-11-04T04:00:00Z")
    invoice = to_invoice(marker, SEEN)
    assert (invoice.standing, invoice.issued_on, invoice.number) == (Standing.DELETED, date(2026, 11, 4), "")
    assert to_payment({"status": "Deleted", "Id": "979"}, SEEN).version.updated_at == "2026-11-03T17:04:05Z"


def test_times_have_one_width_so_that_text_order_is_time_order() -> None:
    assert to_utc("2026-11-03T09:04:05-08:00") == "2026-11-03T17:04:05Z"
    assert to_utc("2025-09-10T21:31:25.179851517Z") == "2025-09-10T21:31:25Z"
    assert to_utc_ms(SEEN) == "2026-11-03T17:04:05.017Z"
    assert to_utc_ms("2026-11-03T09:04:05-08:00") == "2026-11-03T17:04:05.000Z"
    with pytest.raises(ValueError, match="no offset"):
        to_utc("2026-11-03T09:04:05")


def test_a_date_stays_a_date_whatever_the_companys_zone() -> None:
    wire = payment("1", TxnDate="2026-11-03", MetaData={"LastUpdatedTime": "2026-11-03T23:59:59-08:00"})
    assert to_payment(wire, SEEN).paid_on == date(2026, 11, 3)


def test_an_amount_finer_than_its_currency_is_refused_rather_than_rounded() -> None:
    with pytest.raises(InexactAmount):
        to_payment(payment("10.005"), SEEN)
