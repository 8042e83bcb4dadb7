"""I9: an invoice in both systems is one when number, amount, customer and date agree; otherwise a person decides."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from crossfoot.core.decisions import Outcome
from crossfoot.core.matching import match_invoice
from crossfoot.core.model import ACCOUNTING, PSA, Invoice, Kind, Ref, Standing, System, Version, fingerprint


def _invoice(system: System, id_: str = "1", **changes: Any) -> Invoice:
    invoice = Invoice(
        ref=Ref(system, Kind.INVOICE, id_),
        version=Version("2026-11-03T17:00:00Z", "2026-11-03T17:00:00Z"),
        standing=Standing.LIVE,
        number="INV-1001",
        customer=None,
        customer_name="Contoso, Ltd.",
        issued_on=date(2026, 11, 3),
        due_on=None,
        currency="USD",
        total_minor=25_000,
        balance_minor=25_000,
    )
    return replace(invoice, **changes)


def test_i9_identical_invoices_are_one_whichever_comes_first() -> None:
    one, other = _invoice(ACCOUNTING), _invoice(PSA, number="inv 1001", customer_name="CONTOSO LTD")
    for first, second in ((one, other), (other, one)):
        link = match_invoice(first, [second]).link
        assert link is not None
        assert (link.accounting, link.psa) == (one.ref, other.ref)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"total_minor": 25_001}, "the totals differ: 250.00 USD in QuickBooks, 250.01 USD in ConnectWise"),
        ({"issued_on": date(2026, 11, 4)}, "the dates differ: 2026-11-03 in QuickBooks, 2026-11-04 in ConnectWise"),
        ({"customer_name": "Fabrikam"}, "the customers differ: Contoso, Ltd. in QuickBooks, Fabrikam in ConnectWise"),
        ({"currency": "CAD"}, "the currencies differ: USD in QuickBooks, CAD in ConnectWise"),
    ],
)
def test_i9_a_difference_is_told_and_never_guessed_away(changes: dict[str, Any], words: str) -> None:
    match = match_invoice(_invoice(ACCOUNTING), [_invoice(PSA, **changes)])
    assert match.link is None
    assert match.decision.outcome is Outcome.REFUSED
    assert words in match.decision.sentence
    assert match.decision.fix


@pytest.mark.parametrize(
    "copies",
    [
        [_invoice(PSA, "1"), _invoice(PSA, "2")],
        [_invoice(PSA, "1"), _invoice(ACCOUNTING, "2")],
        [_invoice(PSA, "1"), _invoice(PSA, "2", total_minor=1)],
    ],
)
def test_i9_two_candidates_are_shown_and_neither_is_taken(copies: list[Invoice]) -> None:
    match = match_invoice(_invoice(ACCOUNTING, "1"), copies)
    assert match.link is None
    assert match.decision.code == "ambiguous"


@pytest.mark.parametrize("standing", [Standing.VOID, Standing.DELETED])
def test_i9_a_copy_that_is_void_or_deleted_does_not_count(standing: Standing) -> None:
    copies = [_invoice(PSA, "1"), _invoice(PSA, "2", standing=standing)]
    assert match_invoice(_invoice(ACCOUNTING), copies).link is not None
    assert match_invoice(_invoice(ACCOUNTING, standing=standing), copies).link is None


def test_i9_an_invoice_without_a_copy_waits_and_one_without_a_number_is_told_so() -> None:
    assert match_invoice(_invoice(ACCOUNTING), []).decision.outcome is Outcome.WAITS
    assert match_invoice(_invoice(ACCOUNTING, number=""), []).decision.code == "no_number"


def test_two_states_of_one_second_have_two_fingerprints_and_one_state_read_twice_has_one() -> None:
    invoice = _invoice(ACCOUNTING)
    read_again = replace(invoice, version=replace(invoice.version, seen_at="2026-11-03T18:00:00Z"))
    assert fingerprint(invoice) == fingerprint(read_again)
    assert fingerprint(invoice) != fingerprint(replace(invoice, balance_minor=1))
