"""The audit of a run with kills finds what it is for: a payment lost, twice, of another amount or day."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from local.sandbox.store import Record
from tests.kills.audit import audit
from tests.kills.customers import Customers, Told
from tests.kills.killer import EmulatorLog
from tests.kills.office import Made, Office

DAY = date(2026, 11, 3)


def row(number: str, amount: str, day: date = DAY) -> Record:
    return {"invoice": {"id": int(number)}, "amount": Decimal(amount), "paymentDate": f"{day.isoformat()}T00:00:00Z"}


def payment(id_: str, number: str, amount: str, note: str = "") -> Record:
    line = {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": number, "TxnType": "Invoice"}]}
    return {"Id": id_, "TotalAmt": Decimal(amount), "PrivateNote": note, "Line": [line]}


PAID = payment("2", "2002", "5.00", "Paid through the platform (pay_1). xf:1")
PAID_OUT = {"Id": "9", "TotalAmt": Decimal("4.90"), "PrivateNote": "Payout po_1 of the platform. xf:2"}
SHOWN = {"id": "platform-pay_1", "total": "5.00", "taken_back": None}
ROWS = [row("2001", "7.00"), row("2002", "5.00")]


def office(
    rows: list[Record], *, payments: Sequence[Record] = (PAID,), deposits: Sequence[Record] = (PAID_OUT,),
    shown: Sequence[Record] = (SHOWN,), tied: bool = True,
) -> Office:  # fmt: skip
    """An office with these rows in ConnectWise.

    Its accountant made one payment of 7.00 on invoice 2001; a customer paid 6.00 of invoice 2002 on the platform, of which
    1.00 was given back, and the rest was paid out.
    """
    books = {"Payment": [payment("1", "2001", "7.00"), *payments], "Deposit": list(deposits)}
    proof = {"tied": tied, "reason": "made up"}
    partner: Any = SimpleNamespace(
        name="North IT",
        numbers=("2001", "2002"),
        keys={"company_id": "north"},
        amount=Decimal("100.00"),
        accountant=SimpleNamespace(read_all=books.__getitem__),
        deployed=SimpleNamespace(connectwise=SimpleNamespace(get=lambda path, company: rows)),
        api=SimpleNamespace(list_all=lambda what: [{"id": "quickbooks-1"}, *shown], get=lambda path: proof),
    )
    nobody: Any = None
    customers = Customers(partner, nobody, Random(1), Decimal(30))
    customers.told["pay_1"] = Told("pay_1", (("2002", Decimal("6.00")),), DAY, refunded=Decimal("1.00"), paid_out=True)
    customers.payouts["po_1"] = Decimal("4.90")
    made = {"1": Made({"Id": "1"}, (("2001", Decimal("7.00")),), DAY)}
    return Office(partner, Random(1), Decimal(30), customers, made)


def test_books_that_agree_are_not_complained_about() -> None:
    assert audit(office(ROWS)) == []


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row("2001", "7.00"), row("2001", "7.00")],
        [row("2001", "7.01")],
        [row("2002", "7.00")],
        [row("2001", "7.00", date(2026, 11, 4))],
        [row("2001", "7.00"), row("999", "7.00")],
    ],
    ids=["lost", "twice", "a cent", "elsewhere", "another day", "a stranger's"],
)
def test_what_is_lost_or_twice_in_connectwise_is_found(rows: list[Record]) -> None:
    assert audit(office([*rows, ROWS[1]]))
    assert any("ConnectWise" in each for each in audit(office([*rows, ROWS[1]])))


@pytest.mark.parametrize(
    ("payments", "deposits"),
    [
        ([], [PAID_OUT]),
        ([PAID, PAID], [PAID_OUT]),
        ([payment("2", "2002", "6.00", PAID["PrivateNote"])], [PAID_OUT]),
        ([PAID], []),
        ([PAID], [PAID_OUT, PAID_OUT]),
        ([PAID], [PAID_OUT | {"TotalAmt": Decimal("4.91")}]),
    ],
    ids=["lost", "twice", "not given back", "no deposit", "two deposits", "a cent"],
)
def test_what_is_lost_or_twice_in_quickbooks_is_found(payments: list[Record], deposits: list[Record]) -> None:
    assert any("QuickBooks holds" in each for each in audit(office(ROWS, payments=payments, deposits=deposits)))


@pytest.mark.parametrize(
    "shown", [[], [SHOWN | {"total": "6.00"}], [SHOWN | {"total": "0.00", "taken_back": "deleted"}]],
    ids=["lost", "not given back", "taken for deleted"],
)  # fmt: skip
def test_what_the_platforms_book_does_not_say_is_found(shown: list[Record]) -> None:
    assert any("the platform's book" in each for each in audit(office(ROWS, shown=shown)))


def test_a_payout_that_is_not_tied_is_found() -> None:
    assert audit(office(ROWS, tied=False)) == ["North IT: payout po_1 is not tied: made up"]


def test_what_is_given_back_in_part_is_taken_from_the_last_invoice() -> None:
    told = Told("pay_1", (("2001", Decimal(5)), ("2002", Decimal(3))), DAY, refunded=Decimal(4))
    assert (told.left, told.standing()) == (Decimal(4), {"2001": Decimal(4)})
    told.status = "returned"
    assert (told.left, dict(told.standing())) == (Decimal(0), dict[str, Decimal]())


def test_books_that_the_accountant_did_not_make_are_found() -> None:
    busy = office(ROWS)
    busy.made.clear()
    assert any("QuickBooks" in each for each in audit(busy))


def test_the_emulators_log_is_counted_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("x INFO Lambda worker spawned for crossfoot-local-mirror_payment (python3.13, cold start)\n")
    log = EmulatorLog(path)
    log.read_on()
    assert (log.started["mirror_payment"], log.died.total()) == (1, 0)
    died = "y ESM: Lambda crossfoot-local-fetch_new_data failed processing (errorMessage=Worker process died)"
    path.write_text(path.read_text() + died)
    log.read_on()
    assert log.died.total() == 0, "not a whole line yet"
    path.write_text(path.read_text() + "\n")
    log.read_on()
    log.read_on()
    assert (log.died["fetch_new_data"], log.died.total()) == (1, 1)
