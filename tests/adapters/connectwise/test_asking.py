"""What is asked of a ConnectWise site beside its records: ids, choices, rights, printed invoices."""

import pytest
from crossfoot.adapters.connectwise import client as client_module
from crossfoot.core.model import Invoice, Kind, Ref, System, TraitName
from crossfoot.core.rights import RIGHTS, RightState
from crossfoot.errors import AuthExpired, RateLimited, Rejected, RemoteUnavailable
from crossfoot.ports import Choice

from tests.adapters.connectwise.pages import Pages, company, invoice, time_entry
from tests.adapters.connectwise.site import Msp

# --- ids (I5) ----------------------------------------------------------------------------------------------------------


def test_i5_the_ids_of_all_that_is_there_are_read_in_large_pages() -> None:
    pages = Pages(invoices=[invoice(n) for n in range(1, 2_401)])
    assert pages.psa.fetch_ids(Kind.INVOICE) == {str(n) for n in range(1, 2_401)}
    assert [asked["fields"] for _, asked in pages.door.asked] == ["id"] * 3
    assert [asked["pageId"] for _, asked in pages.door.asked] == ["0", "1000", "2000"]


def test_i5_a_company_that_is_marked_as_deleted_is_not_there() -> None:
    pages = Pages(companies=[company(1), company(2, deletedFlag=True), company(3, deletedFlag=None)])
    assert pages.psa.fetch_ids(Kind.CUSTOMER) == {"1", "3"}


def test_i5_the_sandboxs_ids_are_those_of_invoices_and_credit_memos(msp: Msp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "PAGE_SIZE", 2)
    customer = msp.customer("Contoso")
    refs = [msp.invoice(customer, f"N{n}", 10) for n in range(4)]
    memo = msp.invoice(customer, "CM1", -10, type="CreditMemo")
    msp.call("DELETE", f"/finance/invoices/{refs[0].id}")
    assert msp.psa.fetch_ids(Kind.INVOICE) == {*(ref.id for ref in refs[1:]), memo.id}
    assert str(customer["id"]) in msp.psa.fetch_ids(Kind.CUSTOMER)


# --- records by their ids (I1, I3) -------------------------------------------------------------------------------------


def test_i1_records_are_read_whole_by_their_ids_in_few_calls() -> None:
    bills = [invoice(n, serviceTotal=180 * (n % 2)) for n in range(1, 301)]
    pages = Pages(
        companies=[company(n) for n in range(1, 301)], invoices=bills, time=[time_entry(n, n) for n in range(1, 301)]
    )
    ids = [str(n) for n in range(1, 301)]
    found = pages.psa.fetch_records(Kind.INVOICE, ids)
    assert [record.ref.id for record in found.records] == ids
    assert {len(record.lines or ()) for record in found.records if isinstance(record, Invoice)} == {0, 1}
    assert len(pages.door.asked) == 4, "two for the invoices, and one each for the lines of half of them"
    assert len(pages.psa.fetch_records(Kind.CUSTOMER, ids).records) == 300
    assert len(pages.door.asked) == 6


def test_x5_by_id_too_one_that_cannot_be_kept_exactly_sinks_no_other() -> None:
    pages = Pages(invoices=[invoice(1), invoice(2, total=0.001), invoice(3, type="CreditMemo", balance=0.001)])
    found = pages.psa.fetch_records(Kind.INVOICE, ["1", "2", "3", "4"])
    assert [record.ref.id for record in found.records] == ["1"]
    assert found.unreadable == (
        Ref(System.CONNECTWISE, Kind.INVOICE, "2"),
        Ref(System.CONNECTWISE, Kind.CREDIT_MEMO, "3"),
    )


# --- choices (C4) ------------------------------------------------------------------------------------------------------


def test_c4_every_choice_is_read_live_and_by_name(msp: Msp) -> None:
    msp.call("POST", "/company/companies/types", {"name": "Managed 🦷", "vendorFlag": False})
    choices = msp.psa.fetch_choices()
    assert set(choices) == set(TraitName)
    assert all(choices.values())
    labels = [choice.label for choice in choices[TraitName.COMPANY_TYPE]]
    assert labels == sorted(labels, key=str.casefold)
    assert "Managed 🦷" in labels
    assert Choice("CreditMemo", "Credit Memo") in choices[TraitName.INVOICE_TYPE]
    assert Choice("Consolidated", "Consolidated") in choices[TraitName.INVOICE_TYPE]


def test_c4_what_may_not_be_read_is_not_there_and_stops_no_other(msp: Msp) -> None:
    msp.permit(**{"Table Setup": "None", "Agreements": "None", "Agreement Invoicing": "None"})
    choices = msp.psa.fetch_choices()
    assert set(choices) == {TraitName.INVOICE_TYPE}
    assert not msp.attention


def test_c4_a_vendor_that_is_down_is_not_a_choice_of_nothing(msp: Msp) -> None:
    msp.sandbox.fault("server_error", path_contains="/system/locations")
    with pytest.raises(RemoteUnavailable):
        msp.psa.fetch_choices()


# --- rights (C3) -------------------------------------------------------------------------------------------------------


