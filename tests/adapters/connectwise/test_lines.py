"""Lines of ConnectWise invoices (I1): from four sources, for many invoices at once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from crossfoot.core.model import CreditMemo, Invoice, Kind, Line, LineKind, Record
from crossfoot.core.unread_lines import is_stand_in
from crossfoot.errors import Rejected
from crossfoot.http import Answer

from tests.adapters.connectwise.pages import Pages, expense, invoice, product, time_entry
from tests.adapters.connectwise.site import Msp


def lines_of(record: Record) -> tuple[Line, ...]:
    assert isinstance(record, Invoice | CreditMemo)
    assert record.lines is not None
    return record.lines


def read_one(line: dict[str, Any], **table: Any) -> Line:
    """Read an invoice with one line. Takes: `table` names its table and the invoice's total of that kind."""
    [(name, total)] = table.items()
    pages = Pages(invoices=[invoice(1, **{total: 1})], **{name: [line]})
    [found] = lines_of(pages.psa.fetch_changes("").records[0])
    return found


def test_i1_lines_come_from_time_expenses_products_and_the_agreement() -> None:
    billed = invoice(
        1,
        serviceTotal=180,
        expenseTotal=12.5,
        productTotal=29.97,
        agreementAmount=500,
        agreement={"id": 9, "name": "Gold"},
    )
    pages = Pages(invoices=[billed], time=[time_entry(5, 1)], expenses=[expense(6, 1)], products=[product(7, 1)])
    assert lines_of(pages.psa.fetch_changes("").records[0]) == (
        Line("", LineKind.AGREEMENT, "Gold", 50000, item="Gold"),
        Line(
            "5", LineKind.TIME, "Replaced the switch", 18000, Decimal("1.5"), Decimal(120), "Technician",
            worked_on=date(2026, 11, 2), labour="Technician / Regular",
        ),
        Line("6", LineKind.EXPENSE, "Parking", 1250, item="Travel", worked_on=date(2026, 11, 2)),
        Line("7", LineKind.PRODUCT, "Licence", 2997, Decimal(3), Decimal("9.99"), "SW-LIC", "State"),
    )  # fmt: skip


@pytest.mark.parametrize(("sign", "kind"), [(1, "Standard"), (-1, "CreditMemo")])
def test_i1_tax_and_down_payment_are_lines_so_that_all_add_up_to_the_total(sign: int, kind: str) -> None:
    amounts = {"serviceTotal": 180, "salesTax": 12.61, "downpaymentApplied": 40, "total": 152.61, "balance": 152.61}
    billed = invoice(1, type=kind, **{name: sign * amount for name, amount in amounts.items()})
    pages = Pages(invoices=[billed], time=[time_entry(5, 1, extendedInvoiceAmount=sign * 180)])
    record = pages.psa.fetch_changes("").records[0]
    lines = lines_of(record)
    assert lines[1:] == (
        Line("", LineKind.TAX, "Sales tax", 1261),
        Line("", LineKind.DOWN_PAYMENT, "Down payment applied", -4000),
    )
    assert isinstance(record, Invoice | CreditMemo)
    assert sum(line.amount_minor for line in lines) == record.total_minor == 15261


@pytest.mark.parametrize(
    ("fields", "amount_minor"),
    [
        ({}, 18000),
        ({"extendedInvoiceAmount": None}, 18000),
        ({"extendedInvoiceAmount": "181.10"}, 18110),
        ({"extendedInvoiceAmount": None, "invoiceHours": "0.33", "hourlyRate": "100.005"}, 3300),
        ({"extendedInvoiceAmount": 33.335}, 3334),
        ({"extendedInvoiceAmount": -33.335}, -3334),
        ({"extendedInvoiceAmount": 0}, 0),
        ({"extendedInvoiceAmount": None, "hourlyRate": None}, 0),
        ({"billableOption": "NoCharge"}, 0),
        ({"billableOption": "SomethingNew"}, 18000),
        ({"hourlyCost": "no number at all"}, 18000),
    ],
)
def test_a_time_entry_bills_its_invoice_hours(fields: dict[str, Any], amount_minor: int) -> None:
    assert read_one(time_entry(5, 1, **fields), time="serviceTotal").amount_minor == amount_minor


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, (1250, "Parking", "Travel")),
        ({"invoiceAmount": None}, (1000, "Parking", "Travel")),
        ({"notes": None}, (1250, "Travel", "Travel")),
        ({"notes": "🚗 to site", "type": None}, (1250, "🚗 to site", "")),
        ({"billableOption": "DoNotBill"}, (0, "Parking", "Travel")),
    ],
)
def test_an_expense_is_what_the_invoice_asks_for_it(fields: dict[str, Any], shown: tuple[Any, ...]) -> None:
    line = read_one(expense(6, 1, **fields), expenses="expenseTotal")
    assert (line.amount_minor, line.description, line.item) == shown


