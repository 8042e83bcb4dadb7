"""What the ConnectWise adapter reads and asks for is what the vendor's own schemas and path lists know.

The schemas lie beside the project and are not part of it; without them these tests are skipped.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from crossfoot.adapters.connectwise import choices, details, exported, postings, source
from crossfoot.adapters.connectwise import translate as connectwise
from crossfoot.adapters.connectwise.lines import LINE_SOURCES, agreement_lines, closing_lines, has_lines
from crossfoot.core.model import Invoice, Kind, LineKind
from crossfoot.core.rights import RIGHTS

from tests.adapters.connectwise import pages, transactions

RECORDINGS = Path(__file__).parents[3] / "shared" / "vendor" / "recordings" / "connectwise-psa"
OPENAPI = RECORDINGS / "openapi"
SEEN = "2026-11-03T17:00:00Z"

pytestmark = pytest.mark.skipif(not OPENAPI.is_dir(), reason="the recordings do not lie beside the project")


@cache
def schema(name: str) -> dict[str, Any]:
    """Give the fields of a model: the official ones, and of expenses those that were put together from other sources."""
    for file in ("connectwise-psa-2026.4-GET-subset.official.json", "connectwise-psa-finance-slice.COMPOSITE.json"):
        schemas = json.loads((OPENAPI / file).read_text())["components"]["schemas"]
        if name in schemas:
            found: dict[str, Any] = schemas[name]["properties"]
            return found
    raise LookupError(name)


@cache
def paths() -> frozenset[str]:
    listed = json.loads((OPENAPI / "all-endpoints-spring2025.json").read_text())
    return frozenset(each["path"].rstrip("/") for each in listed if "get" in each["methods"])


class Watched(dict[str, Any]):
    """A record that remembers which of its fields were asked for, there or not."""

    def __init__(self, fields: dict[str, Any]) -> None:
        super().__init__(fields)
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return super().__getitem__(name)


def read_invoice(wire: Watched) -> None:
    connectwise.to_bill(wire, SEEN, {})
    agreement_lines(wire)
    closing_lines(wire)
    assert [has_lines(wire, each) for each in LINE_SOURCES] == [False] * 3


def a_bill() -> Invoice:
    return connectwise.to_invoice(pages.invoice(1), SEEN)


def read_ledger(wire: Watched) -> None:
    [line] = exported.to_ledger([wire], a_bill())
    assert line.amount_minor == 1000


def read_detail(wire: Watched) -> None:
    exported.to_posting(transactions.transaction("10001", detail=[wire], total=11, salesTax=1), a_bill())


READERS: list[tuple[str, dict[str, Any], Callable[[Watched], object]]] = [
    ("Company", pages.company(1), lambda wire: connectwise.to_customer(wire, SEEN)),
    ("Invoice", pages.invoice(1), read_invoice),
    ("Invoice", pages.invoice(1, type="CreditMemo", total=-5, balance=-5), read_invoice),
    ("TimeEntry", pages.time_entry(1, 1, workRole=None), lambda wire: LINE_SOURCES[0].read(wire, "USD")),
    ("ExpenseEntry", pages.expense(1, 1, invoiceAmount=None), lambda wire: LINE_SOURCES[1].read(wire, "USD")),
    ("ProductItem", pages.product(1, 1), lambda wire: LINE_SOURCES[2].read(wire, "USD")),
    ("GLEntry", {"id": 7, "type": "R", "amount": -10}, read_ledger),
    (
        "GLExportTransaction",
        transactions.transaction("10001", salesTax=None, total=10, detail=[transactions.detail(7)]),
        lambda wire: exported.to_posting(wire, a_bill()),
    ),
    ("GLExportTransactionDetail", transactions.detail(7, glTypeId="ST", memo="", taxRatePercent=7), read_detail),
    ("GLExportTransactionDetail", transactions.detail(7, taxableFlag=None), read_detail),
]


@pytest.mark.parametrize(("model", "wire", "read"), READERS, ids=[model for model, *_ in READERS])
def test_every_field_that_is_read_is_in_the_schema(
    model: str, wire: dict[str, Any], read: Callable[[Watched], object]
) -> None:
    watched = Watched(wire)
    read(watched)
    assert len(watched.asked) > 5
    assert watched.asked <= set(schema(model))


def test_every_line_names_its_invoice() -> None:
    assert all("invoice" in schema(model) for model in ("TimeEntry", "ExpenseEntry", "ProductItem"))
    assert {"id", "type"} <= set(schema("Agreement"))
    assert {"id", "deletedFlag"} <= set(schema("Company"))


def test_c4_the_invoice_types_that_are_offered_are_those_of_the_schema() -> None:
    assert [choice.value for choice in choices.INVOICE_TYPES] == sorted(schema("Invoice")["type"]["enum"])


def test_what_is_sent_to_the_accounting_interface_is_in_the_schema() -> None:
    sent: list[tuple[str, dict[str, Any]]] = []
    pages_ = pages.Pages(invoices=[pages.invoice(1)])
    request = pages_.door.request

    def watched(method: str, url: str, *, body: bytes | None = None, **more: Any) -> Any:
        if body:
            sent.append((url.removeprefix(pages.ROOT), json.loads(body)))
        return request(method, url, body=body, **more)

    bills = pages_.psa.fetch_changes("").records
    pages_.door.request = watched  # type: ignore[method-assign]
    pages_.door.answers |= {postings.EXPORT: {}, postings.BATCHES: {}}
    pages_.psa.fetch_postings([bill for bill in bills if isinstance(bill, Invoice)])
    pages_.psa.create_batch("CF-1", [7, 8])
    (export, asked), (batches, made) = sent
    assert (export, batches) == (postings.EXPORT, postings.BATCHES)
    assert asked.keys() <= set(schema("ExportAccountingBatchRequest"))
    assert asked["summarizeInvoices"] in schema("ExportAccountingBatchRequest")["summarizeInvoices"]["enum"]
    assert made.keys() <= set(schema("CreateAccountingBatchRequest"))
    assert (made["processedRecordIds"], "closedFlag" in made) == ([7, 8], False)


def test_every_path_that_is_posted_to_exists() -> None:
    listed = json.loads((OPENAPI / "all-endpoints-spring2025.json").read_text())
    posted = {each["path"].rstrip("/") for each in listed if "post" in each["methods"]}
    assert {postings.EXPORT, postings.BATCHES} <= posted
    deleted = {each["path"] for each in listed if "delete" in each["methods"]}
    assert f"{postings.BATCHES}/{{id}}" in deleted


def test_every_path_that_is_asked_exists() -> None:
    ours = {source.INVOICES, source.COMPANIES, details.AGREEMENTS, *choices.TABLES.values()}
    ours |= {each.path for each in LINE_SOURCES} | {postings.BATCHES}
    ours |= {postings.LEDGER_ENTRIES.replace("{id}", "{parentId}").rstrip("/")}
    assert ours <= paths()
    assert f"{source.INVOICES}/{{id}}/pdf" in paths()


@pytest.mark.parametrize("right", RIGHTS, ids=lambda right: right.name)
def test_c3_every_probed_path_exists_and_is_probed_for_one_right(right: Any) -> None:
    assert right.probe.rstrip("/") in paths()
    assert [each.name for each in RIGHTS if each.probe == right.probe] == [right.name]


def test_the_recorded_time_entry_and_company_are_read() -> None:
    folder = RECORDINGS / "django-connectwise"
    line = LINE_SOURCES[0].read(json.loads((folder / "time_entry.json").read_text()), "USD")
    company = connectwise.to_customer(json.loads((folder / "company.json").read_text()), SEEN)
    assert (line.kind, line.id.isdecimal()) == (LineKind.TIME, True)
    assert company.ref.kind is Kind.CUSTOMER
    assert [(trait.name.value, trait.value) for trait in company.traits] == [
        ("company_status", "1"),
        ("company_type", "5"),
    ]
