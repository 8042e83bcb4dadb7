"""Several writes in one call: metered, each with an outcome of its own, and none of them guessed."""

from typing import Any

import pytest
from crossfoot.adapters.quickbooks.client import WRITE_BATCH_MORE_S, QuickBooksClient, Reply, ask_create
from crossfoot.adapters.quickbooks.sales import QuickBooksSales
from crossfoot.core.effects import marker_of
from crossfoot.core.sync.sales import SaleKind
from crossfoot.errors import AuthExpired, Conflict, OutcomeUnknown, RateLimited, Rejected, Retryable
from crossfoot.http import READ_TIMEOUT_S, Answer
from crossfoot.ledger import PATIENCE
from crossfoot.ports import Entered

from tests.adapters.quickbooks.company import Company
from tests.adapters.quickbooks.sales import HOURS, KEY, NOTE, REBATE, SWITCH, sale_of
from tests.adapters.quickbooks.test_silence import opened
from tests.adapters.quickbooks.test_writing import Saying, Watched
from tests.adapters.sandbox import exact

WRITES = [ask_create("Class", {"Name": name}) for name in ("North", "South")]


def numbered(customer: str, *numbers: str) -> list[tuple[Any, str]]:
    return [
        (sale_of(customer, SWITCH, number=number), f"Invoice {number} {marker_of(number * 8)}") for number in numbers
    ]


def item(answers: str) -> bytes:
    return f'{{"BatchItemResponse":[{answers}],"time":"2026-11-03T10:00:00-08:00"}}'.encode()


def fault(code: str) -> str:
    return f'"Fault":{{"Error":[{{"Message":"m","Detail":"d","code":"{code}"}}],"type":"V"}}'


def test_s2_each_entry_of_a_batch_has_its_own_outcome_in_its_own_place(company: Company) -> None:
    sales, customer = QuickBooksSales(company.client()), str(company.customer()["Id"])
    wanted = [sale_of(customer, HOURS, SWITCH), sale_of("404", HOURS), sale_of(customer, REBATE, number="2")]
    memo = sale_of(customer, SWITCH, number="3", kind=SaleKind.CREDIT_MEMO)
    first, unknown, negative, second = sales.create_sales([(sale, NOTE) for sale in (*wanted, memo)], KEY)
    assert isinstance(first, Entered)
    assert first.standing.says(wanted[0])
    assert isinstance(second, Entered)
    assert second.standing.says(memo)
    assert isinstance(unknown, Rejected)
    assert isinstance(negative, Rejected)
    assert (unknown.code, negative.code) == ("2500", "6000")
    assert [each["PrivateNote"] for each in company.query("Invoice")] == [NOTE]


def test_a_batch_is_one_metered_call_with_short_names(company: Company) -> None:
    company.door = door = Watched()
    sales, customer = QuickBooksSales(company.client()), str(company.customer()["Id"])
    before = len(company.budget.calls)
    made = sales.create_sales(numbered(customer, *map(str, range(30))), KEY)
    assert all(isinstance(each, Entered) for each in made)
    assert [call[2] for call in company.budget.calls[before:]] == [True]
    assert company.budget.batches == 1, "QuickBooks allows fewer batches than calls"
    ((method, write, params, body),) = door.sent
    assert (method, write, params["requestid"]) == ("POST", True, KEY)
    names = [each["bId"] for each in exact(body.decode())["BatchItemRequest"]]
    assert len(set(names)) == 30
    assert {len(name) for name in names} == {10}


