"""One partner's QuickBooks company in the sandbox: the product works on the real wire, our table stays in memory."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from crossfoot.adapters.quickbooks.client import Reply
from crossfoot.adapters.quickbooks.payables import QuickBooksPayables
from crossfoot.adapters.quickbooks.payables_source import QuickBooksPayablesSource
from crossfoot.adapters.quickbooks.receipts import QuickBooksReceipts
from crossfoot.core.company import Company
from crossfoot.core.model import ACCOUNTING
from crossfoot.core.payables.preferences import Direction, PayablesPreferences
from crossfoot.core.payables.profile import TWO_WAY_SINCE, ProfileFacts
from crossfoot.core.payables.syncs import SyncStarter, SyncState, new_sync
from crossfoot.messages import SyncPayables

from tests.adapters.quickbooks.company import Company as Books
from tests.adapters.sandbox import Sandbox, exact
from tests.contract.vendors.both import LATER_S
from tests.fakes.world import TENANT, World
from tests.matrix.office import LARGEST_BATCH, OfficeClock, Wire
from tests.matrix.payables.cells import Partner

CONNECTED_AT = datetime(2026, 11, 1, 18, tzinfo=UTC)
BEFORE_ON, MADE_ON, PAID_ON = date(2026, 10, 30), date(2026, 11, 2), date(2026, 11, 3)
# Whatever is under way comes to rest within so many deliveries, or it never does.
MAX_DELIVERIES = 2_000

_DIRECTIONS = {"two-way": Direction.TWO_WAY, "one-way": Direction.TO_ACCOUNTING}
# By the day of signing up alone, to the day. (B6)
_SIGNED_UP_ON = {"payments back": TWO_WAY_SINCE, "classic": TWO_WAY_SINCE - timedelta(days=1)}


class PayablesOffice(World):
    """A world whose QuickBooks is a real process."""

    def __init__(self, quickbooks: Sandbox, partner: Partner) -> None:
        self.books = Books(quickbooks)
        super().__init__(clock=OfficeClock(self.books.clock))
        self.books.clock.set(self._move_sandbox(0))
        accounts = {each["Name"]: each["Id"] for each in self.books.query("Account")}
        self.bank, self.costs = accounts["Checking"], accounts["Uncategorized Expense"]
        chosen = PayablesPreferences(
            self.costs, accounts["Services"], self.bank, direction=_DIRECTIONS[partner.direction]
        )
        self.payables_settings.save(TENANT, chosen)
        self.payables_settings.save_facts(TENANT, ProfileFacts(_SIGNED_UP_ON[partner.profile]))
        self.connections.connected_at[ACCOUNTING] = CONNECTED_AT

    # --- what the product's steps open ----------------------------------------------------------------------------

    @cached_property
    def _entries(self) -> QuickBooksPayables:
        return QuickBooksPayables(self.books.client())

    @cached_property
    def _source(self) -> QuickBooksPayablesSource:
        return QuickBooksPayablesSource(self.books.client(), self.books.clock)

    def payables(self, tenant: str) -> QuickBooksPayables:
        return self._entries

    def payables_source(self, tenant: str) -> QuickBooksPayablesSource:
        return self._source

    def fetch_company(self, tenant: str) -> Company:
        return QuickBooksReceipts(self.books.client()).fetch_company()

    # --- time -----------------------------------------------------------------------------------------------------

    def work_off(self) -> None:
        """Let everything be done that is queued."""
        for _ in range(MAX_DELIVERIES):
            if not self.queue.messages:
                return
            self.deliver()
        raise AssertionError("the queues do not come to rest")

    def sync(self) -> None:
        """Let time pass, until a read no longer reaches back to what was read before; then press Sync Now."""
        self.clock.advance(LATER_S)
        self.books.clock.set(self._move_sandbox((self.clock.now() - self._move_sandbox(0)).total_seconds()))
        sync = self.payable_syncs.begin(TENANT, new_sync(SyncStarter.PERSON, self.clock.now(), "pressed"))
        self.queue.send([SyncPayables(tenant=TENANT, sync=sync.id)])
        self.work_off()
        ended = self.payable_syncs.load(TENANT, sync.id)
        assert ended is not None
        assert ended.state(self.clock.now()) is SyncState.DONE

    def _move_sandbox(self, seconds: float) -> datetime:
        return datetime.fromisoformat(self.books.sandbox.control("clock", {"advance_s": seconds})["now"])

    # --- what the accountant does ---------------------------------------------------------------------------------

    def enter(self, records: Sequence[tuple[str, Wire]]) -> list[Wire]:
        """Enter new records in QuickBooks. Returns: them, as they stand."""
        return self._batch("create", records)

    def delete(self, records: Sequence[tuple[str, Wire]]) -> None:
        """Delete records as they stand."""
        self._batch("delete", [(entity, _head(wire)) for entity, wire in records])

    def change(self, records: Sequence[tuple[str, Wire, Wire]]) -> None:
        """Change records as they stand, each in some members."""
        self._batch("update", [(entity, {**_head(wire), "sparse": True, **new}) for entity, wire, new in records])

    def void(self, payment: Wire) -> None:
        """Void a payment."""
        body = {**_head(payment), "sparse": True}
        self._accountant.write("/billpayment", body, "", operation="update", include="void")

    def all_of(self, entity: str) -> list[Wire]:
        """List what QuickBooks keeps."""
        where = {"company": self.books.realm, "entity": entity}
        found: list[Wire] = exact(self.books.sandbox.http.get("/_sandbox/records", params=where).text)
        return found

    def _batch(self, operation: str, records: Sequence[tuple[str, Wire]]) -> list[Wire]:
        stored: list[Wire] = []
        for first in range(0, len(records), LARGEST_BATCH):
            some = records[first : first + LARGEST_BATCH]
            answers = self._accountant.batch([{"operation": operation, entity: body} for entity, body in some])
            for (entity, _), answer in zip(some, answers, strict=True):
                assert isinstance(answer, Reply), answer
                stored.append(dict(answer.body[entity]))
        return stored

    @cached_property
    def _accountant(self) -> Any:
        return self.books.client()


def _head(wire: Mapping[str, Any]) -> Wire:
    return {name: wire[name] for name in ("Id", "SyncToken")}
