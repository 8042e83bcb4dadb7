"""C3: every right has an endpoint that answers only with it, and its level "My" shows fewer rows."""

from typing import Any

import pytest

from local.sandbox.connectwise.catalogue import endpoints
from local.sandbox.connectwise.rights import CALLBACKS, RIGHTS
from tests.local.sandbox.connectwise.driver import Sandbox

PROBES = {
    "Company Maintenance": "/company/companies",
    "Accounting Interface": "/finance/accounting/batches",
    "Agreement Invoicing": "/finance/agreements/types",
    "Agreements": "/finance/agreements",
    "Invoicing": "/finance/invoices",
    "Product Catalog": "/procurement/catalog",
    "Products": "/procurement/products",
    "Service Tickets": "/service/tickets",
    "Member Maintenance": "/system/members",
    "Report Writer": "/system/reports",
    "Table Setup": "/finance/billingStatuses",
    "Expense Report Entry": "/expense/entries",
    "Time Entry": "/time/entries",
}
TABLES = (
    "/company/companies/types", "/company/companies/statuses", "/finance/billingTerms", "/finance/taxCodes",
    "/finance/glAccounts", "/system/locations", "/system/departments", "/time/workRoles", "/time/workTypes",
    "/service/boards",
)  # fmt: skip


def test_c3_every_right_has_a_probe_and_every_endpoint_a_known_right() -> None:
    assert set(PROBES) == set(RIGHTS) - {CALLBACKS}
    assert {endpoint.right for endpoint in endpoints()} - {None} <= set(RIGHTS)


@pytest.mark.parametrize("right", PROBES)
def test_c3_a_missing_right_refuses_its_own_endpoint_alone(sandbox: Sandbox, right: str) -> None:
    name = f"{RIGHTS[right]} › {right}"
    assert sandbox.control("POST", "permissions", {name: {"inquire": "None"}})[0] == 200
    refused = {"code": "Security", "message": "You do not have security permission to perform this action."}
    for other, path in PROBES.items():
        status, body = sandbox.get(path, pageSize=1)
        assert (status, body == refused) == ((403, True) if other == right else (200, False)), path


def test_c3_the_setup_tables_need_table_setup(sandbox: Sandbox) -> None:
    assert all(sandbox.get(path)[1] for path in TABLES)
    sandbox.control("POST", "permissions", {"Table Setup": {"inquire": "None"}})
    assert {sandbox.get(path)[0] for path in TABLES} == {403}


@pytest.mark.parametrize(
    ("right", "path", "body"),
    [
        ("Time Entry", "/time/entries", {"timeStart": "2026-11-01T00:00:00Z"}),
        ("Expense Report Entry", "/expense/entries", {"type": {"id": 1}, "amount": 1, "date": "2026-11-01"}),
        ("Products", "/procurement/products", {"catalogItem": {"id": 1}, "billableOption": "Billable"}),
        ("Service Tickets", "/service/tickets", {"summary": "Printer", "company": {"identifier": "bob"}}),
    ],
)
def test_the_level_my_shows_fewer_rows_and_no_refusal(
    sandbox: Sandbox, right: str, path: str, body: dict[str, Any]
) -> None:
    sandbox.new_company("bob")
    other = sandbox.site.add_member(sandbox.company, "bkeeper")
    own = sandbox.post(path, body)[1]["id"]
    assert sandbox.post(path, body, member=other)[0] == 201
    assert len(sandbox.get(path)[1]) == 2
    sandbox.control("POST", "permissions", {right: {"inquire": "My"}})
    status, rows = sandbox.get(path)
    assert (status, [row["id"] for row in rows]) == (200, [own])


def test_whoever_may_call_is_a_member(sandbox: Sandbox) -> None:
    sandbox.site.add_member(sandbox.company, "bkeeper")
    members = sandbox.get("/system/members", orderBy="id asc")[1]
    assert [member["identifier"] for member in members] == ["CrossfootAPI", "bkeeper"]
