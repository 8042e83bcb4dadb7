"""The audit of a run with kills finds what it is for: a payment lost, twice, of another amount or day."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from local.sandbox.store import Record
from tests.kills.audit import audit
from tests.kills.killer import EmulatorLog
from tests.kills.office import Made, Office

DAY = date(2026, 11, 3)


def row(number: str, amount: str, day: date = DAY) -> Record:
    return {"invoice": {"id": int(number)}, "amount": Decimal(amount), "paymentDate": f"{day.isoformat()}T00:00:00Z"}


def office(rows: list[Record]) -> Office:
    """An office whose accountant made one payment of 7.00 on invoice 2001, with these rows in ConnectWise."""
    line = {"Amount": Decimal("7.00"), "LinkedTxn": [{"TxnId": "2001", "TxnType": "Invoice"}]}
    partner: Any = SimpleNamespace(
        name="North IT",
        numbers=("2001", "2002"),
        keys={"company_id": "north"},
        amount=Decimal("100.00"),
        accountant=SimpleNamespace(read_all=lambda entity: [{"Id": "1", "Line": [line]}]),
        deployed=SimpleNamespace(connectwise=SimpleNamespace(get=lambda path, company: rows)),
    )
    return Office(partner, Random(1), {"1": Made({"Id": "1"}, (("2001", Decimal("7.00")),), DAY)})


def test_books_that_agree_are_not_complained_about() -> None:
    assert audit(office([row("2001", "7.00")])) == []


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row("2001", "7.00"), row("2001", "7.00")],
        [row("2001", "7.01")],
        [row("2001", "7.00"), row("2002", "1.00")],
        [row("2002", "7.00")],
        [row("2001", "7.00", date(2026, 11, 4))],
        [row("2001", "7.00"), row("999", "7.00")],
    ],
    ids=["lost", "twice", "a cent", "one too many", "elsewhere", "another day", "a stranger's"],
)
def test_what_is_lost_or_twice_is_found(rows: list[Record]) -> None:
    assert audit(office(rows))


def test_books_that_the_accountant_did_not_make_are_found() -> None:
    busy = office([row("2001", "7.00")])
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
