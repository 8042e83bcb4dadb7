"""What the three books show of every cell: QuickBooks and ConnectWise as they keep it, and the platform's book."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from crossfoot.core.model import ACCOUNTING, PSA, Invoice, Kind, Payment, Ref, Standing, System
from crossfoot.core.money import from_minor
from crossfoot.core.statuses import PaymentStatus
from crossfoot.steps.api.payment_states import gravest_part, load_payment_states

from tests.fakes.api import FakeApi
from tests.fakes.world import TENANT
from tests.matrix.office import Office, Wire
from tests.matrix.people import Case, is_by, is_cheque, is_of, memo_of
from tests.matrix.table import CHEQUE, CHEQUE_ON, INVOICES, Amounts, Cell, Expected

# A row: its amount, its day in November, and whose it is.
type Row = tuple[Decimal, int, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the books show of one cell, amounts by invoice.

    Takes: `received` are all payments in QuickBooks that the cell's payment is there, with their days: one, or none;
    `counted` is what the platform's book counts of it, and `allocated` on which invoices; `open_on_the_platform` is what
    it shows as open of each copy.
    """

    received: list[tuple[Decimal, int]]
    applied: Amounts
    unapplied: Decimal
    open_in_quickbooks: Amounts
    rows: dict[str, list[Row]]
    open_in_connectwise: Amounts
    standing: str
    counted: tuple[Decimal, int] | None
    allocated: Amounts
    open_on_the_platform: dict[str, Amounts]


@dataclass(frozen=True, slots=True)
class Slip:
    """A deposit: its total, the payments in it by amount, and its own lines by account."""

    total: Decimal
    held: list[Decimal]
    own: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Told:
    """How the API says how far a payment has come, with the names that the tables have for invoices and payments."""

    status: PaymentStatus
    sentence: str


class Reader:
    """Reads what all books show at one time, in few calls."""

    def __init__(self, office: Office, cases: Sequence[Case]) -> None:
        self._office, self._cases = office, cases
        self._payments = office.all_in_quickbooks("Payment")
        self._open = {each["Id"]: _money(each["Balance"]) for each in office.all_in_quickbooks("Invoice")}
        self._deposits = office.all_in_quickbooks("Deposit")
        self._rows = office.site.rows()
        self._bills = {each["id"]: each for each in office.all_in_connectwise()}
        self._kept = {case.cell: _kept(office, case) for case in cases}

    def read(self) -> dict[Cell, Shown]:
        """Show every cell."""
        return {case.cell: self._show(case) for case in self._cases}

    def slips(self) -> dict[Cell, list[Slip]]:
        """Show the deposits that hold each cell's payment, or are for its payout."""
        found = {case.cell: [each for each in self._deposits if _is_deposit_of(case, each)] for case in self._cases}
        return {cell: [self._slip(each) for each in deposits] for cell, deposits in found.items()}

    def tell(self) -> dict[Cell, Told]:
        """Ask the API's own function how far the payments have come."""
        ports = replace(FakeApi(self._office).ports, connections=self._office.connections)  # type: ignore[arg-type]
        states = load_payment_states(ports, TENANT, list(self._kept.values()))
        parts = [(case, gravest_part(states[case.ref])) for case in self._cases]
        return {case.cell: Told(part.status, self._named(case, part.decision.sentence)) for case, part in parts}

    def _show(self, case: Case) -> Shown:
        wires = [each for each in self._payments if is_of(case, each) and each["TotalAmt"]]
        kept = self._kept[case.cell]
        is_live = kept.standing is Standing.LIVE
        return Shown(
            received=[(_money(wire["TotalAmt"]), _day(wire["TxnDate"])) for wire in wires],
            applied=_applied(case, wires),
            unapplied=sum((_money(wire["UnappliedAmt"]) for wire in wires), Decimal(0)),
            open_in_quickbooks={name: self._open[case.invoices[name]] for name in INVOICES},
            rows={name: self._rows_of(case, name) for name in INVOICES},
            open_in_connectwise={name: _money(self._bills[case.psa_id(name)]["balance"]) for name in INVOICES},
            standing=str(kept.taken_back or kept.standing),
            counted=(from_minor(kept.total_minor, "USD"), _day(str(kept.paid_on))) if is_live else None,
            allocated=_allocated(case, kept),
            open_on_the_platform={
                "QuickBooks": self._open_in_book(ACCOUNTING, case.invoices),
                "ConnectWise": self._open_in_book(PSA, {name: str(case.psa_id(name)) for name in INVOICES}),
            },
        )

    def _rows_of(self, case: Case, name: str) -> list[Row]:
        found = (row for row in self._rows if row["invoice"]["id"] == case.psa_id(name))
        return sorted((_money(row["amount"]), _day(row["paymentDate"]), str(row["source"])) for row in found)

    def _open_in_book(self, system: System, ids: dict[str, str]) -> Amounts:
        found = {name: self._office.book.load(TENANT, Ref(system, Kind.INVOICE, id_)) for name, id_ in ids.items()}
        return {
            name: from_minor(each.balance_minor, "USD") for name, each in found.items() if isinstance(each, Invoice)
        }

    def _slip(self, wire: Wire) -> Slip:
        names = {self._office.funds: "undeposited funds", self._office.fees: "fees"}
        own = [line for line in wire["Line"] if not _held_in(line)]
        return Slip(
            _money(wire["TotalAmt"]),
            [_money(line["Amount"]) for line in wire["Line"] if _held_in(line)],
            {names[line["DepositLineDetail"]["AccountRef"]["value"]]: _money(line["Amount"]) for line in own},
        )

    def _named(self, case: Case, sentence: str) -> str:
        cheques = [each["Id"] for each in self._payments if is_cheque(each) and is_by(case, each)]
        for id_, name in ((case.payment, "PAYMENT"), *((id_, "CHEQUE") for id_ in cheques)):
            sentence = re.sub(rf"\b{id_}\b(?=,| in QuickBooks)", name, sentence) if id_ else sentence
        sentence = re.sub(r"\(\d+\)", "(BY HAND)", sentence)
        return re.sub(rf"\b{case.number}-(?=[ABC]\b)", "", sentence)


