"""What outlives a restart, and money's way through the store."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from local.sandbox.quickbooks.app import Sandbox, build_app, build_sandbox
from local.sandbox.store import Store, dump_json, load_json
from tests.local.sandbox.asgi import InProcess
from tests.local.sandbox.quickbooks.driver import Company, frozen_clock


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store(None)
    yield store
    store.close()


@pytest.mark.parametrize("text", ["100.00", "0", "-0.10", "12345678901234567890.12", "0.0000001"])
def test_numbers_keep_every_digit(store: Store, text: str) -> None:
    store.put("book", "Kind", "1", load_json(f'{{"amount":{text},"text":"\\"{text}\\""}}'))
    assert dump_json(store.get("book", "Kind", "1")) == f'{{"amount":{text},"text":"\\"{text}\\""}}'


def test_nothing_but_decimal_is_made_of_a_fraction(store: Store) -> None:
    assert isinstance(load_json("[0.1]")[0], Decimal)
    with pytest.raises(ValueError, match="NaN"):
        load_json("[NaN]")


def _put_and_fail(store: Store, id: str) -> None:  # noqa: A002
    store.put("b", "K", id, {})
    raise KeyError(id)


def test_a_transaction_is_all_or_nothing_and_a_savepoint_undoes_its_part(store: Store) -> None:
    with store.transaction():
        store.put("b", "K", "1", {})
        with pytest.raises(KeyError), store.savepoint():
            _put_and_fail(store, "2")
    assert store.count("b", "K") == 1
    with pytest.raises(KeyError), store.transaction():
        _put_and_fail(store, "3")
    assert store.count("b", "K") == 1


def test_ids_are_never_given_out_twice(store: Store) -> None:
    assert [store.next_id("b", "K") for _ in range(2)] == [1, 2]
    store.reserve_id("b", "K", 10)
    store.reserve_id("b", "K", 4)
    assert (store.next_id("b", "K"), store.next_id("other", "K")) == (11, 1)


def _company(sandbox: Sandbox) -> Company:
    return Company(InProcess(build_app(sandbox)), sandbox, sandbox.first_realm())


def _stop(company: Company) -> None:
    app = build_app(company.sandbox)

    async def run_to_the_end() -> None:
        messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

        async def receive() -> dict[str, str]:
            return next(messages)

        async def send(_message: object) -> None:
            return None

        await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)

    company.http.loop.run_until_complete(run_to_the_end())
    company.http.close()


def test_records_tokens_switches_counts_events_and_the_moved_clock_outlive_a_restart(tmp_path: Path) -> None:
    first = _company(build_sandbox(tmp_path / "state.sqlite", clock=frozen_clock()))
    first.control("POST", "switches", {"rate_limits": False, "cdc_cap": 7, "webhook_delay_s": 0.5})
    first.control("POST", "webhooks", {"url": "http://127.0.0.1:9/nowhere"})
    customer = first.customer("Amy")
    first.post("Payment", {"CustomerRef": {"value": customer["Id"]}, "TotalAmt": 5}, requestid="k")
    first.control("POST", "clock", {"advance_s": 60.5})
    _stop(first)
    again = _company(build_sandbox(tmp_path / "state.sqlite", clock=frozen_clock()))
    again.credentials = first.credentials
    assert again.get("Customer", "1")["DisplayName"] == "Amy"
    assert (again.sandbox.switches.cdc_cap, again.sandbox.switches.webhook_delay_s) == (7, 0.5)
    assert again.control("GET", "counts")[again.realm]["core"] == 2
    assert [each["type"] for each in again.control("GET", "webhooks")["pending"]] == [
        "qbo.customer.created.v1",
        "qbo.payment.created.v1",
    ]
    replayed = again.post("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 9}, requestid="k")
    assert (replayed["TotalAmt"], again.sandbox.clock.ahead_s) == (5, 60.5)
    _stop(again)


def test_loading_is_all_or_nothing_and_names_the_line(company: Company) -> None:
    good = '{"entity": "Customer", "record": {"Id": "9", "SyncToken": "0", "DisplayName": "Amy"}}'
    for bad in ("{", '{"entity": "Unicorn", "record": {"Id": "1"}}', '{"entity": "Customer", "record": {}}'):
        with pytest.raises(ValueError, match="line 2"):
            company.sandbox.companies.load(company.realm, [good, bad], replace=False)
    assert company.query("select count(*) from Customer") == {"totalCount": 0}


def test_loaded_invoices_move_the_number_and_the_id_on(company: Company) -> None:
    line = '{"entity": "Invoice", "record": {"Id": "130", "SyncToken": "0", "DocNumber": "1037", "TotalAmt": 1}}'
    answer = company.http.request("POST", f"/_sandbox/load?company={company.realm}", content=f"{line}\n\n")
    assert answer.json() == {"loaded": 1}
    invoice = company.invoice(company.customer("Amy"), "1")
    assert (invoice["Id"], invoice["DocNumber"]) == ("131", "1038")


def test_each_company_has_its_own_book(company: Company) -> None:
    made = company.control("POST", "companies", {"name": "Second"})
    assert set(made) == set(company.credentials)
    company.customer("Amy")
    other = Company(company.http, company.sandbox, made["realm_id"])
    assert other.query("select count(*) from Customer") == {"totalCount": 0}
    assert other.get("CompanyInfo", "1")["CompanyName"] == "Second"
    assert [each["name"] for each in company.control("GET", "companies")] == ["Larkspur Managed IT", "Second"]
    assert company.control("GET", f"records?company={company.realm}&entity=Customer")[0]["DisplayName"] == "Amy"