@pytest.mark.parametrize(
    ("fields", "amount_minor"),
    [
        ({}, 2997),
        ({"extPrice": None}, 2997),
        ({"price": 0.0125, "extPrice": None}, 4),
        ({"quantity": "2.5", "price": "4", "extPrice": None}, 1000),
        ({"quantity": -3, "extPrice": -29.97}, -2997),
        ({"billableOption": "DoNotBill"}, 0),
        ({"cancelledFlag": True}, 0),
    ],
)
def test_a_product_is_its_extended_price(fields: dict[str, Any], amount_minor: int) -> None:
    assert read_one(product(7, 1, **fields), products="productTotal").amount_minor == amount_minor


def test_a_unit_price_keeps_every_decimal() -> None:
    line = read_one(product(7, 1, price=0.0125, quantity=1.333), products="productTotal")
    assert (line.unit_price, line.quantity) == (Decimal("0.0125"), Decimal("1.333"))


@pytest.mark.parametrize(
    ("line", "quantity", "unit_price"),
    [
        (product(7, 1, quantity=-3, extPrice=-29.97), Decimal(3), Decimal("9.99")),
        (product(7, 1, price=-9.99, extPrice=-29.97), Decimal(3), Decimal("9.99")),
    ],
)
def test_the_lines_of_a_credit_memo_add_up_to_its_positive_total(
    line: dict[str, Any], quantity: Decimal, unit_price: Decimal
) -> None:
    memo = invoice(1, type="CreditMemo", total=-29.97, balance=-29.97, productTotal=-29.97)
    [record] = Pages(invoices=[memo], products=[line]).psa.fetch_changes("").records
    assert isinstance(record, CreditMemo)
    [found] = lines_of(record)
    assert (found.amount_minor, found.quantity, found.unit_price) == (record.total_minor, quantity, unit_price)


def test_only_the_sources_are_asked_that_an_invoice_has_lines_of() -> None:
    pages = Pages(invoices=[invoice(1), invoice(2, productTotal=29.97)], products=[product(7, 2)])
    plain, sold = pages.psa.fetch_changes("").records
    assert (lines_of(plain), len(lines_of(sold))) == ((), 1)
    assert [path for path, _ in pages.door.asked] == [
        "/company/companies",
        "/finance/invoices",
        "/procurement/products",
    ]
    assert pages.door.asked[-1][1]["conditions"] == "invoice/id in (2)"


def test_a_line_that_comes_twice_is_one() -> None:
    pages = Pages(invoices=[invoice(1, serviceTotal=180)], time=[time_entry(5, 1), time_entry(5, 1)])
    assert len(lines_of(pages.psa.fetch_changes("").records[0])) == 1


def test_an_invoice_of_ten_thousand_lines_keeps_them_all_in_their_order() -> None:
    sold = [product(n, 1) for n in range(1, 10_001)]
    pages = Pages(invoices=[invoice(1, productTotal=1)], products=sold)
    lines = lines_of(pages.psa.fetch_changes("").records[0])
    assert [line.id for line in lines] == [str(n) for n in range(1, 10_001)]
    assert pages.door.calls_to("/procurement/products") == 11, "ten full pages, and one that says that there is no more"


@pytest.mark.parametrize("broken", [{"extPrice": "a lot"}, {"id": None}, {"quantity": [3]}])
def test_a_line_that_cannot_be_understood_leaves_the_books_lines_as_they_are(broken: dict[str, Any]) -> None:
    sold = [product(7, 1), product(8, 2), product(9, 2, **broken)]
    pages = Pages(invoices=[invoice(1, productTotal=1), invoice(2, productTotal=1)], products=sold)
    window = pages.psa.fetch_changes("")
    good, odd = window.records
    assert isinstance(odd, Invoice)
    assert (len(lines_of(good)), odd.lines, odd.total_minor, window.unreadable) == (1, None, 10050, ())


@pytest.mark.parametrize("elsewhere", [{"id": 3}, None, 1, {"id": None}])
def test_a_line_of_no_invoice_that_was_asked_for_is_nobodys(elsewhere: Any) -> None:
    pages = Pages(invoices=[invoice(1, serviceTotal=180)])
    pages.door.always["/time/entries"] = [time_entry(5, 1), time_entry(6, 1, invoice=elsewhere)]
    assert [line.id for line in lines_of(pages.psa.fetch_changes("").records[0])] == ["5"]


# --- on the sandbox ----------------------------------------------------------------------------------------------------


def bill(msp: Msp, number: str) -> str:
    """Enter an invoice with a line of each kind, and give its id."""
    ref = msp.invoice(msp.customer(f"Contoso {number}"), number, 0, type="Standard")
    on = {"invoice": {"id": int(ref.id)}}
    msp.call(
        "POST", "/time/entries", {"timeStart": "2026-11-02T15:30:00Z", "hourlyRate": 120, "invoiceHours": 1.5, **on}
    )
    msp.call("POST", "/expense/entries", {"type": {"id": 1}, "amount": 12.5, "date": "2026-11-02T00:00:00Z", **on})
    sold = {"catalogItem": {"id": 1}, "billableOption": "Billable", "quantity": 3, "price": 9.99}
    msp.call("POST", "/procurement/products", {**sold, **on})
    return ref.id


