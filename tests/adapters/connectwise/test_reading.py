"""Reading a ConnectWise site: first import, what changed, and nothing lost in between."""

import json
from datetime import date, datetime, timedelta

import pytest
from crossfoot.adapters.connectwise import client as client_module
from crossfoot.adapters.connectwise.client import conditions_of_ids
from crossfoot.core.model import Customer, Invoice
from crossfoot.errors import AuthExpired, RateLimited, Rejected, RemoteUnavailable

from tests.adapters.connectwise.site import Msp


def test_a_first_import_reads_companies_and_invoices(msp: Msp) -> None:
    customer, payer = msp.customer("Amber Dental"), msp.customer("Amber Holding")
    ref = msp.invoice(customer, "4711", 182.35, billToCompany={"id": payer["id"], "name": payer["name"]})
    records, _ = msp.read_all()
    assert {"Amber Dental", "Amber Holding"} <= {each.name for each in records if isinstance(each, Customer)}
    [invoice] = [each for each in records if isinstance(each, Invoice)]
    assert (invoice.ref, invoice.number, invoice.customer_name) == (ref, "4711", "Amber Holding")
    assert (invoice.total_minor, invoice.balance_minor, invoice.paid_minor) == (18235, 18235, 0)
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 11, 1), date(2026, 12, 1))


def test_a_partner_with_nothing_new_costs_two_calls(msp: Msp) -> None:
    _, cursor = msp.read_all()
    msp.budget.calls.clear()
    msp.psa.fetch_changes(cursor)
    assert len(msp.budget.calls) == 2
    assert not any(metered for _, _, metered in msp.budget.calls)


def test_only_what_changed_is_read_later(msp: Msp) -> None:
    msp.customer("Old Ltd")
    _, cursor = msp.read_all()
    old = {**json.loads(cursor), "since": "2030-01-01T00:00:00Z"}
    assert msp.read_all(json.dumps(old))[0] == []
    msp.customer("New Ltd")
    names = [each.name for each in msp.read_all(cursor)[0] if isinstance(each, Customer)]
    assert "New Ltd" in names


def test_pages_follow_each_other_and_a_read_can_be_taken_up_in_the_middle(
    msp: Msp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "PAGE_SIZE", 3)
    customers = [msp.customer(f"Company {n}") for n in range(7)]
    refs = [msp.invoice(customers[0], f"N{n}", 10 + n) for n in range(5)]
    window = msp.psa.fetch_changes("")
    assert window.more
    assert len(window.records) == 3
    records, cursor = msp.read_all(window.cursor)
    found = {each.ref for each in (*window.records, *records)}
    assert set(refs) <= found
    assert {str(each["id"]) for each in customers} <= {ref.id for ref in found}
    assert json.loads(cursor)["page_id"] == 0


def test_what_changes_behind_the_walk_is_read_by_the_next_one(msp: Msp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "PAGE_SIZE", 2)
    customers = [msp.customer(f"Company {n}") for n in range(4)]
    first = msp.psa.fetch_changes("")
    msp.call(
        "PATCH",
        f"/company/companies/{customers[0]['id']}",
        [{"op": "replace", "path": "name", "value": "Renamed behind us"}],
    )
    records, cursor = msp.read_all(first.cursor)
    later, _ = msp.read_all(cursor)
    assert "Renamed behind us" not in {each.name for each in records if isinstance(each, Customer)}
    assert "Renamed behind us" in {each.name for each in later if isinstance(each, Customer)}


def test_the_next_mark_is_the_one_from_before_the_walk_began(msp: Msp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "PAGE_SIZE", 2)
    for n in range(4):
        msp.customer(f"Company {n}")
    began = {**json.loads(msp.psa.fetch_changes("").cursor), "mark": "2026-01-01T00:00:00Z"}
    _, cursor = msp.read_all(json.dumps(began))
    assert json.loads(cursor)["since"] == "2026-01-01T00:00:00Z"


def test_a_change_that_surfaces_late_is_read_because_every_read_reaches_back(msp: Msp) -> None:
    ref = msp.invoice(msp.customer("Contoso"), "LATE", 10)
    _, cursor = msp.read_all()
    since = datetime.fromisoformat(msp.read_invoice(ref).version.updated_at) + timedelta(minutes=2)
    later = {**json.loads(cursor), "since": since.strftime("%Y-%m-%dT%H:%M:%SZ")}
    assert ref in {each.ref for each in msp.read_all(json.dumps(later))[0]}


