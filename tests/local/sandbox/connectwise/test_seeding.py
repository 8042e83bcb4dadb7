"""Many invoices at once, and lists of many that stay quick because they look at few."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.sandbox.connectwise import listing, narrowing
from local.sandbox.connectwise.records import Records
from local.sandbox.connectwise.schema import MODELS
from local.sandbox.store import Store
from tests.local.sandbox.connectwise.driver import Sandbox

WISH = {"companies": 3, "invoices": 40, "lines": 4, "closed": 50, "age_s": 4000}


def test_seeded_invoices_have_their_lines_amounts_and_entries(sandbox: Sandbox) -> None:
    status, made = sandbox.control("POST", "seed", WISH)
    assert (status, made["invoices"], made["lines"]) == (201, 40, 160)
    invoices = sandbox.get("/finance/invoices", pageSize=1000)[1]
    assert [row["id"] for row in invoices] == list(range(made["first_invoice"], made["first_invoice"] + 40))
    for path, part, amount in (
        ("/time/entries", "serviceTotal", "extendedInvoiceAmount"),
        ("/expense/entries", "expenseTotal", "invoiceAmount"),
        ("/procurement/products", "productTotal", "extPrice"),
    ):
        lines = sandbox.get(path, pageSize=1000)[1]
        for invoice in invoices:
            own = (Decimal(line[amount]) for line in lines if line["invoice"]["id"] == invoice["id"])
            assert sum(own) == invoice[part]
    closed = [row["id"] for row in invoices if row["status"]["isClosed"]]
    unposted = sandbox.get("/finance/accounting/unpostedinvoices", pageSize=1000)[1]
    assert sorted(row["billingLogId"] for row in unposted) == closed
    assert closed
    entries = sandbox.get(f"/finance/invoices/{closed[0]}/glEntries/")[1]
    assert sum(entry["amount"] for entry in entries) == 0


def test_a_mixed_seed_has_credit_memos_agreements_taxes_and_odd_amounts_and_every_ledger_balances(
    sandbox: Sandbox,
) -> None:
    mixed = {"closed": 100, "credit_memos": 10, "agreements": 20, "taxed": 50, "odd": 30}
    made = sandbox.control("POST", "seed", {**WISH, "invoices": 100, **mixed})[1]
    assert made["lines"] == 90 * WISH["lines"]
    invoices = sandbox.get("/finance/invoices", pageSize=1000)[1]
    types = [row["type"] for row in invoices]
    assert [types.count(name) for name in ("CreditMemo", "Agreement", "Standard")] == [10, 20, 70]
    assert all((row["total"] < 0) == (row["type"] == "CreditMemo") for row in invoices)
    assert all(row["total"] == row["subtotal"] + row["salesTax"] == row["balance"] for row in invoices)
    assert sum(row["salesTax"] > 0 for row in invoices) == sum(row["taxableFlag"] for row in invoices) > 40
    rates = [row["hourlyRate"] for row in sandbox.get("/time/entries", pageSize=1000)[1]]
    assert {str(rate) for rate in rates} == {"120.00", "120.125"}
    exported = sandbox.post("/finance/accounting/export", {"exportInvoicesFlag": True})[1]["transactions"]
    assert len(exported) == 100
    for each in exported:
        assert sum(detail["total"] for detail in each["detail"]) == -each["total"]


def test_seeded_invoices_change_like_others_and_new_ones_follow_them(sandbox: Sandbox) -> None:
    first = sandbox.control("POST", "seed", {**WISH, "closed": 0})[1]["first_invoice"]
    [entry, *_] = sandbox.get("/time/entries", conditions=f"invoice/id={first}")[1]
    before = sandbox.get(f"/finance/invoices/{first}")[1]["total"]
    assert sandbox.patch(f"/time/entries/{entry['id']}", "invoiceHours", entry["invoiceHours"] + 1)[0] == 200
    assert sandbox.get(f"/finance/invoices/{first}")[1]["total"] == before + 120
    again = sandbox.control("POST", "seed", {**WISH, "invoices": 2})[1]["first_invoice"]
    assert again == first + 40
    numbers = [row["invoiceNumber"] for row in sandbox.get("/finance/invoices", pageSize=1000)[1]]
    assert len(set(numbers)) == len(numbers) == 42


def test_the_seeds_times_are_spread_so_that_windows_hold_a_part(sandbox: Sandbox) -> None:
    sandbox.control("POST", "seed", WISH)
    times = [row["_info"]["lastUpdated"] for row in sandbox.get("/finance/invoices", pageSize=1000)[1]]
    assert times == sorted(times)
    later = f"lastUpdated > [{times[19]}]"
    assert sandbox.get("/finance/invoices/count", conditions=later)[1] == {"count": 20}


@pytest.mark.parametrize(
    "wish", [{"invoices": -1}, {"lines": "3"}, {"colour": 1}, {"companies": 0}, {"invoices": 10**7}, {"closed": 101},
     {"odd": 101}, {"credit_memos": 60, "agreements": 60}],
)  # fmt: skip
def test_a_wish_that_makes_no_sense_is_refused_and_makes_nothing(sandbox: Sandbox, wish: dict[str, Any]) -> None:
    status, body = sandbox.control("POST", "seed", wish)
    assert (status, bool(body["error"])) == (400, True)
    assert sandbox.get("/company/companies/count")[1] == {"count": 0}


CONDITIONS = st.recursive(
    st.sampled_from([
        "id = 3", "id in (1,4,9)", "id > 4", "id >= 4", "id < 3", "id != 2", "invoice/id = 7", "invoice/id in (7,8)",
        "invoice/id > 7", "id = 3.5", "invoice/identifier = 'x'", "not id = 3", "notes = null",
    ]),
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner),
    max_leaves=4,
)  # fmt: skip


@given(conditions=CONDITIONS, after=st.integers(0, 6), billed=st.lists(st.sampled_from([None, 7, 8]), max_size=9))
@settings(max_examples=80, deadline=None)
def test_looking_at_fewer_records_finds_the_same(conditions: str, after: int, billed: list[int | None]) -> None:
    store = Store(None)
    records, model = Records(store, "book"), MODELS["TimeEntry"]
    for number, invoice in enumerate(billed, 1):
        records.put(model.name, {"id": number} | ({"invoice": {"id": invoice}} if invoice else {}))
    if billed:
        records.where(model.name, ("invoice", "id"), [7])
        records.put(model.name, {"id": len(billed), "invoice": {"id": 8}})
        records.delete(model.name, 1)
    query = {"conditions": conditions}
    everything = [record for record in records.all(model.name) if record["id"] > after]
    few = narrowing.candidates(records, model.name, model, conditions, after)
    assert listing.filtered(few, model, query) == listing.filtered(everything, model, query)
    store.close()
