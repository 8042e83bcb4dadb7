"""docs/data.md names every key as it is made."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.core.model import PLATFORM, Kind, Ref, System, Version
from crossfoot.core.shelves import Shelf
from crossfoot.core.sync.settings import MappingKey, MappingKind
from crossfoot.core.verdicts import MatterKey, Pair

PAGE = Path(__file__).parents[3] / "docs" / "data.md"
QBO = System.QUICKBOOKS
INVOICE, PAYMENT, CUSTOMER = Ref(QBO, Kind.INVOICE, "129"), Ref(QBO, Kind.PAYMENT, "77"), Ref(QBO, Kind.CUSTOMER, "58")
BILL = Ref(QBO, Kind.BILL, "129")
MADE_HERE = Ref(System.PLATFORM, Kind.PAYMENT, "pay_1")
ROWS_OF = Ref(System.CONNECTWISE, Kind.INVOICE, "501")
CUSTOMERS = Pair(CUSTOMER, Ref(System.CONNECTWISE, Kind.CUSTOMER, "7"))
AT = datetime(2026, 11, 3, 17, 4, 5, tzinfo=UTC)

MADE = {
    keys.record("t_1", INVOICE),
    keys.link("t_1", INVOICE),
    keys.paid_by("t_1", INVOICE, PAYMENT),
    keys.paid_by("t_1", INVOICE, MADE_HERE),
    keys.paid_by("t_1", BILL, Ref(QBO, Kind.BILL_PAYMENT, "77")),
    keys.paid_by("t_1", Ref(PLATFORM, Kind.BILL, "bill_1"), Ref(PLATFORM, Kind.BILL_PAYMENT, "bp_1")),
    keys.origin("t_1", BILL),
    keys.in_payout("t_1", MADE_HERE, Ref(System.PLATFORM, Kind.PAYOUT, "po_1")),
    keys.origin("t_1", PAYMENT),
    keys.origin("t_1", Ref(QBO, Kind.DEPOSIT, "9")),
    keys.marker("t_1", "xf:0123456789abcdef"),
    keys.lines_part("t_1", INVOICE, "9f2c", 0),
    keys.decision("t_1", PAYMENT, AT, "9f2c"),
    keys.effect("t_1", "payment_rows", ROWS_OF, 3),
    keys.effect("t_1", "deposit", Ref(PLATFORM, Kind.PAYOUT, "po_1"), 2),
    Key(keys.months("t_1", Kind.INVOICE), "2026-11"),
    keys.listed("t_1", INVOICE, date(2026, 11, 3)),
    keys.numbered("t_1", "INV-129", INVOICE),
    keys.of_customer("t_1", CUSTOMER, INVOICE, date(2026, 11, 3)),
    Key(keys.initials("t_1", Kind.CUSTOMER), "w"),
    Key(keys.initials("t_1", Kind.VENDOR), "n"),
    keys.named("t_1", "Norton Lumber", Ref(QBO, Kind.VENDOR, "56")),
    keys.outgoing("t_1", Ref(PLATFORM, Kind.BILL, "bill_1")),
    keys.named("t_1", "Weiskopf Consulting", CUSTOMER),
    keys.shelved(
        "t_1", Shelf.UNPAID, INVOICE, date(2026, 11, 3), Version("2026-11-03T17:00:01Z", "2026-11-03T18:00:01Z")
    ),
    keys.attention("t_1", PAYMENT),
    keys.parked("t_1", "invoice_not_in_psa", PAYMENT, ignored=False),
    keys.verdicts("t_1", INVOICE),
    keys.decided("t_1", Pair(INVOICE, ROWS_OF)),
    keys.matter("t_1", MatterKey("inv129", CUSTOMERS)),
    keys.preferences("t_1"),
    keys.filters("t_1"),
    keys.notifications("t_1"),
    keys.notice("t_1", "quickbooks"),
    keys.turned("t_1"),
    keys.digest("t_1"),
    keys.walk("t_1", QBO),
    keys.answered("t_1", "9f2c"),
    keys.rights("t_1"),
    keys.company("t_1", QBO),
    keys.turn("t_1", "fetch_new_data"),
    keys.run("t_1", "r-1"),
    keys.started("t_1", AT, "r-1"),
    keys.cursor("t_1", QBO),
    keys.connection("t_1", QBO),
    keys.connection_event("t_1", QBO, AT),
    keys.secrets("t_1", QBO),
    keys.report("t_1", AT),
    keys.comparison("t_1", "9f2c"),
    keys.newest_comparison("t_1"),
    keys.next_slot("t_1", QBO),
    keys.calls("t_1", System.CONNECTWISE, "2026-11-03T17:04"),
    keys.metered_calls("t_1", QBO, "2026-11"),
    keys.waiting("t_1", Ref(PLATFORM, Kind.PAYMENT, "pay_1")),
    keys.in_run("t_1", ROWS_OF, "s-1"),
    keys.entry("t_1", ROWS_OF, "9f2c"),
    keys.entry_part("t_1", ROWS_OF, "9f2c", 0),
    keys.sync_preferences("t_1"),
    keys.sync_mapping("t_1", MappingKey(MappingKind.CUSTOMER, "58")),
    keys.sync_run("t_1", "s-1"),
    keys.sync_under_way("t_1"),
    keys.run_item("t_1", "s-1", "9f2c", ROWS_OF),
    keys.payables_preferences("t_1"),
    keys.profile_facts("t_1"),
    keys.payable_sync("t_1", "p-1"),
    keys.newest_payable_sync("t_1"),
    keys.payables("t_1"),
    keys.account(QBO, "9341"),
    keys.callback("9f2c"),
    keys.partner("t_1"),
    keys.authorization("9f2c"),
    keys.due(QBO, "t_1", keys.time_text(AT)),
}


def test_the_page_names_every_key_and_no_other() -> None:
    told = {Key(*row) for row in re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|", PAGE.read_text(), re.MULTILINE)}
    assert told == MADE


def test_no_way_to_make_a_key_is_left_out_here() -> None:
    makers = {name for name, thing in vars(keys).items() if getattr(thing, "__annotations__", {}).get("return") is Key}
    source = Path(__file__).read_text()
    assert {name for name in makers if f"keys.{name}(" not in source} == set()
    assert len(makers) >= 19
