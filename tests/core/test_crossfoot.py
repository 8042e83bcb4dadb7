"""What a difference between two books comes from, and what is to be done about it (X4)."""

from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.crossfoot import Pair, compare
from crossfoot.core.model import Invoice, Kind, Ref, Standing, System, Version

VERSION = Version("2026-11-03T00:00:00Z", "2026-11-03T00:00:00.000Z")
DAY = date(2026, 11, 3)


def _invoice(system: System, balance_minor: int, **how: int) -> Invoice:
    ref = Ref(system, Kind.INVOICE, "1")
    invoice = Invoice(ref, VERSION, Standing.LIVE, "1042", None, "Contoso", DAY, None, "USD", 25_000, balance_minor)
    return replace(invoice, **how)  # type: ignore[arg-type]


def _connectwise(balance_minor: int, paid_minor: int = 0, credited_minor: int = 0) -> Invoice:
    return _invoice(System.CONNECTWISE, balance_minor, paid_minor=paid_minor, credited_minor=credited_minor)


@pytest.mark.parametrize(
    ("quickbooks_minor", "connectwise", "money", "code", "said", "fix"),
    [
        (15_000, _connectwise(25_000), (10_000, 0, 10_000, 0),
         "not_mirrored", "show 100.00 USD of payments, and 0.00 USD was taken over to ConnectWise", "waits for"),
        (25_000, _connectwise(15_000, 10_000), (10_000, 10_000, 0, 0),
         "not_mirrored", "come to 100.00 USD, of which QuickBooks holds 0.00 USD", "waits for"),
        (14_477, _connectwise(25_000), (0, 0, 0, 0),
         "unknown_in_accounting", "shows 105.23 USD less open than its known payments explain", "Nothing for now"),
        (25_000, _connectwise(15_000, 10_000), (10_000, 10_000, 10_000, 0),
         "unknown_in_accounting", "shows 100.00 USD more open than its known payments explain", "Nothing for now"),
        # A bookkeeper has entered there already what is on its way from QuickBooks: nobody is told to enter it once more.
        (20_000, _connectwise(15_000, 10_000), (0, 0, 0, 0),
         "unknown_in_accounting", "shows 50.00 USD less open", "Nothing for now"),
        # A credit of 20.00 was seen; it does not explain 50.00.
        (20_000, _connectwise(25_000), (0, 0, 0, 2_000),
         "unknown_in_accounting", "shows 50.00 USD less open", "Nothing for now"),
        (25_000, _connectwise(20_000, 5_000), (0, 0, 0, 0),
         "entered_in_psa", "shows 50.00 USD of payments, of which Crossfoot entered 0.00 USD", "Enter the missing payment"),
        (20_000, _connectwise(25_000), (0, 0, 0, 5_000),
         "credit", "50.00 USD in QuickBooks, and 0.00 USD in ConnectWise", "Apply the credit in ConnectWise"),
        (25_000, _connectwise(20_000, credited_minor=5_000), (0, 0, 0, 0),
         "credit", "0.00 USD in QuickBooks, and 50.00 USD in ConnectWise", "Apply the credit in QuickBooks"),
        # Another product entered 20.00 of the 50.00 that QuickBooks shows (E7): all of it is there, and a credit is not.
        (17_000, _connectwise(20_000, 5_000), (5_000, 3_000, 5_000, 3_000),
         "credit", "30.00 USD in QuickBooks, and 0.00 USD in ConnectWise", "Apply the credit in ConnectWise"),
        (25_000, _connectwise(20_000), (0, 0, 0, 0),
         "unexplained", "Nothing that was read explains it", "Compare again"),
    ],
)  # fmt: skip
def test_x4_the_cause_of_a_difference_is_one_that_was_seen(
    quickbooks_minor: int, connectwise: Invoice, money: tuple[int, int, int, int], code: str, said: str, fix: str
) -> None:
    difference = compare(Pair(_invoice(System.QUICKBOOKS, quickbooks_minor), connectwise, *money))
    assert difference is not None
    assert difference.code == code
    assert said in difference.sentence
    assert fix in difference.fix


@pytest.mark.parametrize(
    ("quickbooks_minor", "connectwise", "money", "held_minor", "code", "said"),
    [
        (15_000, _connectwise(25_000), (0, 0, 10_000, 0), 10_000,
         "held_back", "100.00 USD of payments are held back from ConnectWise by the partner"),
        (25_000, _connectwise(15_000, 10_000), (10_000, 10_000, 0, 0), -10_000,
         "held_back", "100.00 USD of payments are held back from QuickBooks by the partner"),
        # It was not taken out yet.
        (15_000, _connectwise(20_000, 5_000), (0, 5_000, 10_000, 0), 10_000, "not_mirrored", "was taken over"),
        # A credit beside it.
        (13_000, _connectwise(25_000), (0, 0, 10_000, 2_000), 10_000, "credit", "Credits take off 20.00 USD"),
        # A payment by hand beside it.
        (15_000, _connectwise(20_000, 5_000), (0, 0, 10_000, 0), 10_000, "entered_in_psa", "Crossfoot entered 0.00 USD"),
    ],
)  # fmt: skip
def test_x4_what_the_partner_holds_back_is_a_cause_where_it_explains_all(
    quickbooks_minor: int, connectwise: Invoice, money: tuple[int, int, int, int], held_minor: int, code: str, said: str
) -> None:
    difference = compare(Pair(_invoice(System.QUICKBOOKS, quickbooks_minor), connectwise, *money, held_minor))
    assert difference is not None
    assert difference.code == code
    assert said in difference.sentence
