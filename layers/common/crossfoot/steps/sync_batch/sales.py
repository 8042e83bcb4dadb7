"""Writes entries into the accounting and takes them back, each exactly once, some of them thirty in a call (S7, S8, S9)."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from crossfoot.core.effects import REQUEST_ID_LENGTH, Effect, Move, marker_of, next_move
from crossfoot.core.model import Billed, CreditMemo, Invoice, Ref, Standing
from crossfoot.core.receipts import Operation
from crossfoot.core.sync.effects import (
    SALE,
    Entry,
    Misfit,
    standing_sale,
    to_create_effect,
    to_delete_effect,
    to_standing_result,
)
from crossfoot.core.sync.sales import Sale, SaleKind, SaleWrite, from_body
from crossfoot.errors import Conflict, OutcomeUnknown
from crossfoot.ledger import Written, confirm_adopted, perform, perform_many, settle, withdraw_unsent
from crossfoot.ledger import plan as plan_effect
from crossfoot.ports import Entered, Entries, Sales
from crossfoot.rereading import as_deleted
from crossfoot.steps.sync_batch.needs import Ports

# What keeps one bill from being written now, and says nothing of the others.
ITS_OWN = (Conflict, OutcomeUnknown)
# So many times longer than one entry, thirty in a call may still be coming in after their answer was lost: QuickBooks
# gives a call up after two minutes. What is looked for sooner, and written again in another call, would stand twice.
BATCH_COMMITS = 3


class SaleHands:
    """Looks for and sends writes on entries.

    `entered` are those that were made or found by now, by the keys of their effects.
    """

    def __init__(self, sales: Sales, entries: Entries) -> None:
        self._sales, self._entries = sales, entries
        self._known: dict[str, Sale] = {}
        self.entered: dict[str, Entered] = {}
        self._walked: Mapping[str, Entered | None] = {}

    @contextmanager
    def walked(self, left: Sequence[Effect], now: datetime) -> Iterator[None]:
        """Look for several entries whose answers were lost in one walk; meanwhile each of them is known.

        Takes: effects as they are stored: whoever moves one after this walk is in the way of what is stored of it then.
        """
        due = [each for each in left if next_move(each, now) is Move.LOOK_FIRST and _is_made(each)]
        self._walked = self._walk(due) if len(due) > 1 else {}
        try:
            yield
        finally:
            self._walked = {}

    def _walk(self, due: Sequence[Effect]) -> dict[str, Entered | None]:
        found: dict[str, Entered | None] = {}
        for kind, currency in dict.fromkeys(map(_kind_of, due)):
            some = [each for each in due if _kind_of(each) == (kind, currency)]
            since = min(each.planned_at for each in some if each.planned_at is not None)
            there = self._sales.find_sales(kind, {marker_of(each.key) for each in some}, since, currency)
            found |= {each.key: there.get(marker_of(each.key)) for each in some}
        return found

    def know(self, sales: Iterable[Sale]) -> None:
        """Remember entries that were kept a moment ago, so that they are not read back."""
        self._known = {sale.digest: sale for sale in sales}

    def look(self, effect: Effect) -> Written | None:
        """Find a write in QuickBooks: an entry by the marker in its note, a deletion by what is gone."""
        write = from_body(effect.body)
        assert effect.planned_at is not None
        if write.operation is Operation.CREATE:
            found = (
                self._walked[effect.key]
                if effect.key in self._walked
                else self._sales.find_sale(write.kind, marker_of(effect.key), effect.planned_at, write.currency)
            )
            return self._made(effect, self._sale(effect, write), found) if found is not None else None
        is_gone = self._sales.fetch_sale(write.kind, write.id, write.currency) is None
        return Written("", {}) if is_gone else None

    def send(self, effect: Effect) -> Written:
        """Write it. Raises: as Sales."""
        write = from_body(effect.body)
        if write.operation is Operation.DELETE:
            self._sales.delete_sale(write.kind, write.id, write.revision, effect.key)
            return Written("", {})
        sale = self._sale(effect, write)
        return self._made(effect, sale, self._sales.create_sale(sale, _note(effect), effect.key))

    def send_many(self, effects: Sequence[Effect]) -> list[Written | Exception]:
        """Make several entries in one metered call. Raises: as Sales."""
        sales = [self._sale(effect, from_body(effect.body)) for effect in effects]
        asked = [(sale, _note(effect)) for effect, sale in zip(effects, sales, strict=True)]
        answers = self._sales.create_sales(asked, _request_id(effects))
        return [
            answer if isinstance(answer, Exception) else self._made(effect, sale, answer)
            for effect, sale, answer in zip(effects, sales, answers, strict=True)
        ]

    def _sale(self, effect: Effect, write: SaleWrite) -> Sale:
        sale = self._known.get(write.digest) or self._entries.load(effect.tenant, effect.subject, write.digest)
        assert sale is not None, f"the entry of {effect.key} was kept before its effect was planned"
        return sale

    def _made(self, effect: Effect, sale: Sale, found: Entered) -> Written:
        self.entered[effect.key] = found
        return Written(found.standing.id, to_standing_result(effect, found.standing, sale))


def _is_made(effect: Effect) -> bool:
    return from_body(effect.body).operation is Operation.CREATE


def _kind_of(effect: Effect) -> tuple[SaleKind, str]:
    write = from_body(effect.body)
    return write.kind, write.currency


def _note(effect: Effect) -> str:
    number = from_body(effect.body).number
    return f"ConnectWise {number or effect.subject.id}. {marker_of(effect.key)}"


def _request_id(effects: Sequence[Effect]) -> str:
    """Name a call by the effects in it: the same ones again are the same request."""
    return hashlib.sha256(" ".join(effect.key for effect in effects).encode()).hexdigest()[:REQUEST_ID_LENGTH]


class SaleLedger:
    """The entries of one partner's bills, written through the effects ledger."""

    def __init__(self, tenant: str, ports: Ports) -> None:
        self._tenant, self._ports = tenant, ports
        self._opened: SaleHands | None = None

    @property
    def hands(self) -> SaleHands:
        """Open the accounting. Raises: NeedsPartner when it is not connected."""
        if self._opened is None:
            self._opened = SaleHands(self._ports.systems.sales(self._tenant), self._ports.entries)
        return self._opened

    def load(self, bills: Iterable[Ref]) -> tuple[dict[Ref, Effect], dict[Ref, Exception]]:
        """Read the newest effects on bills, and find out what became of those that were left behind.

        Returns: the effects, each settled or never sent; and of the bills that nothing can be said of yet, why.
        Raises: errors of the accounting that stand for all of them.
        """
        latest, held = self._ports.effects.load_latest_of(self._tenant, SALE, bills), dict[Ref, Exception]()
        left = [effect for effect in latest.values() if effect.in_flight]
        if not left:
            return latest, held
        with self.hands.walked(left, self._ports.clock.now()):
            for effect in left:
                try:
                    latest[effect.subject] = self.settled(effect)
                except ITS_OWN as error:
                    held[effect.subject] = error
                    del latest[effect.subject]
        return latest, held

    def settled(self, latest: Effect) -> Effect:
        """Find out what became of an effect. Raises: Conflict while it may still arrive; errors of reads."""
        ports = self._ports
        return settle(latest, ports.effects, lambda: self.hands, ports.clock, ports.patience)

    def plan(self, bill: Ref, entry: Entry, latest: Effect | None) -> Effect:
        """Fence a bill off. The entry is kept by then. Raises: Conflict."""
        effect = to_create_effect(self._tenant, bill, entry, latest)
        return plan_effect(effect, self._ports.effects, self._ports.clock)

    def enter(self, planned: Sequence[Effect], *, at_once: bool) -> dict[Ref, Effect | Exception]:
        """Write planned entries: in one metered call, or singly, which is free.

        Returns: each settled, or what keeps it from being written now.
        Raises: what stands for all of them; nothing of a call that failed so is written, or it is stored as unknown.
        """
        ports = self._ports
        if at_once:
            patience = replace(ports.patience, longest_commit=BATCH_COMMITS * ports.patience.longest_commit)
            ended = perform_many(planned, ports.effects, self.hands, ports.clock, patience)
            return {effect.subject: outcome for effect, outcome in zip(planned, ended, strict=True)}
        return {effect.subject: self._perform(effect) for effect in planned}

    def take_back(self, latest: Effect, revision: str, *, misfit: Misfit | None = None) -> Effect:
        """Delete the entry that stands. Returns: the effect, confirmed or refused. Raises: as `perform`."""
        return self.delete(self.plan_deletion(latest, revision, misfit=misfit))

    def plan_deletion(self, latest: Effect, revision: str, *, misfit: Misfit | None = None) -> Effect:
        """Fence the entry that stands off. Raises: Conflict."""
        standing = standing_sale(latest)
        assert standing is not None
        write = SaleWrite(
            standing.operation, standing.kind, standing.digest, standing.currency, standing.total_minor,
            standing.number, standing.id, revision,
        )  # fmt: skip
        effect = to_delete_effect(self._tenant, latest.subject, write, latest, misfit=misfit)
        return plan_effect(effect, self._ports.effects, self._ports.clock)

    def delete(self, planned: Effect) -> Effect:
        """Delete an entry as it was planned. Returns: the effect, confirmed or refused. Raises: as `perform`."""
        return perform(planned, self._ports.effects, self.hands, self._ports.clock, self._ports.patience)

    def note_gone(self, latest: Effect) -> Effect:
        """Say that the entry which stood is gone: somebody deleted it, or voided it. Raises: Conflict."""
        standing = standing_sale(latest)
        assert standing is not None
        effect = to_delete_effect(self._tenant, latest.subject, standing, latest, misfit=None)
        planned = plan_effect(effect, self._ports.effects, self._ports.clock)
        return confirm_adopted(planned, Written("", {}), self._ports.effects, self._ports.clock)

    def drop(self, latest: Effect | None) -> None:
        """End an effect that was never sent and that nobody wants any more. Raises: Conflict."""
        withdraw_unsent(latest, self._ports.effects, self._ports.clock)

    def keep(self, sales: Mapping[Ref, Sale]) -> None:
        """Keep entries before anything is planned to write them."""
        if sales:
            self._ports.entries.save_many(self._tenant, sales)
            self.hands.know(sales.values())

    def entered(self, effect: Effect) -> Entered | None:
        """Give what a write of this invocation left in the accounting; None where another one made it."""
        return self.hands.entered.get(effect.key)

    def _perform(self, planned: Effect) -> Effect | Exception:
        try:
            return perform(planned, self._ports.effects, self.hands, self._ports.clock, self._ports.patience)
        except ITS_OWN as error:
            return error


def note_deleted(tenant: str, accounting: Ref, seen: Billed | None, ports: Ports) -> None:
    """Keep an entry in the book as deleted, also where no read has brought it yet: its number is free again.

    Takes: `seen` is the entry as the accounting showed it last, where this worker has it.
    """
    copy = seen or ports.book.load(tenant, accounting)
    if isinstance(copy, Invoice | CreditMemo) and copy.standing is not Standing.DELETED:
        ports.book.save(tenant, [as_deleted(copy, ports.clock.now())])
