"""What the ConnectWise adapter reads and asks for is what the vendor's own schemas and path lists know.

The schemas lie beside the project and are not part of it; without them these tests are skipped.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from crossfoot.adapters.connectwise import choices, details, source
from crossfoot.adapters.connectwise import translate as connectwise
from crossfoot.adapters.connectwise.lines import LINE_SOURCES, agreement_lines, closing_lines, has_lines
from crossfoot.core.model import Kind, LineKind
from crossfoot.core.rights import RIGHTS

from tests.adapters.connectwise import pages

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


READERS: list[tuple[str, dict[str, Any], Callable[[Watched], object]]] = [
    ("Company", pages.company(1), lambda wire: connectwise.to_customer(wire, SEEN)),
    ("Invoice", pages.invoice(1), read_invoice),
    ("Invoice", pages.invoice(1, type="CreditMemo", total=-5, balance=-5), read_invoice),
    ("TimeEntry", pages.time_entry(1, 1, workRole=None), lambda wire: LINE_SOURCES[0].read(wire, "USD")),
    ("ExpenseEntry", pages.expense(1, 1, invoiceAmount=None), lambda wire: LINE_SOURCES[1].read(wire, "USD")),
    ("ProductItem", pages.product(1, 1), lambda wire: LINE_SOURCES[2].read(wire, "USD")),
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


def test_every_path_that_is_asked_exists() -> None:
    ours = {source.INVOICES, source.COMPANIES, details.AGREEMENTS, *choices.TABLES.values()}
    ours |= {each.path for each in LINE_SOURCES}
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