def test_some_invoices_are_read_in_chunks_and_missing_ones_left_out(msp: Msp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "IDS_PER_CALL", 2)
    customer = msp.customer("Contoso")
    refs = [msp.invoice(customer, f"N{n}", 10) for n in range(3)]
    msp.psa.fetch_invoices([refs[0].id])
    msp.budget.calls.clear()
    found = msp.psa.fetch_invoices([*(ref.id for ref in refs), "999999"]).records
    assert {each.ref for each in found} == set(refs)
    assert len(msp.budget.calls) == 2


def test_only_numbers_get_into_a_condition() -> None:
    assert conditions_of_ids(["7", "8"]) == "id in (7,8)"
    with pytest.raises(ValueError, match="invalid literal"):
        conditions_of_ids(['7) or name like "*"'])


def test_one_record_that_cannot_be_kept_exactly_does_not_sink_the_rest(msp: Msp) -> None:
    customer = msp.customer("Contoso")
    good = msp.invoice(customer, "GOOD", 10)
    odd = msp.invoice(customer, "ODD", 10.123)
    window = msp.psa.fetch_changes("")
    assert window.unreadable == (odd,)
    assert good in {each.ref for each in window.records}
    found = msp.psa.fetch_invoices([good.id, odd.id, "999999"])
    assert ([each.ref for each in found.records], found.unreadable) == ([good], (odd,))


def test_the_codebase_is_found_again_after_an_upgrade_of_the_cloud(msp: Msp) -> None:
    msp.read_all()
    msp.sandbox.switch(codebase="v2026_9/")
    msp.read_all()
    paths = [each["path"] for each in msp.sandbox.requests()]
    assert any("v2026_9/apis" in path for path in paths)


def test_one_partners_codebase_is_never_anothers(msp: Msp) -> None:
    msp.read_all()
    other = Msp(msp.sandbox)
    other.codebases = msp.codebases
    other.open(other.account).fetch_changes("")
    asked = f"/login/companyinfo/{other.account.company_id}"
    assert [each["path"] for each in msp.sandbox.requests()].count(asked) == 1


@pytest.mark.parametrize("as_404", [False, True])
def test_keys_that_are_no_longer_known_need_the_partner(msp: Msp, as_404: bool) -> None:
    msp.sandbox.switch(wrong_credentials_404=as_404)
    with pytest.raises(AuthExpired) as expired:
        msp.open(msp.with_keys("wrong")).fetch_changes("")
    assert expired.value.fix
    assert len(msp.attention) == 1


def test_a_missing_right_is_named_and_the_partner_is_told(msp: Msp) -> None:
    msp.permit(Invoicing="None")
    with pytest.raises(Rejected) as refused:
        msp.psa.fetch_changes("")
    assert "Finance › Invoicing" in refused.value.fix
    reason, fix = msp.attention[0]
    assert "Finance › Invoicing" in fix
    assert reason == "ConnectWise refuses to be read: You do not have security permission to perform this action."


def test_the_odd_429_says_how_long_to_wait(msp: Msp) -> None:
    msp.sandbox.fault("throttle", path_contains="/finance/invoices")
    with pytest.raises(RateLimited) as limited:
        msp.psa.fetch_changes("")
    assert limited.value.retry_after_s == 30


@pytest.mark.parametrize("fault", ["server_error", "proxy_html", "lost_answer", "cut_connection"])
def test_a_read_that_fails_is_unavailable_and_can_be_repeated(msp: Msp, fault: str) -> None:
    msp.sandbox.fault(fault, path_contains="/finance/invoices")
    with pytest.raises(RemoteUnavailable):
        msp.psa.fetch_changes("")
    assert msp.read_all()[1]
    assert not msp.attention


def test_a_refused_condition_is_rejected_with_the_vendors_words(msp: Msp) -> None:
    with pytest.raises(Rejected) as refused:
        msp.client().get("/finance/invoices", {"conditions": "invoiceDate >= [2026-01-01T00:00:00Z]"})
    assert refused.value.code == "ApiFindCondition"
    assert "invoiceDate" in refused.value.detail
