"""The state of a record in one word (C4, I3, I5, I6)."""

from typing import Any

import pytest
from crossfoot.core.model import Keeping, Standing
from crossfoot.core.statuses import credit_memo_status, customer_status, invoice_status

from tests.fakes.records import credit_memo, customer, invoice

ARCHIVED, LEFT_OUT = Keeping(archived=True), Keeping(left_out=True)


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({}, "open"),
        ({"balance_minor": 40}, "partial"),
        ({"balance_minor": 0}, "paid"),
        ({"balance_minor": 0, "standing": Standing.VOID}, "void"),
        ({"standing": Standing.DELETED}, "archived"),
        ({"keeping": ARCHIVED}, "archived"),
        ({"keeping": ARCHIVED, "standing": Standing.VOID}, "archived"),
        ({"keeping": LEFT_OUT}, "left_out"),
        ({"keeping": LEFT_OUT, "balance_minor": 0}, "left_out"),
        ({"keeping": LEFT_OUT, "standing": Standing.DELETED}, "archived"),
    ],
)
def test_c4_i3_i5_i6_an_invoice(how: dict[str, Any], status: str) -> None:
    assert invoice_status(invoice("q1", "1", 100, **how)) == status


@pytest.mark.parametrize(("balance_minor", "status"), [(-100, "open"), (-40, "partial"), (0, "paid")])
def test_i3_a_negative_invoice(balance_minor: int, status: str) -> None:
    assert invoice_status(invoice("c1", "1", -100, balance_minor=balance_minor)) == status


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({}, "open"),
        ({"remaining_minor": 40}, "partial"),
        ({"remaining_minor": 0}, "applied"),
        ({"remaining_minor": 0, "standing": Standing.VOID}, "void"),
        ({"standing": Standing.DELETED}, "archived"),
        ({"keeping": ARCHIVED}, "archived"),
        ({"keeping": LEFT_OUT}, "left_out"),
    ],
)
def test_c4_i3_i5_i6_a_credit_memo(how: dict[str, Any], status: str) -> None:
    assert credit_memo_status(credit_memo("q1", "1", 100, **how)) == status


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({}, "active"),
        ({"active": False}, "archived"),
        ({"standing": Standing.DELETED}, "archived"),
        ({"keeping": ARCHIVED}, "archived"),
        ({"keeping": LEFT_OUT}, "left_out"),
        ({"keeping": Keeping(left_out=True, archived=True)}, "archived"),
    ],
)
def test_c4_i5_a_customer(how: dict[str, Any], status: str) -> None:
    assert customer_status(customer("q1", "Contoso", **how)) == status
