"""The general ledger and its batches: the ConnectWise fake and the ConnectWise sandbox show the same (S3, S5, S10)."""

from decimal import Decimal
from typing import Any

import pytest
from crossfoot.core.model import LineKind


@pytest.fixture
def ledger(plain_site: Any) -> Any:
    return plain_site.part("posting")


def bill(site: Any, name: str = "A", number: str = "1001") -> None:
    site.add_invoice(name, number, 0, "Standard")
    site.bill_time(name, f"{name} repair", "1.5", 12_000)
    site.bill_expense(name, f"{name} trip", 1_250)
    site.bill_product(name, f"{name} laptop", "3", 999)


def test_s5_closing_posts_each_line(plain_site: Any, ledger: Any) -> None:
    bill(plain_site)
    assert ledger.read("A") == {}
    assert ledger.ledger("A") == []
    plain_site.close("A")
    shown = ledger.read("A")["A"]
    assert (shown["total_minor"], shown["tax_minor"], shown["number"]) == (22_247, 0, "1001")
    assert [(line["ledger_type"], line["amount_minor"], line["source"]) for line in shown["lines"]] == [
        ("R", 18_000, (LineKind.TIME, "A repair")),
        ("RE", 1_250, None),
        ("RP", 2_997, (LineKind.PRODUCT, "A laptop")),
        ("ST", 0, None),
    ]
    assert [line["amount_minor"] for line in ledger.ledger("A")] == [18_000, 1_250, 2_997, 0]


def test_s5_tax_an_agreement_and_a_down_payment_are_posted_too(plain_site: Any, ledger: Any) -> None:
    bill(plain_site)
    plain_site.bill_agreement("A", 50_000)
    plain_site.apply_down_payment("A", 4_000)
    plain_site.charge_tax("A", 1_732, untaxed=[(LineKind.EXPENSE, "A trip")])
    whole = plain_site.whole("A")["A"]
    assert whole["total_minor"] == 22_247 + 50_000 - 4_000 + 1_732
    plain_site.close("A")
    shown = ledger.read("A")["A"]
    assert [(line["ledger_type"], line["amount_minor"], line["taxed"]) for line in shown["lines"]] == [
        ("R", 18_000, True), ("RE", 1_250, False), ("RP", 2_997, True), ("RA", 50_000, False), ("RD", -4_000, False),
        ("ST", 1_732, False),
    ]  # fmt: skip
    assert (shown["tax_rate"], sum(line["amount_minor"] for line in shown["lines"])) == (
        Decimal("8.25"), shown["total_minor"],
    )  # fmt: skip
    assert [line["amount_minor"] for line in ledger.ledger("A")][-2:] == [-4_000, 1_732]


def test_s5_a_credit_memo_is_posted_as_it_is_positive(plain_site: Any, ledger: Any) -> None:
    plain_site.add_credit_memo("M", "CM-1", 6_000)
    shown = ledger.read("M")["M"]
    assert (shown["total_minor"], [line["amount_minor"] for line in shown["lines"]]) == (6_000, [6_000, 0])
    ledger.batch("M", "CF-M")
    assert ledger.batch_of("M") == (True, "CF-M")


def test_s5_a_down_payment_invoice_is_posted_as_what_is_owed_back(plain_site: Any, ledger: Any) -> None:
    plain_site.add_invoice("A", "1001", 40_000, "DownPayment")
    plain_site.close("A")
    [paid, _] = ledger.read("A")["A"]["lines"]
    assert (paid["ledger_type"], paid["amount_minor"], paid["account"]) == ("RD", 40_000, "2300")


def test_s3_a_batch_takes_what_it_posts_off_the_list_and_gives_it_back(plain_site: Any, ledger: Any) -> None:
    bill(plain_site)
    bill(plain_site, "B", "1002")
    for name in "AB":
        plain_site.close(name)
    assert set(ledger.read("A", "B")) == {"A", "B"}
    plain_site.note("A")
    plain_site.pass_time(2)
    ledger.batch("A", "CF-1001")
    assert ledger.batch_of("A") == (True, "CF-1001")
    assert plain_site.changes("A") == {"updated": True, "seen": True}, "so a later read of the changes shows it"
    assert set(ledger.read("A", "B")) == {"B"}
    assert [ledger.finds("CF-1001"), ledger.finds("CF-1002")] == [True, False]
    assert plain_site.reopen("A") == "refused: InvalidObject"
    ledger.delete("CF-1001")
    assert ledger.batch_of("A") == (True, "")
    assert set(ledger.read("A", "B")) == {"A", "B"}
    assert ledger.ledger("A")


def test_s3_a_batch_of_what_is_posted_or_half_of_a_bill_is_refused(plain_site: Any, ledger: Any) -> None:
    bill(plain_site)
    plain_site.close("A")
    ledger.read("A")
    assert ledger.batch("A", "CF-1", without=1) == "refused: InvalidObject"
    assert ledger.batch("A", "CF-1", without=100) == "refused: MissingRequiredField"
    plain_site.batch_elsewhere("A", "M-1")
    assert ledger.batch("A", "CF-1") == "refused: NotFound"
    assert [ledger.finds("CF-1"), ledger.finds("M-1")] == [False, True]


def test_s3_what_was_posted_before_a_bill_was_opened_again_cannot_be_batched(plain_site: Any, ledger: Any) -> None:
    bill(plain_site)
    plain_site.close("A")
    ledger.read("A")
    plain_site.reopen("A")
    plain_site.close("A")
    assert ledger.batch("A", "CF-1") == "refused: NotFound", "closing it made new records"
    ledger.read("A")
    assert ledger.batch("A", "CF-1") is None


def test_a_bill_that_no_mapping_covers_is_closed_and_has_no_posting(plain_site: Any, ledger: Any) -> None:
    plain_site.unmap("RP")
    bill(plain_site)
    plain_site.close("A")
    assert (ledger.read("A"), ledger.ledger("A"), ledger.batch_of("A")) == ({}, [], (True, ""))


def test_an_invoice_that_was_unbatched_and_edited_can_be_put_back_into_its_old_batch(
    plain_site: Any, ledger: Any
) -> None:
    bill(plain_site)
    plain_site.close("A")
    ledger.read("A")
    ledger.batch("A", "CF-1")
    plain_site.take_out("A")
    assert set(ledger.read("A")) == {"A"}
    plain_site.reopen("A")
    plain_site.bill_product("A", "A dock", "1", 10_000)
    plain_site.close("A")
    plain_site.put_back("A")
    assert ledger.batch_of("A") == (True, "CF-1")
    assert plain_site.whole("A")["A"]["total_minor"] == 32_247
    assert ledger.read("A") == {}


def test_a_closed_invoice_takes_no_line(plain_site: Any) -> None:
    bill(plain_site)
    plain_site.close("A")
    assert plain_site.bill_product("A", "A dock", "1", 10_000) == "refused: InvalidObject"
