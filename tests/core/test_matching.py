"""I9: an invoice in both systems is one when number, amount, customer and date agree; otherwise a person decides."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from crossfoot.core.decisions import Outcome
from crossfoot.core.matching import Candidates, differences, match_invoice
from crossfoot.core.matters import MatterCode, find_matters
from crossfoot.core.model import (
    ACCOUNTING,
    PSA,
    Invoice,
    Keeping,
    Kind,
    Link,
    LinkOrigin,
    Ref,
    Standing,
    System,
    Version,
    fingerprint,
)
from crossfoot.core.verdicts import Verdict, Verdicts, pair_of


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


def _customer(system: System, id_: str = "58") -> Ref:
    return Ref(system, Kind.CUSTOMER, id_)


def _said(one: Ref, other: Ref, verdict: Verdict, *more: tuple[Ref, Ref, Verdict]) -> Verdicts:
    said: dict[Ref, dict[Ref, Verdict]] = {}
    for each, its_other, its_verdict in ((one, other, verdict), *more):
        said.setdefault(each, {})[its_other] = its_verdict
        said.setdefault(its_other, {})[each] = its_verdict
    return Verdicts(said)


OURS, THEIRS = _invoice(ACCOUNTING), _invoice(PSA)
APART: dict[str, Any] = {"number": "7", "issued_on": date(2026, 12, 1), "customer_name": "Fabrikam"}


def test_i9_what_the_partner_confirmed_is_one_whatever_differs_but_the_money() -> None:
    same = _said(OURS.ref, THEIRS.ref, Verdict.SAME)
    other = replace(THEIRS, **APART)
    link = match_invoice(OURS, [other], same).link
    assert link == Link(OURS.ref, THEIRS.ref, LinkOrigin.CONFIRMED)
    assert differences(OURS, other, same) == ()
    assert len(differences(OURS, replace(other, total_minor=1, currency="CAD"), same)) == 2
    assert len(differences(OURS, replace(other, total_minor=1, currency="CAD"))) == 5


def test_i9_a_confirmed_customer_makes_names_equal_and_nothing_else() -> None:
    one = replace(OURS, customer=_customer(ACCOUNTING))
    other = replace(THEIRS, customer=_customer(PSA), customer_name="Fabrikam")
    same = _said(_customer(ACCOUNTING), _customer(PSA), Verdict.SAME)
    assert match_invoice(one, [other], same).link == Link(one.ref, other.ref)
    assert match_invoice(one, [replace(other, customer=_customer(PSA, "59"))], same).link is None
    assert match_invoice(one, [replace(other, issued_on=date(2026, 12, 1))], same).decision.code == "not_identical"


@pytest.mark.parametrize(
    ("pair", "code"),
    [((OURS.ref, THEIRS.ref), "separated"), ((_customer(ACCOUNTING), _customer(PSA)), "separated")],
)
def test_i9_what_the_partner_separated_is_not_matched_though_it_is_identical(pair: tuple[Ref, Ref], code: str) -> None:
    one, other = replace(OURS, customer=_customer(ACCOUNTING)), replace(THEIRS, customer=_customer(PSA))
    match = match_invoice(one, [other], _said(*pair, Verdict.DIFFERENT))
    assert (match.link, match.decision.code, match.decision.outcome) == (None, code, Outcome.WAITS)


def test_i9_what_was_said_of_two_invoices_goes_before_what_was_said_of_their_customers() -> None:
    one, other = replace(OURS, customer=_customer(ACCOUNTING)), replace(THEIRS, customer=_customer(PSA))
    apart = (_customer(ACCOUNTING), _customer(PSA), Verdict.DIFFERENT)
    assert match_invoice(one, [other], _said(OURS.ref, THEIRS.ref, Verdict.SAME, apart)).link is not None


def test_i9_a_confirmation_with_an_invoice_that_is_gone_holds_nothing_up() -> None:
    gone = replace(_invoice(PSA, "9"), standing=Standing.DELETED)
    same = _said(OURS.ref, gone.ref, Verdict.SAME)
    assert match_invoice(OURS, [THEIRS, gone], same).link == Link(OURS.ref, THEIRS.ref)
    assert match_invoice(OURS, [THEIRS, replace(gone, standing=Standing.LIVE)], same).link == Link(
        OURS.ref, gone.ref, LinkOrigin.CONFIRMED
    )


@pytest.mark.parametrize(
    ("keeping", "code", "copy_code"),
    [
        (Keeping(left_out=True), "left_out", "counterpart_left_out"),
        (Keeping(archived=True), "archived", "counterpart_archived"),
    ],
)
def test_c4_i5_what_takes_no_part_is_not_matched_from_either_side(keeping: Keeping, code: str, copy_code: str) -> None:
    aside = replace(THEIRS, keeping=keeping)
    assert match_invoice(aside, [OURS]).decision.code == code
    match = match_invoice(OURS, [aside])
    assert (match.link, match.decision.code) == (None, copy_code)
    assert match.decision.fix
    assert match_invoice(OURS, [aside, _invoice(PSA, "2")]).link is not None


def test_i9_an_archived_invoice_still_holds_the_copy_that_it_is_linked_with() -> None:
    archived = replace(_invoice(ACCOUNTING, "old"), keeping=Keeping(archived=True))
    link = Link(archived.ref, THEIRS.ref)
    match = match_invoice(OURS, [archived, THEIRS], links={archived.ref: link, THEIRS.ref: link})
    assert match.decision.code == "ambiguous"


def test_i9_more_invoices_of_one_number_than_anybody_looks_at_are_ambiguous() -> None:
    assert match_invoice(OURS, [THEIRS], crowded=True).decision.code == "ambiguous"
    assert match_invoice(OURS, [THEIRS], _said(OURS.ref, THEIRS.ref, Verdict.SAME), crowded=True).link is not None


def test_i9_what_is_open_falls_into_groups_of_what_may_still_be_one() -> None:
    invoices = (OURS, _invoice(ACCOUNTING, "2", total_minor=1), THEIRS, _invoice(PSA, "2", total_minor=2))
    (matter,) = find_matters("INV-1001", Candidates(invoices))
    assert (matter.code, len(matter.accounting), len(matter.psa)) == (MatterCode.AMBIGUOUS, 2, 2)
    apart = _said(
        OURS.ref, invoices[3].ref, Verdict.DIFFERENT, (invoices[1].ref, THEIRS.ref, Verdict.DIFFERENT)
    )  # fmt: skip
    (matter,) = find_matters("INV-1001", Candidates(invoices, verdicts=apart))
    assert matter.code is MatterCode.NOT_IDENTICAL
    assert (matter.accounting, matter.psa) == ((invoices[1],), (invoices[3],))


def test_i9_an_open_matter_names_the_customers_only_where_it_is_they_that_differ() -> None:
    one = replace(OURS, customer=_customer(ACCOUNTING))
    other = replace(THEIRS, customer=_customer(PSA), issued_on=date(2026, 12, 1))
    (matter,) = find_matters("INV-1001", Candidates((one, other)))
    assert matter.key.customers is None
    (matter,) = find_matters("INV-1001", Candidates((one, replace(other, customer_name="Fabrikam"))))
    assert matter.key.customers == pair_of(_customer(PSA), _customer(ACCOUNTING))
