"""A long book at once: consistent, and quick to page through."""

import time
from decimal import Decimal

import pytest

from tests.local.sandbox.quickbooks.driver import Company, sales_line
from tests.local.sandbox.quickbooks.samples import trial_balance


def test_a_book_made_at_once_is_as_consistent_as_one_that_was_sent(company: Company) -> None:
    made = company.control("POST", "bulk", {"invoices": 60, "customers": 7, "paid_every": 3, "lines": 3})
    assert made == {"customers": 7, "invoices": 60, "payments": 20}
    invoices = company.query("select * from Invoice maxresults 1000")["Invoice"]
    customers = company.query("select * from Customer maxresults 1000")["Customer"]
    assert len({each["DocNumber"] for each in invoices}) == 60
    for customer in customers:
        owed = sum((each["Balance"] for each in invoices if each["CustomerRef"]["value"] == customer["Id"]), Decimal(0))
        assert customer["Balance"] == owed == customer["BalanceWithJobs"]
    balances = trial_balance(company)
    assert balances[""] == 0
    assert balances["Accounts Receivable (A/R)"] == sum(each["Balance"] for each in invoices)
    assert balances["Undeposited Funds"] == sum(each["TotalAmt"] - each["Balance"] for each in invoices)


def test_what_was_made_at_once_is_like_what_the_rules_build(company: Company) -> None:
    company.control("POST", "bulk", {"invoices": 2, "customers": 1, "lines": 1, "paid_every": 2})
    paid, left = company.query("select * from Invoice orderby Id")["Invoice"]
    detail = {"ItemRef": {"value": "1"}, "Qty": 1, "UnitPrice": left["TotalAmt"]}
    line = sales_line(str(left["TotalAmt"]), Description="Service 1", SalesItemLineDetail=detail)
    sent = company.post("Invoice", {"CustomerRef": left["CustomerRef"], "Line": [line], "TxnDate": left["TxnDate"]})
    assert int(sent["Id"]) > int(left["Id"]) > int(paid["Id"])
    assert int(sent["DocNumber"]) > int(left["DocNumber"])
    theirs, ours = (
        {name: each[name] for name in each if name not in ("Id", "DocNumber", "MetaData")} for each in (left, sent)
    )
    assert theirs == ours
    (payment,) = company.query("select * from Payment")["Payment"]
    assert paid["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "Payment"}]
    gone = company.post("Payment", {"Id": payment["Id"], "SyncToken": "0"}, operation="delete")
    assert gone["status"] == "Deleted"
    assert company.get("Invoice", paid["Id"])["Balance"] == paid["TotalAmt"]


def test_a_second_book_comes_on_top_of_the_first(company: Company) -> None:
    for _ in range(2):
        company.control("POST", "bulk", {"invoices": 3, "customers": 2})
    assert company.query("select count(*) from Invoice") == {"totalCount": 6}
    assert company.query("select count(*) from Customer") == {"totalCount": 4}


@pytest.mark.parametrize("body", [{"invoices": 0}, {"invoices": "9"}, {"unicorns": 3}, {"lines": 10_001}])
def test_what_makes_no_book_is_refused(company: Company, body: dict[str, object]) -> None:
    assert company.http.request("POST", "/_sandbox/bulk", json=body).status_code == 400


def test_pages_of_a_long_list_are_quick_and_miss_nothing(company: Company) -> None:
    company.control("POST", "bulk", {"invoices": 2100, "customers": 30, "lines": 1})
    for order in ("MetaData.LastUpdatedTime", "Id", "MetaData.LastUpdatedTime desc, Id desc"):
        seen: list[str] = []
        started_s = time.process_time()
        for start in (1, 1001, 2001, 2101):
            page = f"select * from Invoice orderby {order} startposition {start} maxresults 1000"
            seen += [each["Id"] for each in company.query(page).get("Invoice", [])]
        assert time.process_time() - started_s < 2
        assert len(set(seen)) == len(seen) == 2100
        assert (seen == sorted(seen, key=int)) == (not order.endswith("desc"))
    open_ones = company.query("select * from Invoice where Balance > '0' startposition 1001 maxresults 1000")
    assert open_ones["maxResults"] == 50
    assert company.query("select count(*) from Invoice where Balance > '0'") == {"totalCount": 1050}


@pytest.mark.parametrize("comparison", ["<", "<=", "=", ">=", ">"])
def test_the_store_and_the_query_agree_on_times(company: Company, comparison: str) -> None:
    customer = company.customer("Amy")
    for _ in range(3):
        company.invoice(customer, "1")
        company.sandbox.clock.advance(1)
    at = "2026-11-20T12:00:01-08:00"
    (quick,) = company.query(
        f"select count(*) from Invoice where MetaData.LastUpdatedTime {comparison} '{at}'"
    ).values()
    condition = f"MetaData.LastUpdatedTime {comparison} '{at}' and CustomerRef = '{customer['Id']}'"
    slow = company.query(f"select * from Invoice where {condition} orderby TotalAmt").get("Invoice", [])
    assert quick == len(slow) == {"<": 1, "<=": 2, "=": 1, ">=": 2, ">": 1}[comparison]
