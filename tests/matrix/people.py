"""What people do in the matrix: the accountant in QuickBooks, and the platform."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest
from crossfoot.adapters.connectwise.translate import from_date
from crossfoot.core.model import PLATFORM, Kind, Ref, System
from crossfoot.errors import Rejected

from tests.fakes.payouts import FakePayouts
from tests.fakes.telling import FakePlatform
from tests.matrix.office import Office, Wire
from tests.matrix.table import (
    BORN,
    CHEQUE,
    CHEQUE_ON,
    CREDIT,
    EDITED_ON,
    EXPECTED,
    FEE,
    GIVEN_BACK,
    INVOICES,
    MADE,
    PAID_ON,
    TOTALS,
    Amounts,
    Cell,
)

_, MADE_IN_QUICKBOOKS = BORN
_FIRST_ID = 1001


@dataclass
class Case:
    """One cell's customer, with the ids of what is the customer's. Takes: `payment` is QuickBooks' id of the cell's."""

    cell: Cell
    number: int
    customer: str = ""
    invoices: dict[str, str] = field(default_factory=dict)
    memo: str = ""
    payment: str = ""

    @property
    def name(self) -> str:
        return f"Customer {self.number}"

    @property
    def platform_id(self) -> str:
        return f"pay_{self.number}"

    @property
    def is_of_the_platform(self) -> bool:
        return self.cell.born != MADE_IN_QUICKBOOKS

    @property
    def has_credit(self) -> bool:
        return self.cell.paid == "with credit"

    @property
    def ref(self) -> Ref:
        """Name the payment as our book knows it."""
        if self.is_of_the_platform:
            return Ref(PLATFORM, Kind.PAYMENT, self.platform_id)
        return Ref(System.QUICKBOOKS, Kind.PAYMENT, self.payment)

    def psa_id(self, invoice: str) -> int:
        """Give ConnectWise's id of an invoice: it was loaded there with one of our choosing."""
        return _FIRST_ID + self.number * len(INVOICES) + INVOICES.index(invoice)

    def number_of(self, invoice: str) -> str:
        return f"{self.number}-{invoice}"


