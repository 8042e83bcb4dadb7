"""One partner's office on both sandboxes: the product works on the real wire, and people enter what they enter."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from itertools import takewhile
from typing import Any

from crossfoot.adapters.connectwise.rows import ConnectWisePsa
from crossfoot.adapters.quickbooks.client import Reply
from crossfoot.adapters.quickbooks.deposits import QuickBooksDeposits
from crossfoot.adapters.quickbooks.receipts import QuickBooksReceipts
from crossfoot.core.company import Company
from crossfoot.core.model import ACCOUNTING, System
from crossfoot.core.preferences import Preferences
from crossfoot.errors import Retryable
from crossfoot.ledger import LEASE
from crossfoot.messages import Message, MirrorPayment

from tests.adapters.connectwise.site import Msp
from tests.adapters.quickbooks.company import Company as Books
from tests.adapters.quickbooks.company import WallClock
from tests.adapters.sandbox import Sandbox, exact
from tests.contract.vendors.both import LATER_S
from tests.fakes.clock import FakeClock
from tests.fakes.world import TENANT, World

LARGEST_BATCH = 30
# How many payments a delivery of the queue holds (template.yaml: MirrorPayment's BatchSize).
LARGEST_DELIVERY = 10
# Whatever is under way comes to rest within so many deliveries, or it never does.
MAX_DELIVERIES = 500

type Wire = dict[str, Any]


class OfficeClock(FakeClock):
    """Our clock: the sandboxes' processes have the machine's, so it moves by itself too."""

    def __init__(self, wall: WallClock) -> None:
        self.wall = wall

    def now(self) -> datetime:
        return self.wall.now()

    def stamp(self) -> str:
        return self.now().isoformat()

    def advance(self, seconds: float) -> None:
        self.wall.ahead += timedelta(seconds=seconds)


class Office(World):
    """A world whose two systems are real processes; our own table stays in memory."""

    def __init__(self, quickbooks: Sandbox, connectwise: Sandbox) -> None:
        self.books, self.site = Books(quickbooks), Msp(connectwise)
        super().__init__(clock=OfficeClock(self.books.clock))
        self._moved_s = 0.0
        accounts = {each["Name"]: each["Id"] for each in self.books.query("Account")}
        self.funds, self.bank = accounts["Undeposited Funds"], accounts["Checking"]
        self.fees = self.books.expense_account()
        self.preferences.save(
            TENANT,
            Preferences(
                external_payments_enabled=True,
                deposits_enabled=True,
                deposit_account_id=self.bank,
                fee_account_id=self.fees,
            ),
        )

    # --- what the product's steps open ----------------------------------------------------------------------------

    def source(self, tenant: str, system: System) -> Any:
        return self.books.source if system is ACCOUNTING else self.site.psa

    def accounting(self, tenant: str) -> Any:
        return self.books.source

    @cached_property
    def _receipts(self) -> QuickBooksReceipts:
        return QuickBooksReceipts(self.books.client())

    @cached_property
    def _deposits(self) -> QuickBooksDeposits:
        return QuickBooksDeposits(self.books.client())

    def receipts(self, tenant: str) -> QuickBooksReceipts:
        return self._receipts

    def deposits(self, tenant: str) -> QuickBooksDeposits:
        return self._deposits

    def psa(self, tenant: str) -> ConnectWisePsa:
        return self.site.psa

    def fetch_company(self, tenant: str) -> Company:
        return self._receipts.fetch_company()

    # --- time -----------------------------------------------------------------------------------------------------

    def come_to_rest(self) -> None:
        """Let everything be done, and then be seen by the product, twice: nothing may swing."""
        self._work_off()
        for _ in range(2):
            self._pass_time()
            self.nudge()
            self._work_off()

    def _work_off(self) -> None:
        for _ in range(MAX_DELIVERIES):
            if not self.queue.messages:
                return
            payments = list(takewhile(_is_payment, self.queue.messages[:LARGEST_DELIVERY]))
            if payments:
                self._mirror(payments)
            else:
                self.deliver()
        raise AssertionError("the queues do not come to rest")

    def _mirror(self, messages: Sequence[Any]) -> None:
        """Mirror what one delivery holds, as the Lambda does: what has to wait comes again, later."""
        del self.queue.messages[: len(messages)]
        step = self.mirror_step([message.payment for message in messages])
        for message in messages:
            try:
                step.mirror(message.payment)
            except Retryable:
                self.clock.advance(LEASE.total_seconds() + 1)
                self.queue.messages.append(message)

    def _pass_time(self) -> None:
        """Move on, the sandboxes with us, until a read no longer reaches back to what was read before."""
        self.clock.advance(LATER_S)
        ahead_s = self.books.clock.ahead.total_seconds()
        for sandbox in (self.books.sandbox, self.site.sandbox):
            sandbox.control("clock", {"advance_s": ahead_s - self._moved_s})
        self._moved_s = ahead_s

    # --- what people enter ----------------------------------------------------------------------------------------

    def enter(self, records: Sequence[tuple[str, Wire]]) -> list[Wire]:
        """Enter new records in QuickBooks. Returns: them, as they stand."""
        stored: list[Wire] = []
        for first in range(0, len(records), LARGEST_BATCH):
            some = records[first : first + LARGEST_BATCH]
            answers = self.books.client().batch([{"operation": "create", entity: body} for entity, body in some])
            for (entity, _), answer in zip(some, answers, strict=True):
                assert isinstance(answer, Reply), answer
                stored.append(dict(answer.body[entity]))
        return stored

    def post(self, entity: str, body: Mapping[str, Any], *, operation: str = "", include: str = "") -> Wire:
        """Write to QuickBooks as its own screens do. Raises: as the client."""
        path = f"/{entity.lower()}"
        answer = self._accountant.write(path, body, "", operation=operation, include=include)
        return dict(answer[entity])

    @cached_property
    def _accountant(self) -> Any:
        return self.books.client()

    def all_in_quickbooks(self, entity: str) -> list[Wire]:
        """List what QuickBooks keeps."""
        answer = self.books.sandbox.http.get(
            "/_sandbox/records", params={"company": self.books.realm, "entity": entity}
        )
        found: list[Wire] = exact(answer.text)
        return found

    def all_in_connectwise(self) -> list[Wire]:
        """List the invoices that ConnectWise keeps, as its API shows them."""
        pages = self.site.client().pages("/finance/invoices")
        return [dict(record) for page in pages for record in page.records]


def _is_payment(message: Message) -> bool:
    return isinstance(message, MirrorPayment)
