"""A partner's payables on the platform: what it tells of vendors, bills, credits and payments, and both books after."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from crossfoot.core.model import PLATFORM, Kind, OutsidePayment, Ref, Standing, Version, parse_ref
from crossfoot.core.payables.entries import PAYABLE
from crossfoot.core.payables.preferences import Direction, PayablesPreferences
from crossfoot.core.payables.profile import PaymentSync, ProfileFacts
from crossfoot.core.payables.records import (
    Bill,
    BillPart,
    BillPayment,
    CostLine,
    CostLineKind,
    CreditPart,
    Payable,
    PayMethod,
    PayState,
    Vendor,
    VendorCredit,
    is_payable,
    vendor_of,
)
from crossfoot.core.payables.stored import standing_of
from crossfoot.core.payables.syncs import SyncStarter, new_sync
from crossfoot.messages import MirrorBill, SyncPayables
from crossfoot.ports import Outgoing

from tests.fakes.filing import TODAY
from tests.fakes.receipts import BANK, CARD, COSTS
from tests.fakes.world import TENANT, World

READY = PayablesPreferences(expense_account_id=COSTS, income_account_id="1", bank_account_id=BANK, card_account_id=CARD)
TWO_WAY = ProfileFacts(override=PaymentSync.TWO_WAY)
ACME = "platform-ven_1"


class Desk:
    """What one partner does on the platform, and what stands in QuickBooks then."""

    def __init__(
        self, preferences: PayablesPreferences = READY, facts: ProfileFacts = TWO_WAY, world: World | None = None
    ) -> None:
        self.world = world or World()
        self.world.payables_settings.save(TENANT, preferences)
        self.follow(facts)

    def choose(self, **members: Any) -> None:
        """Choose otherwise: `auto_sync=False`."""
        known = self.world.payables_settings.load(TENANT) or READY
        self.world.payables_settings.save(TENANT, replace(known, **members))

    def follow(self, facts: ProfileFacts) -> None:
        """Let another profile hold."""
        settings = self.world.payables_settings
        settings.replace_facts(TENANT, settings.load_facts(TENANT), facts)

    def one_way(self) -> None:
        self.choose(direction=Direction.TO_ACCOUNTING)

    # --- what the platform tells -----------------------------------------------------------------------------------

    def vendor(self, id_: str = "ven_1", name: str = "Acme", **members: Any) -> Ref:
        return self.tell(Vendor(Ref(PLATFORM, Kind.VENDOR, id_), _NEW, Standing.LIVE, name, **members))

    def bill(
        self, id_: str = "bill_1", minor: int = 100_00, *, vendor: str = ACME, account: str = COSTS, **members: Any
    ) -> Ref:
        lines = members.pop("lines", (CostLine("", CostLineKind.ACCOUNT, "Paper", minor, account),))
        number = members.pop("number", id_.upper())
        bill = Bill(
            Ref(PLATFORM, Kind.BILL, id_), _NEW, Standing.LIVE, number, parse_ref(Kind.VENDOR, vendor), "", TODAY, TODAY,
            "USD", minor, minor, lines,
        )  # fmt: skip
        return self.tell(replace(bill, **members))

    def credit(self, id_: str = "vc_1", minor: int = 30_00, *, vendor: str = ACME, **members: Any) -> Ref:
        lines = (CostLine("", CostLineKind.ACCOUNT, "Returned", minor, COSTS),)
        credit = VendorCredit(
            Ref(PLATFORM, Kind.VENDOR_CREDIT, id_), _NEW, Standing.LIVE, id_.upper(), parse_ref(Kind.VENDOR, vendor), "",
            TODAY, "USD", minor, lines=lines,
        )  # fmt: skip
        return self.tell(replace(credit, **members))

    def pay(
        self,
        id_: str,
        bills: Mapping[str, int],
        credited: Mapping[str, int] | None = None,
        *,
        vendor: str = ACME,
        on: date = TODAY,
        method: PayMethod = PayMethod.CHECK,
        state: PayState = PayState.PAID,
        **members: Any,
    ) -> Ref:
        """Pay bills, by their ids in our API, with vendor credits."""
        parts = tuple(BillPart(parse_ref(Kind.BILL, name), minor) for name, minor in bills.items())
        used = tuple(CreditPart(parse_ref(Kind.VENDOR_CREDIT, name), m) for name, m in (credited or {}).items())
        total = sum(part.amount_minor for part in parts) - sum(part.amount_minor for part in used)
        payment = BillPayment(
            Ref(PLATFORM, Kind.BILL_PAYMENT, id_), _NEW, Standing.LIVE, parse_ref(Kind.VENDOR, vendor), "", on, "USD",
            total, method, bills=parts, credits=used, state=state,
        )  # fmt: skip
        return self.tell(replace(payment, **members))

    def mark_paid_outside(self, ref: Ref) -> None:
        """Say that a bill was paid without the platform (B8)."""

        def marked(record: Any) -> Any:
            return replace(record, keeping=replace(record.keeping, outside=OutsidePayment(TODAY, "cash")))

        self.world.book.revise(TENANT, [ref], marked)

    def change(self, ref: Ref, **members: Any) -> None:
        """Change a record, and tell of it."""
        record: Any = self.told(ref)
        lines = {}
        if isinstance(record, Bill | VendorCredit):
            lines = {"lines": self.world.book.load_cost_lines(TENANT, record)}
            if "total_minor" in members and "lines" not in members:
                lines = {"lines": (CostLine("", CostLineKind.ACCOUNT, "Paper", members["total_minor"], COSTS),)}
        self.tell(replace(record, **{**lines, **members}))

    def tell(self, record: Payable, *, queued: bool = True) -> Ref:
        """Let the platform's word arrive."""
        self.world.clock.advance(1)
        stamp = f"{self.world.clock.now():%Y-%m-%dT%H:%M:%S.%fZ}"
        told = replace(record, version=Version(stamp, stamp))
        self.world.book.save(TENANT, [told])
        self.world.outbox.put(TENANT, [Outgoing(told.ref, vendor_of(told))])
        if queued:
            self.world.queue.send([self.message(told)])
        return told.ref

    def message(self, record: Payable, **members: Any) -> MirrorBill:
        kind: Any = record.ref.kind
        return MirrorBill(
            tenant=TENANT,
            record_kind=kind,
            record_id=record.ref.id,
            vendor=str(vendor_of(record) or ""),
            because=record.version.updated_at,
            **members,
        )

    # --- what goes on ------------------------------------------------------------------------------------------------

    def sync(self) -> None:
        """Press Sync Now, and let everything come to rest."""
        self.begin()
        self.world.settle()

    def begin(self) -> None:
        self.world.clock.advance(10)
        sync = new_sync(SyncStarter.PERSON, self.world.clock.now(), "one")
        begun = self.world.payable_syncs.begin(TENANT, sync)
        self.world.queue.send([SyncPayables(tenant=TENANT, sync=begun.id)])

    def sync_up_to_mirroring(self) -> None:
        """Press Sync Now, and let QuickBooks be read; what is to be mirrored then is left on the queue."""
        self.begin()
        while not isinstance(self.world.queue.messages[0], MirrorBill):
            self.world.deliver()

    def settle(self) -> None:
        """Let everything come to rest, and be read by the product, again and again: nothing may swing."""
        self.world.settle()
        self.sync()
        self.sync()

    # --- what there is afterwards -------------------------------------------------------------------------------------

    def told(self, ref: Ref) -> Payable:
        """Show a record of the platform as its book has it by now."""
        record = self.world.book.load(TENANT, ref)
        assert is_payable(record)
        return record

    def codes(self, ref: Ref) -> list[str]:
        """List what was decided on a record."""
        return [each.item.code for each in self.world.history.load(TENANT, ref)]

    def held(self, ref: Ref) -> list[str]:
        """List what holds a record up now."""
        parked = self.world.attention.load(TENANT, [ref])[ref]
        return [reason.decision.code for reason in parked.reasons]

    def waiting(self) -> dict[str, str]:
        """Show what waits to go out, and why."""
        return {ref.id: each.code for (_, ref), each in self.world.outbox.waiting.items()}

    def copy_id(self, ref: Ref) -> str:
        """Give QuickBooks' id of what stands for a record."""
        standing = standing_of(self.world.effects.load_latest(TENANT, PAYABLE, ref))
        assert standing is not None, f"nothing stands for {ref}"
        return standing.id

    def vendors(self) -> list[tuple[str, bool]]:
        """Show the vendors in QuickBooks: name, and whether active."""
        return sorted((each.name, each.active) for each in self._living(Vendor))

    def bills(self) -> dict[str, tuple[int, int]]:
        """Show the bills in QuickBooks by number: total, and what is open."""
        return {each.number: (each.total_minor, each.balance_minor) for each in self._living(Bill)}

    def credits(self) -> dict[str, tuple[int, int | None]]:
        """Show the vendor credits in QuickBooks by number: total, and what remains."""
        return {each.number: (each.total_minor, each.remaining_minor) for each in self._living(VendorCredit)}

    def payments(self) -> list[tuple[int, list[int], list[int]]]:
        """Show the payments in QuickBooks: money, parts of bills, parts of credits."""
        return sorted(
            (each.total_minor, sorted(p.amount_minor for p in each.bills), sorted(p.amount_minor for p in each.credits))
            for each in self._living(BillPayment)
        )

    def shown(self) -> tuple[object, ...]:
        """Show all of QuickBooks' payables."""
        return self.vendors(), self.bills(), self.credits(), self.payments()

    def check_at_rest(self) -> None:
        """Assert that nothing is in flight, and no number is there twice."""
        assert not self.world.queue.messages
        effects = [each for each in self.world.effects.effects.values() if each.kind == PAYABLE]
        assert all(effect.settled for effect in effects)
        numbers = [each.number for each in self._living(Bill)]
        assert len(numbers) == len(set(numbers))

    def _living[P: Payable](self, kind: type[P]) -> Sequence[P]:
        records = self.world.our_payables.records.values()
        return [each for each in records if isinstance(each, kind) and each.standing is Standing.LIVE]


_NEW = Version("", "")