class People:
    """Everybody who does something in one office."""

    def __init__(self, office: Office, cases: Sequence[Case]) -> None:
        self.office, self.cases = office, cases
        self.platform, self.payouts = FakePlatform(office), FakePayouts(office)
        self._there: list[Wire] = []

    # --- before ---------------------------------------------------------------------------------------------------

    def enter_invoices(self, *, many_rows: bool) -> None:
        """Enter every customer's invoices in both systems, with the cheque that paid a part of A before.

        Takes: with `many_rows` another product has entered the cheque in ConnectWise; else we enter it ourselves.
        """
        office, cases = self.office, self.cases
        for case, stored in zip(
            cases, office.enter([("Customer", {"DisplayName": case.name}) for case in cases]), strict=True
        ):
            case.customer = stored["Id"]
        billed = [(case, name) for case in cases for name in INVOICES]
        entered = office.enter([("Invoice", _sold(case, case.number_of(name), TOTALS[name])) for case, name in billed])
        for (case, name), stored in zip(billed, entered, strict=True):
            case.invoices[name] = stored["Id"]
        self._enter_credits()
        office.enter([("Payment", _cheque(case)) for case in cases])
        office.site.load(*_in_connectwise(cases, many_rows=many_rows))

    def _enter_credits(self) -> None:
        """Enter the credit memos; those of platform payments are applied at once, by a payment of nothing."""
        credited = [case for case in self.cases if case.has_credit]
        memos = self.office.enter([("CreditMemo", _sold(case, f"{case.number}-M", CREDIT)) for case in credited])
        for case, stored in zip(credited, memos, strict=True):
            case.memo = stored["Id"]
        applied = [case for case in credited if case.is_of_the_platform]
        self.office.enter([("Payment", _payment(case, {}, Decimal(0), PAID_ON, credit=True)) for case in applied])

    def pay(self) -> None:
        """Let every payment be made."""
        for case in self.cases:
            if case.is_of_the_platform:
                self._pay_on_the_platform(case)
        entered = [case for case in self.cases if not case.is_of_the_platform]
        bodies = [("Payment", self._as_expected(case, MADE, PAID_ON)) for case in entered]
        for case, stored in zip(entered, self.office.enter(bodies), strict=True):
            case.payment = stored["Id"]

    def _pay_on_the_platform(self, case: Case) -> None:
        made = EXPECTED[case.cell.born][case.cell.paid, MADE]
        assert made.received is not None
        # Who pays more than is open says that all of it is for that invoice.
        parts = {"A": made.received} if case.cell.paid == "over" else made.applied
        named = {f"quickbooks-{case.invoices[name]}": _minor(amount) for name, amount in parts.items()}
        self.platform.pay(case.platform_id, named, total_minor=_minor(made.received), on=PAID_ON)

    # --- afterwards -----------------------------------------------------------------------------------------------

    def deposit(self, case: Case) -> None:
        """Deposit a payment: the platform pays it out, and the accountant does so by hand."""
        made = EXPECTED[case.cell.born][case.cell.paid, MADE]
        assert made.received is not None
        if case.is_of_the_platform:
            payment = ("payment", _minor(made.received), case.platform_id)
            self.payouts.pay_out(f"po_{case.number}", payment, ("fee", -_minor(FEE), memo_of(case)))
        else:
            self._deposit_by_hand(case.payment, made.received)

    def _deposit_by_hand(self, payment: str, amount: Decimal) -> None:
        held = {"TxnId": payment, "TxnType": "Payment", "TxnLineId": "0"}
        bank = {"DepositToAccountRef": {"value": self.office.bank}, "TxnDate": PAID_ON.isoformat()}
        self.office.post("Deposit", {**bank, "Line": [{"Amount": amount, "LinkedTxn": [held]}]})

    def repeat(self) -> None:
        """Let the platform tell everything again that it told last."""
        for id_ in self.platform.told:
            self.platform.repeat(id_)
        for id_ in self.payouts.told:
            self.payouts.tell(id_)

    def look(self) -> None:
        """See how the payments stand in QuickBooks, before anybody changes one."""
        self._there = self.office.all_in_quickbooks("Payment")

    def go_on(self, case: Case) -> None:
        """Let happen what then happens to a payment."""
        match case.cell.then:
            case "edited":
                self.office.post("Payment", {**self._head(case), **self._as_expected(case, "edited", EDITED_ON)})
            case "moved":
                self.office.post("Payment", {**self._head(case), **self._as_expected(case, "moved", PAID_ON)})
            case "voided":
                self.office.post("Payment", self._head(case), operation="update", include="void")
            case "refunded":
                self.platform.change(case.platform_id, refunded_amount=str(GIVEN_BACK))
            case "deposited first":
                self._take_back_deposited(case)
            case "held by hand":
                self._deposit_by_hand(self._head(case)["Id"], Decimal("100.00"))
                self.platform.change(case.platform_id, status="returned")
            case "row deleted":
                self._delete_row(case)
            case "deleted there":
                self.office.post("Payment", self._head(case), operation="delete")
            case _ if case.is_of_the_platform:
                self.platform.change(case.platform_id, status=case.cell.then)
            case _:
                self.office.post("Payment", self._head(case), operation="delete")

    def _take_back_deposited(self, case: Case) -> None:
        """The bank takes it back; the accountant has to undo a deposit by hand first, or QuickBooks refuses (6540)."""
        if case.is_of_the_platform:
            self.platform.change(case.platform_id, status="returned")
            return
        with pytest.raises(Rejected, match="6540"):
            self.office.post("Payment", self._head(case), operation="delete")
        (deposit,) = (each for each in self.office.all_in_quickbooks("Deposit") if _holds(each, case.payment))
        self.office.post("Deposit", {name: deposit[name] for name in ("Id", "SyncToken")}, operation="delete")
        self.look()
        self.office.post("Payment", self._head(case), operation="delete")

    def _delete_row(self, case: Case) -> None:
        """Delete the row that is ours, as the bookkeeper does in ConnectWise."""
        on_a = (row for row in self.office.site.rows() if row["invoice"]["id"] == case.psa_id("A"))
        (ours,) = (row for row in on_a if row["source"] == "Default")
        self.office.site.client().delete(f"/finance/invoices/{case.psa_id('A')}/payments/{ours['id']}")

    def _head(self, case: Case) -> Wire:
        """Name a payment as it stands in QuickBooks now, whoever made it."""
        (found,) = (each for each in self._there if is_of(case, each))
        return {"Id": found["Id"], "SyncToken": found["SyncToken"], "sparse": True}

    def _as_expected(self, case: Case, then: str, on: date) -> Wire:
        """Write a payment as QuickBooks is to show it: what people enter there, nobody may change."""
        expected = EXPECTED[case.cell.born][case.cell.paid, then]
        assert expected.received is not None
        credited = case.has_credit and not case.is_of_the_platform
        return _payment(case, expected.applied, expected.received, on, credit=credited)