def test_p4_the_same_batch_is_carried_out_once_and_another_of_its_request_id_is_not_answered_by_it(
    company: Company,
) -> None:
    sales, customer = QuickBooksSales(company.client()), str(company.customer()["Id"])
    first, second, third = numbered(customer, "1", "2", "3")
    made = sales.create_sales([first, second], KEY)
    assert sales.create_sales([first, second], KEY) == made
    (other,) = sales.create_sales([third], KEY)
    assert isinstance(other, Entered)
    assert other.standing.number == "3"
    assert sorted(each["DocNumber"] for each in company.query("Invoice")) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("kind", "error", "written"),
    [
        ("lost_answer", OutcomeUnknown, 2),
        ("error_after_write", OutcomeUnknown, 2),
        ("server_error", OutcomeUnknown, 0),
        ("throttle", RateLimited, 0),
    ],
)
def test_p4_when_the_call_is_lost_every_write_of_it_is_unknown(
    company: Company, kind: str, error: type[Retryable], written: int
) -> None:
    sales, wanted = QuickBooksSales(company.client()), numbered(str(company.customer()["Id"]), "1", "2")
    company.sandbox.fault(kind, path_contains="/batch")
    with pytest.raises(error) as raised:
        sales.create_sales(wanted, KEY)
    assert raised.value.system == "quickbooks"
    assert len(company.query("Invoice")) == written


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ("", OutcomeUnknown),
        ('{"bId":"somebody else\'s"}', OutcomeUnknown),
        (f'{{"bId":"%s",{fault("10000")}}}', OutcomeUnknown),
        (f'{{"bId":"%s",{fault("600")}}}', OutcomeUnknown),
        (f'{{"bId":"%s",{fault("3001")}}}', RateLimited),
        (f'{{"bId":"%s",{fault("5010")}}}', Conflict),
        (f'{{"bId":"%s",{fault("6140")}}}', Rejected),
        (f'{{"bId":"%s",{fault("3200")}}}', AuthExpired),
    ],
)
def test_every_fault_of_one_write_says_whether_it_was_carried_out(
    company: Company, answers: str, error: type[Exception]
) -> None:
    told: list[str] = []
    outcomes = _saying(company, told, answers).write_batch(WRITES[:1], KEY)
    assert [type(each) for each in outcomes] == [error]
    assert told == [], "a write tells nothing of the line"


def test_one_write_without_an_answer_does_not_sink_the_other(company: Company) -> None:
    answered, lost = _saying(company, [], '{"bId":"%s","Class":{"Id":"7"}}').write_batch(WRITES, KEY)
    assert isinstance(answered, Reply)
    assert (answered.body["Class"]["Id"], answered.time) == ("7", "2026-11-03T10:00:00-08:00")
    assert isinstance(lost, OutcomeUnknown)
    assert lost.system == "quickbooks"


def test_a_batch_that_is_answered_without_a_time_was_carried_out_all_the_same(company: Company) -> None:
    with pytest.raises(OutcomeUnknown):
        opened(company, [], Saying(200, b'{"BatchItemResponse":[]}')).write_batch(WRITES, KEY)


def test_a_batch_of_writes_is_waited_for_until_quickbooks_gives_it_up_itself(company: Company) -> None:
    door = _Echoing(200, item(""))
    opened(company, [], door).write_batch(WRITES, KEY)
    assert READ_TIMEOUT_S + door.waited_s + PATIENCE.longest_commit.total_seconds() > 120, (
        "it may be carried out till then"
    )


def test_an_entry_of_many_lines_is_waited_for_as_long_and_one_of_few_is_not(company: Company) -> None:
    for lines, waited_s in ((1, 0.0), (2_000, WRITE_BATCH_MORE_S)):
        door = _Waiting(200, b'{"Invoice":{}}')
        with pytest.raises(OutcomeUnknown):
            QuickBooksSales(opened(company, [], door)).create_sale(sale_of("58", *[SWITCH] * lines), NOTE, KEY)
        assert door.waited_s == waited_s


class _Waiting(Saying):
    """A door that notes how much longer it may take."""

    waited_s = 0.0

    def request(self, method: str, url: str, *, write: bool, **how: Any) -> Answer:
        self.waited_s += how["more_time_s"]
        return Answer(200, {}, self.content, url, write)


class _Echoing(Saying):
    """A door that answers for the first write of a batch by its own name. `waited_s` is how much longer it may take."""

    waited_s = 0.0

    def request(self, method: str, url: str, *, write: bool, **how: Any) -> Answer:
        self.waited_s += how["more_time_s"]
        name = exact(how["body"].decode())["BatchItemRequest"][0]["bId"]
        return Answer(200, {}, self.content.replace(b"%s", name.encode()), url, write)


def _saying(company: Company, told: list[str], answers: str) -> QuickBooksClient:
    return opened(company, told, _Echoing(200, item(answers)))