def expected_of(cell: Cell, expected: Expected) -> Shown:
    """Say what the books are to show, from the table's line; on A there is the cheque too."""
    payment = [(expected.received, expected.day)] if expected.received and expected.day else []
    counts = expected.standing == "live"
    rows = {name: [(amount, expected.day or 0, "Default")] for name, amount in expected.entered.items() if name != "A"}
    return Shown(
        received=payment,
        applied=expected.applied,
        unapplied=expected.unapplied,
        open_in_quickbooks=expected.open_in_quickbooks,
        rows={"A": _rows_with_cheque(cell, expected), "B": rows.get("B", []), "C": rows.get("C", [])},
        open_in_connectwise=expected.open_in_connectwise,
        standing=expected.standing,
        counted=payment[0] if counts else None,
        allocated=expected.applied if counts else {},
        open_on_the_platform={
            "QuickBooks": expected.open_in_quickbooks,
            "ConnectWise": expected.open_in_connectwise,
        },
    )


def _rows_with_cheque(cell: Cell, expected: Expected) -> list[Row]:
    """One row carries both, with the newest date; where there may be many, the cheque's is another product's (E7)."""
    part, day = expected.entered.get("A", Decimal(0)), expected.day or CHEQUE_ON.day
    if cell.rows == "one row":
        return [(CHEQUE + part, day if part else CHEQUE_ON.day, "Default")]
    return sorted([(CHEQUE, CHEQUE_ON.day, "WisePay"), *([(part, day, "Default")] if part else [])])


def _kept(office: Office, case: Case) -> Payment:
    found = office.book.load(TENANT, case.ref)
    assert isinstance(found, Payment)
    return found


def _applied(case: Case, wires: Sequence[Wire]) -> Amounts:
    """Give what lines pay of each invoice, without the credit, which is on A."""
    names = {id_: name for name, id_ in case.invoices.items()}
    sums: Amounts = {}
    for line in (line for wire in wires for line in wire["Line"]):
        (link,) = line["LinkedTxn"]
        name, sign = ("A", -1) if link["TxnType"] == "CreditMemo" else (names[link["TxnId"]], 1)
        sums[name] = sums.get(name, Decimal(0)) + sign * _money(line["Amount"])
    return {name: amount for name, amount in sums.items() if amount}


def _allocated(case: Case, payment: Payment) -> Amounts:
    names = {id_: name for name, id_ in case.invoices.items()}
    return {names[part.invoice.id]: from_minor(part.amount_minor, "USD") for part in payment.allocations}


def _is_deposit_of(case: Case, deposit: Wire) -> bool:
    memos = [line.get("Description") for line in deposit["Line"]]
    return memo_of(case) in memos or any(case.payment in _held_in(line) for line in deposit["Line"])


def _held_in(line: Wire) -> list[str]:
    return [str(link["TxnId"]) for link in line.get("LinkedTxn") or ()]


def _money(amount: Any) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"))


def _day(text: str) -> int:
    return date.fromisoformat(text[:10]).day
