"""How far a payment of QuickBooks has come where ConnectWise shows more than our rows (E5, E7)."""

from crossfoot.core.model import PSA, Kind, Ref

from tests.fakes.api import FakeApi
from tests.fakes.telling import FakePlatform
from tests.fakes.world import World

INVOICE = Ref(PSA, Kind.INVOICE, "c1001")


def _api() -> FakeApi:
    api = FakeApi(World(many_rows=True))
    api.connect_both()
    api.world.invoice_in_both("1001", 1000)
    api.work()
    return api


def _state(api: FakeApi, payment: str) -> tuple[str, str]:
    listed = api.call("GET", "/v1/payments").body["payments"]
    (found,) = (each for each in listed if each["id"] == payment)
    return found["status"], found["reason"]["code"]


def test_e7_a_payment_beside_another_products_row_is_synced_and_not_in_line_for_ever() -> None:
    api = _api()
    api.world.connectwise.enter(INVOICE, 200, foreign=True)
    api.world.quickbooks.pay("77", {"q1001": 200})
    api.world.quickbooks.pay("78", {"q1001": 300})
    api.work()
    assert _state(api, "quickbooks-77") == ("synced", "elsewhere")
    assert _state(api, "quickbooks-78") == ("synced", "mirrored")
    api.world.quickbooks.void("78")
    api.work()
    assert _state(api, "quickbooks-78") == ("synced", "mirrored")


def test_e1_a_payment_beside_one_of_the_platform_is_synced() -> None:
    api = _api()
    api.world.quickbooks.pay("77", {"q1001": 200})
    FakePlatform(api.world).pay("pay_1", {"quickbooks-q1001": 300})
    api.work()
    api.world.connectwise.enter(INVOICE, 100, foreign=True)
    api.work()
    assert api.world.rows("1001")[0] == (500, "2026-11-03")
    assert _state(api, "quickbooks-77") == ("synced", "mirrored")


def test_e5_a_payment_whose_own_row_somebody_deleted_says_so() -> None:
    api = _api()
    api.world.quickbooks.pay("77", {"q1001": 400})
    api.work()
    api.world.clock.advance(600)
    api.world.connectwise.remove(INVOICE, api.world.connectwise.rows[INVOICE][0].id)
    api.work()
    assert _state(api, "quickbooks-77") == ("refused", "row_gone")
    api.world.connectwise.enter(INVOICE, 400)
    api.work()
    assert _state(api, "quickbooks-77") == ("synced", "mirrored")