def is_of(case: Case, payment: Wire) -> bool:
    """Tell whether a payment in QuickBooks is the one that a cell is about, and no cheque nor an applied credit."""
    is_credit = not payment["TotalAmt"] and payment["Line"]
    return is_by(case, payment) and not is_cheque(payment) and not is_credit


def is_by(case: Case, payment: Wire) -> bool:
    """Tell whether a payment is of a cell's customer."""
    return bool(payment["CustomerRef"]["value"] == case.customer)


def is_cheque(payment: Wire) -> bool:
    """Tell whether a payment is the cheque of before."""
    return payment.get("PaymentRefNum") == "cheque"


def memo_of(case: Case) -> str:
    """Give what the fee of a cell's payout is called."""
    return f"Card fee {case.number}"


def _holds(deposit: Wire, payment: str) -> bool:
    return any(link["TxnId"] == payment for line in deposit["Line"] for link in line.get("LinkedTxn") or ())


def _sold(case: Case, number: str, amount: Decimal) -> Wire:
    days = {"TxnDate": CHEQUE_ON.isoformat(), "CustomerRef": {"value": case.customer}, "DocNumber": number}
    item = {"DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}
    return {**days, "Line": [{"Amount": amount, **item}]}


def _cheque(case: Case) -> Wire:
    return {**_payment(case, {"A": CHEQUE}, CHEQUE, CHEQUE_ON), "PaymentRefNum": "cheque"}


def _payment(case: Case, parts: Amounts, total: Decimal, on: date, *, credit: bool = False) -> Wire:
    """Write a payment. Takes: with `credit` it applies the credit memo to A, whatever else it pays."""
    paid = {**parts, "A": parts.get("A", Decimal(0)) + CREDIT} if credit else parts
    lines = [_line("Invoice", case.invoices[name], amount) for name, amount in sorted(paid.items())]
    lines += [_line("CreditMemo", case.memo, CREDIT)] if credit else []
    return {
        "CustomerRef": {"value": case.customer}, "TotalAmt": total, "TxnDate": on.isoformat(), "Line": lines,
    }  # fmt: skip


def _line(kind: str, id_: str, amount: Decimal) -> Wire:
    return {"Amount": amount, "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]}


def _in_connectwise(cases: Sequence[Case], *, many_rows: bool) -> list[tuple[str, Wire]]:
    records: list[tuple[str, Wire]] = []
    for case in cases:
        company = {"id": _FIRST_ID + case.number, "name": case.name, "identifier": case.name.replace(" ", "")}
        records.append(("Company", {**company, "accountNumber": case.name}))
        records += [("Invoice", _bill(case, name, company)) for name in INVOICES]
        records += [("InvoicePayment", _wise_pay(case))] if many_rows else []
    return records


def _bill(case: Case, name: str, company: Wire) -> Wire:
    total, day = TOTALS[name], from_date(CHEQUE_ON)
    return {
        "id": case.psa_id(name), "type": "Miscellaneous", "invoiceNumber": case.number_of(name), "company": company,
        "billToCompany": company, "date": day, "dueDate": day, "subtotal": total, "salesTax": 0, "total": total,
    }  # fmt: skip


def _wise_pay(case: Case) -> Wire:
    """The cheque as another product entered it (E7)."""
    row = {"id": _FIRST_ID + case.number, "type": "P", "source": "WisePay", "invoice": {"id": case.psa_id("A")}}
    return {**row, "amount": CHEQUE, "paymentDate": from_date(CHEQUE_ON), "paymentSyncStatus": "Synced"}


def _minor(amount: Decimal) -> int:
    return int(amount * 100)
