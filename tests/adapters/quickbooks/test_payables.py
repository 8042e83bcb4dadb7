"""Our bills and what pays them in QuickBooks: to the cent, free of the meter, found again, and nobody's work undone."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from crossfoot.adapters.quickbooks.client import QuickBooksClient
from crossfoot.adapters.quickbooks.payables import QuickBooksPayables
from crossfoot.core.effects import marker_of
from crossfoot.core.model import Kind
from crossfoot.core.payables.entries import (
    BillEntry,
    CreditEntry,
    Entry,
    EntryLine,
    Part,
    PaymentEntry,
    VendorEntry,
)
from crossfoot.core.payables.records import PayMethod
from crossfoot.errors import Conflict, OutcomeUnknown, Rejected

from tests.adapters.quickbooks.company import Company
from tests.adapters.quickbooks.owing import Owing

KEY, OTHER_KEY = "0123456789abcdef" * 2, "fedcba9876543210" * 2
MARKER = marker_of(KEY)
NOTE = f"Bill bill_1 of the platform. {MARKER}"
DAY = date(2026, 11, 3)


@pytest.fixture
def owing(company: Company) -> Owing:
    return Owing(company)


@pytest.fixture
def ours(company: Company) -> QuickBooksPayables:
    return QuickBooksPayables(company.client())


@pytest.fixture
def vendor(owing: Owing) -> str:
    return str(owing.vendor("Norton Lumber")["Id"])


def a_bill(owing: Owing, vendor: str, *minors: int, number: str = "INV-1") -> BillEntry:
    lines = tuple(EntryLine(minor, owing.costs, "Paper") for minor in minors or (10_000,))
    return BillEntry("", vendor, number, DAY, None, lines)


def a_payment(owing: Owing, vendor: str, *parts: tuple[Entry, int]) -> PaymentEntry:
    return PaymentEntry(
        "", vendor, DAY, PayMethod.CHECK, owing.bank, tuple(Part(bill.id, minor) for bill, minor in parts)
    )


def only(company: Company, entity: str) -> dict[str, Any]:
    (record,) = company.query(entity)
    return record


def metered(company: Company, since: int) -> list[bool]:
    return [call[2] for call in company.budget.calls[since:]]


def test_b4_what_is_made_costs_one_free_call_each(company: Company, owing: Owing, ours: QuickBooksPayables) -> None:
    before = len(company.budget.calls)
    vendor = ours.create(VendorEntry("", "Norton Lumber"), "USD", "", "1")
    bill = ours.create(a_bill(owing, vendor.id), "USD", NOTE, "2")
    lines = (EntryLine(3_000, owing.costs),)
    credit = ours.create(CreditEntry("", vendor.id, "CR-1", DAY, lines), "USD", NOTE, "3")
    wanted = replace(a_payment(owing, vendor.id, (bill, 10_000)), credits=(Part(credit.id, 3_000),))
    payment = ours.create(wanted, "USD", NOTE, "4")
    assert isinstance(payment, PaymentEntry)
    ours.void(payment, "5")
    ours.delete(credit, "6")
    ours.delete(bill, "7")
    assert metered(company, before) == [False] * 7


def test_b4_what_changes_is_read_before_and_keeps_all_that_is_not_said(
    company: Company, owing: Owing, ours: QuickBooksPayables
) -> None:
    address = {"Line1": "1 Mill Road", "City": "Bayshore"}
    payee = company.post("Vendor", {"DisplayName": "Norton", "BillAddr": address, "TermRef": {"value": "2"}})
    department = company.post("Department", {"Name": "Yard"})
    about = {"DepartmentRef": {"value": department["Id"]}, "PrivateNote": "by hand", "DocNumber": "INV-1"}
    owing.owed("Bill", payee, 10.0, **about)
    vendor, bill = (ours.fetch(*which, "USD") for which in _stored(company, "Vendor", "Bill"))
    assert isinstance(vendor, VendorEntry)
    assert isinstance(bill, BillEntry)
    before = len(company.budget.calls)
    ours.update(replace(bill, number="INV-2"), "USD", KEY)
    ours.update(replace(vendor, name="Norton & Sons", email="ap@norton.example"), "USD", OTHER_KEY)
    assert metered(company, before) == [True, False, True, False]
    wire = only(company, "Bill")
    assert (wire["DocNumber"], wire["PrivateNote"], wire["DepartmentRef"]["value"]) == (
        "INV-2", "by hand", department["Id"],
    )  # fmt: skip
    assert wire["SalesTermRef"]["value"] == "2"
    renamed = only(company, "Vendor")
    assert (renamed["BillAddr"]["City"], renamed["TermRef"]["value"]) == ("Bayshore", "2")
    assert renamed["PrimaryEmailAddr"]["Address"] == "ap@norton.example"


def _stored(company: Company, *entities: str) -> list[tuple[Kind, str]]:
    return [(Kind(entity.lower()), only(company, entity)["Id"]) for entity in entities]


def test_b4_a_vendor_that_is_made_inactive_keeps_its_address(company: Company, ours: QuickBooksPayables) -> None:
    company.post("Vendor", {"DisplayName": "Norton", "BillAddr": {"City": "Bayshore"}})
    ((kind, id_),) = _stored(company, "Vendor")
    vendor = ours.fetch(kind, id_, "USD")
    assert vendor is not None
    ours.delete(vendor, KEY)
    assert company.query("Vendor") == []
    (wire,) = (
        company.client().query("SELECT * FROM Vendor WHERE Active IN (true, false)").body["QueryResponse"]["Vendor"]
    )
    assert (wire["DisplayName"], wire["BillAddr"]["City"]) == ("Norton (deleted)", "Bayshore")


def test_x5_amounts_that_no_float_holds_arrive_to_the_cent(owing: Owing, ours: QuickBooksPayables, vendor: str) -> None:
    much = 9_007_199_254_740_993
    bill = ours.create(a_bill(owing, vendor, much), "USD", NOTE, KEY)
    payment = ours.create(a_payment(owing, vendor, (bill, much)), "USD", NOTE, OTHER_KEY)
    assert isinstance(payment, PaymentEntry)
    assert (payment.amount_minor, payment.bills) == (much, (Part(bill.id, much),))


def test_x5_a_currency_without_decimals(company: Company) -> None:
    owing = Owing(Company(company.sandbox, currency="JPY"))
    ours, vendor = QuickBooksPayables(owing.company.client()), owing.vendor("Norton Lumber")["Id"]
    bill = ours.create(a_bill(owing, vendor, 182_714), "JPY", NOTE, KEY)
    assert isinstance(bill, BillEntry)
    assert bill.total_minor == 182_714
    assert str(only(owing.company, "Bill")["TotalAmt"]) == "182714"


def test_b4_a_check_is_not_printed_and_what_people_say_of_printing_stays(
    company: Company, owing: Owing, ours: QuickBooksPayables, vendor: str
) -> None:
    bill = ours.create(a_bill(owing, vendor), "USD", NOTE, KEY)
    payment = ours.create(a_payment(owing, vendor, (bill, 4_000)), "USD", NOTE, OTHER_KEY)
    assert only(company, "BillPayment")["CheckPayment"]["PrintStatus"] == "NotSet"
    check = {"BankAccountRef": {"value": owing.bank}, "PrintStatus": "PrintComplete"}
    head = {"Id": payment.id, "SyncToken": "0", "sparse": True, "VendorRef": {"value": vendor}}
    company.post("BillPayment", {**head, "TotalAmt": 40.0, "PayType": "Check", "CheckPayment": check})
    stands = ours.fetch(Kind.BILL_PAYMENT, payment.id, "USD")
    assert isinstance(stands, PaymentEntry)
    changed = ours.update(replace(stands, bills=(Part(bill.id, 5_000),)), "USD", "third")
    assert isinstance(changed, PaymentEntry)
    assert changed.amount_minor == 5_000
    assert only(company, "BillPayment")["CheckPayment"]["PrintStatus"] == "PrintComplete"


def test_b4_a_journal_entry_that_people_settled_with_our_payment_stays(
    company: Company, owing: Owing, ours: QuickBooksPayables, vendor: str
) -> None:
    bill = ours.create(a_bill(owing, vendor), "USD", NOTE, KEY)
    payment = ours.create(a_payment(owing, vendor, (bill, 4_000)), "USD", NOTE, OTHER_KEY)
    payable = next(each["Id"] for each in company.query("Account") if each["AccountType"] == "Accounts Payable")
    journal = company.post("JournalEntry", {"Line": [
        _posting("Credit", payable, {"Entity": {"Type": "Vendor", "EntityRef": {"value": vendor}}}),
        _posting("Debit", owing.costs, {}),
    ]})  # fmt: skip
    paid = [("Bill", bill.id, 40.0), ("JournalEntry", journal["Id"], 7.0)]
    lines = [{"Amount": amount, "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]} for kind, id_, amount in paid]
    head = {"Id": payment.id, "SyncToken": "0", "sparse": True, "VendorRef": {"value": vendor}}
    company.post("BillPayment", {**head, "TotalAmt": 47.0, "PayType": "Check", "Line": lines})
    stands = ours.fetch(Kind.BILL_PAYMENT, payment.id, "USD")
    assert isinstance(stands, PaymentEntry)
    ours.update(replace(stands, bills=(Part(bill.id, 5_000),)), "USD", "third")
    wire = only(company, "BillPayment")
    assert str(wire["TotalAmt"]) == "57.00"
    linked = [(str(line["Amount"]), line["LinkedTxn"][0]["TxnType"]) for line in wire["Line"]]
    assert linked == [("50.00", "Bill"), ("7.00", "JournalEntry")]


def _posting(side: str, account_id: str, more: Mapping[str, Any]) -> dict[str, Any]:
    detail = {"PostingType": side, "AccountRef": {"value": account_id}, **more}
    return {"Amount": 7.0, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail}


@pytest.mark.parametrize("path", ["/bill", "/vendor"])
def test_x2_what_was_made_and_never_answered_is_found(
    company: Company, owing: Owing, ours: QuickBooksPayables, vendor: str, path: str
) -> None:
    wanted: Entry = a_bill(owing, vendor) if path == "/bill" else VendorEntry("", "Bob's Burgers")
    since = company.clock.now()
    company.sandbox.fault("lost_answer", path_contains=path)
    with pytest.raises(OutcomeUnknown):
        ours.create(wanted, "USD", NOTE, KEY)
    if path == "/bill":
        found = ours.find(Kind.BILL, MARKER, since, "USD")
        assert isinstance(found, BillEntry)
        assert (found.number, found.total_minor) == ("INV-1", 10_000)
        assert ours.find(Kind.BILL, "xf:0000000000000000", since, "USD") is None
    else:
        assert [each.name for each in ours.find_vendors("Bob's Burgers")] == ["Bob's Burgers"]


def test_x2_the_same_request_is_carried_out_once(company: Company, owing: Owing, vendor: str) -> None:
    ours = QuickBooksPayables(company.client())
    assert ours.create(a_bill(owing, vendor), "USD", NOTE, KEY) == ours.create(
        a_bill(owing, vendor), "USD", NOTE, KEY
    )  # fmt: skip
    assert len(company.query("Bill")) == 1


@pytest.mark.parametrize("answer", [{}, {"Bill": None}, {"Bill": {"Id": "7"}}], ids=str)
def test_x2_an_answer_that_cannot_be_read_leaves_the_outcome_unknown(
    company: Company, owing: Owing, answer: Mapping[str, Any]
) -> None:
    ours = QuickBooksPayables(_Answering(company.client(), answer))
    with pytest.raises(OutcomeUnknown):
        ours.create(a_bill(owing, "1"), "USD", NOTE, KEY)


def test_b4_what_somebody_changed_meanwhile_is_left_alone(
    company: Company, owing: Owing, ours: QuickBooksPayables, vendor: str
) -> None:
    bill = ours.create(a_bill(owing, vendor), "USD", NOTE, KEY)
    payment = ours.create(a_payment(owing, vendor, (bill, 1_000)), "USD", NOTE, "second")
    payee = ours.fetch(Kind.VENDOR, vendor, "USD")
    assert isinstance(bill, BillEntry)
    assert isinstance(payment, PaymentEntry)
    assert isinstance(payee, VendorEntry)
    for entity, entry in (("Bill", bill), ("BillPayment", payment), ("Vendor", payee)):
        kept = {"TotalAmt": 10.0, "PayType": "Check"} if entity == "BillPayment" else {}
        named = {"DisplayName": "Norton"} if entity == "Vendor" else {"PrivateNote": "", "VendorRef": {"value": vendor}}
        company.post(entity, {"Id": entry.id, "SyncToken": entry.revision, "sparse": True, **kept, **named})
    deeds: list[Callable[[], object]] = [
        lambda: ours.update(replace(bill, number="2"), "USD", "a"),
        lambda: ours.delete(bill, "b"),
        lambda: ours.void(payment, "c"),
        lambda: ours.delete(payee, "d"),
        lambda: ours.update(replace(payee, name="Other"), "USD", "e"),
    ]
    for deed in deeds:
        with pytest.raises(Conflict):
            deed()


@pytest.mark.parametrize(
    ("code", "words"), [("6140", "number"), ("6210", "period"), ("6220", "balance"), ("6240", "name")]
)
def test_b4_what_is_refused_says_what_to_do(
    company: Company, owing: Owing, ours: QuickBooksPayables, vendor: str, code: str, words: str
) -> None:
    bill = ours.create(a_bill(owing, vendor), "USD", NOTE, KEY)
    payee = ours.fetch(Kind.VENDOR, vendor, "USD")
    assert payee is not None
    if code == "6210":
        (settings,) = company.query("Preferences")
        head = {"Id": settings["Id"], "SyncToken": settings["SyncToken"], "sparse": True}
        company.post("Preferences", {**head, "AccountingInfoPrefs": {"BookCloseDate": DAY.isoformat()}})
    deeds: dict[str, Callable[[], object]] = {
        "6140": lambda: ours.create(a_bill(owing, vendor), "USD", NOTE, OTHER_KEY),
        "6210": lambda: ours.delete(bill, OTHER_KEY),
        "6220": lambda: ours.delete(payee, OTHER_KEY),
        "6240": lambda: ours.create(VendorEntry("", "Norton Lumber"), "USD", "", OTHER_KEY),
    }
    with pytest.raises(Rejected) as refused:
        deeds[code]()
    assert refused.value.code == code
    assert words in refused.value.fix


def test_b2_a_number_that_is_too_long_is_refused_and_not_cut(
    company: Company, owing: Owing, ours: QuickBooksPayables, vendor: str
) -> None:
    with pytest.raises(Rejected, match="2050") as refused:
        ours.create(a_bill(owing, vendor, number="7" * 22), "USD", NOTE, KEY)
    assert "Shorten" in refused.value.fix
    assert company.query("Bill") == []


class _Answering(QuickBooksClient):
    """A client whose writes are answered with something."""

    def __init__(self, client: QuickBooksClient, answer: Mapping[str, Any]) -> None:
        self.__dict__ |= client.__dict__
        self._answer = answer

    def write(self, path: str, body: Any, request_id: str, **how: Any) -> Mapping[str, Any]:
        return self._answer