def found(msp: Msp) -> dict[str, RightState]:
    return {probed.right.name: probed.state for probed in msp.psa.probe_rights()}


def test_c3_with_every_right_each_probe_is_granted_in_one_call(msp: Msp) -> None:
    found(msp)
    msp.budget.calls.clear()
    assert found(msp) == {right.name: RightState.GRANTED for right in RIGHTS}
    assert len(msp.budget.calls) == len(RIGHTS)


@pytest.mark.parametrize("right", RIGHTS, ids=lambda right: right.name)
def test_c3_a_missing_right_is_named_and_no_other(msp: Msp, right: object) -> None:
    name = getattr(right, "name", "")
    try:
        msp.permit(**{name: "None"})
    except AssertionError:
        pytest.fail(f"the sandbox knows no right {name}")
    assert [each for each, state in found(msp).items() if state is RightState.MISSING] == [name]
    assert not msp.attention, "a self-test marks nothing"


def test_c3_a_probe_changes_nothing_and_says_of_which_rights_it_can_therefore_not_tell(msp: Msp) -> None:
    noted = {probed.right.level for probed in msp.psa.probe_rights() if "Only Inquire" in probed.note}
    assert noted == {"Edit, Delete and Inquire: All", "Add, Edit, Delete and Inquire: All"}


def test_c3_the_level_my_gives_fewer_records_and_no_refusal(msp: Msp) -> None:
    msp.permit(Invoicing="My")
    assert found(msp)["Finance › Invoicing"] is RightState.GRANTED


@pytest.mark.parametrize("fault", ["server_error", "throttle", "proxy_html"])
def test_c3_what_a_probe_cannot_tell_is_unknown_and_says_why(msp: Msp, fault: str) -> None:
    found(msp)
    msp.sandbox.fault(fault, path_contains="/time/entries")
    probed = {each.right.name: each for each in msp.psa.probe_rights()}
    odd = probed.pop("Time & Expense › Time Entry")
    assert odd.state is RightState.UNKNOWN
    assert odd.note
    assert {each.state for each in probed.values()} == {RightState.GRANTED}


def test_c3_with_dead_keys_nothing_is_known_and_nothing_is_marked(msp: Msp) -> None:
    probed = msp.open(msp.with_keys("wrong")).probe_rights()
    assert {each.state for each in probed} == {RightState.UNKNOWN}
    assert "keys" in probed[0].note
    assert not msp.attention


# --- printed invoices --------------------------------------------------------------------------------------------------


def read_pdf(msp: Msp, ref: Ref) -> bytes:
    with msp.psa.open_pdf(ref) as chunks:
        return b"".join(chunks)


def test_i1_a_printed_invoice_is_streamed_however_large(msp: Msp) -> None:
    ref = msp.invoice(msp.customer("Contoso"), "4711", 10)
    msp.sandbox.switch(pdf_mb=7.0)
    with msp.psa.open_pdf(ref) as chunks:
        sizes = [len(chunk) for chunk in chunks]
    assert sum(sizes) >= 7_000_000
    assert len(sizes) > 100
    msp.sandbox.switch(pdf_mb=0.0)
    assert read_pdf(msp, ref).startswith(b"%PDF-")


def test_a_pdf_that_is_not_there_is_rejected_with_a_fix(msp: Msp) -> None:
    with pytest.raises(Rejected) as refused:
        read_pdf(msp, Ref(System.CONNECTWISE, Kind.INVOICE, "999999"))
    assert refused.value.code == "NotFound"
    assert refused.value.fix


def test_a_pdf_that_may_not_be_read_names_the_right_and_marks_nothing(msp: Msp) -> None:
    ref = msp.invoice(msp.customer("Contoso"), "4711", 10)
    msp.permit(Invoicing="None")
    with pytest.raises(Rejected) as refused:
        read_pdf(msp, ref)
    assert "Finance › Invoicing" in refused.value.fix
    assert not msp.attention


def test_a_pdf_is_found_after_an_upgrade_of_the_cloud(msp: Msp) -> None:
    ref = msp.invoice(msp.customer("Contoso"), "4711", 10)
    read_pdf(msp, ref)
    msp.sandbox.switch(codebase="v2026_9/")
    assert read_pdf(msp, ref).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("fault", "error"),
    [("server_error", RemoteUnavailable), ("throttle", RateLimited), ("cut_connection", RemoteUnavailable)],
)
def test_a_pdf_that_fails_can_be_asked_for_again(msp: Msp, fault: str, error: type[Exception]) -> None:
    ref = msp.invoice(msp.customer("Contoso"), "4711", 10)
    read_pdf(msp, ref)
    msp.sandbox.fault(fault, path_contains="/pdf")
    with pytest.raises(error):
        read_pdf(msp, ref)
    assert read_pdf(msp, ref).startswith(b"%PDF-")


def test_with_dead_keys_there_is_no_pdf(msp: Msp) -> None:
    ref = msp.invoice(msp.customer("Contoso"), "4711", 10)
    with pytest.raises(AuthExpired), msp.open(msp.with_keys("wrong")).open_pdf(ref):
        pytest.fail("there was nothing to open")