def kinds_of(msp: Msp, id_: str) -> set[LineKind]:
    return {line.kind for line in lines_read(msp, id_) if not is_stand_in(line)}


def lines_read(msp: Msp, id_: str) -> tuple[Line, ...]:
    [record] = [each for each in msp.read_all()[0] if each.ref.id == id_ and isinstance(each, Invoice)]
    return lines_of(record)


ALL = {LineKind.TIME, LineKind.EXPENSE, LineKind.PRODUCT}


def test_i1_the_sandboxs_lines_are_read(msp: Msp) -> None:
    id_ = bill(msp, "L1")
    [record] = [each for each in msp.read_all()[0] if isinstance(each, Invoice)]
    assert kinds_of(msp, id_) == ALL
    assert sum(line.amount_minor for line in lines_of(record)) == record.total_minor == 18000 + 1250 + 2997


@pytest.mark.parametrize(
    ("right", "left_out"),
    [("Time Entry", LineKind.TIME), ("Expense Report Entry", LineKind.EXPENSE), ("Products", LineKind.PRODUCT)],
)
def test_c3_a_missing_right_costs_its_own_lines_and_stops_no_invoice(
    msp: Msp, right: str, left_out: LineKind, caplog: pytest.LogCaptureFixture
) -> None:
    id_ = bill(msp, "L2")
    msp.permit(**{right: "None"})
    assert kinds_of(msp, id_) == ALL - {left_out}
    assert not msp.attention, "what can be done without is no reason to mark the connection"
    assert "are left out" in caplog.text
    assert right in caplog.text


def test_c3_where_lines_may_not_be_read_one_stands_in_with_what_they_come_to(msp: Msp) -> None:
    id_ = bill(msp, "L5")
    before = lines_read(msp, id_)
    msp.permit(**{"Time Entry": "None"})
    lines = lines_read(msp, id_)
    [missing] = filter(is_stand_in, lines)
    assert (missing.kind, missing.amount_minor) == (LineKind.TIME, 18000)
    assert sum(line.amount_minor for line in lines) == sum(line.amount_minor for line in before)


class Refusing(Pages):
    """A site on which a table may be read so many times, and then not any more."""

    def __init__(self, path: str, after: int, **tables: Any) -> None:
        super().__init__(**tables)
        answer, left = self.door.request, iter(range(after))

        def request(method: str, url: str, **asked: Any) -> Answer:
            if url.endswith(path) and next(left, None) is None:
                raise Rejected("Security", "You do not have security permission.", "Give the right.")
            return answer(method, url, **asked)

        self.door.request = request  # type: ignore[method-assign]


def test_c3_a_right_that_is_taken_away_while_lines_are_read_costs_only_those_that_were_not() -> None:
    invoices = [invoice(n, serviceTotal=180, productTotal=29.97) for n in range(1, 201)]
    time = [time_entry(n, n) for n in range(1, 201)]
    pages = Refusing("/time/entries", 1, invoices=invoices, time=time, products=[product(n, n) for n in range(1, 201)])
    read = [lines_of(record) for record in pages.psa.fetch_changes("").records]
    assert [any(map(is_stand_in, lines)) for lines in read] == [False] * 150 + [True] * 50
    assert {sum(line.amount_minor for line in lines) for lines in read} == {18000 + 2997}


def test_c3_half_of_what_a_call_holds_is_not_taken_for_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossfoot.adapters.connectwise.client.PAGE_SIZE", 2)
    time = [time_entry(n, 1) for n in range(1, 4)]
    pages = Refusing("/time/entries", 1, invoices=[invoice(1, serviceTotal=540)], time=time)
    [record] = pages.psa.fetch_records(Kind.INVOICE, ["1"]).records
    [missing] = lines_of(record)
    assert is_stand_in(missing)
    assert missing.amount_minor == 54000


def test_c3_what_stands_in_on_a_credit_memo_is_positive_as_its_total() -> None:
    memo = invoice(1, type="CreditMemo", total=-29.97, balance=-29.97, productTotal=-29.97)
    [record] = Refusing("/procurement/products", 0, invoices=[memo]).psa.fetch_changes("").records
    assert [line.amount_minor for line in lines_of(record)] == [2997]


def test_an_edit_of_a_line_changes_its_invoice_so_that_it_is_read(msp: Msp) -> None:
    id_ = bill(msp, "L3")
    _, cursor = msp.read_all()
    [entry] = msp.call("GET", "/time/entries")
    msp.call("PATCH", f"/time/entries/{entry['id']}", [{"op": "replace", "path": "invoiceHours", "value": 2}])
    [record] = [each for each in msp.read_all(cursor)[0] if isinstance(each, Invoice) and each.ref.id == id_]
    assert [line.amount_minor for line in lines_of(record) if line.kind is LineKind.TIME] == [24000]


def test_by_id_no_lines_are_read(msp: Msp) -> None:
    id_ = bill(msp, "L4")
    msp.psa.fetch_invoices([id_])
    msp.budget.calls.clear()
    [found] = msp.psa.fetch_invoices([id_]).records
    assert (found.lines, len(msp.budget.calls)) == (None, 1)
