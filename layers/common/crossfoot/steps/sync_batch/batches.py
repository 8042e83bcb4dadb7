"""Puts each bill that stands in the accounting into a ConnectWise batch of its own, which tells every product so (S3)."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from crossfoot.core.effects import Effect, effect_key, next_generation
from crossfoot.core.model import CreditMemo, Invoice, Ref
from crossfoot.core.receipts import Operation
from crossfoot.core.sync.batching import GL_BATCH, BatchWrite, from_body, identifier_for, standing_batch
from crossfoot.core.sync.effects import to_batch_effect, to_batch_result
from crossfoot.core.sync.sales import SaleWrite
from crossfoot.errors import Rejected
from crossfoot.ledger import Written, perform, settle, withdraw_unsent
from crossfoot.ledger import plan as plan_effect
from crossfoot.ports import Postings
from crossfoot.steps.sync_batch.needs import Ports


class BatchHands:
    """Looks for and sends one write on the ConnectWise batch of a bill."""

    def __init__(self, postings: Postings) -> None:
        self._postings = postings

    def look(self, effect: Effect) -> Written | None:
        """Find a batch by the name that we gave it, or find it gone."""
        write = from_body(effect.body)
        id_ = self._postings.find_batch(write.identifier)
        if write.operation is Operation.DELETE:
            return Written("", {}) if id_ is None else None
        return _standing(effect, write, id_) if id_ is not None else None

    def send(self, effect: Effect) -> Written:
        """Write it. Raises: as Postings."""
        write = from_body(effect.body)
        return self._delete(write) if write.operation is Operation.DELETE else self._create(effect, write)

    def _create(self, effect: Effect, write: BatchWrite) -> Written:
        try:
            self._postings.create_batch(write.identifier, write.record_ids)
        except Rejected:
            # Posted already: that may have been us, where ConnectWise took it in and was asked once more.
            id_ = self._postings.find_batch(write.identifier)
            if id_ is None:
                raise
            return _standing(effect, write, id_)
        return _standing(effect, write, write.id)

    def _delete(self, write: BatchWrite) -> Written:
        id_ = write.id or self._postings.find_batch(write.identifier)
        if id_:
            self._postings.delete_batch(id_)
        return Written("", {})


def _standing(effect: Effect, write: BatchWrite, id_: str) -> Written:
    return Written(id_, to_batch_result(effect, replace(write, id=id_)))


class BatchLedger:
    """The ConnectWise batch of one bill, written through the effects ledger.

    Takes: `open_postings` opens ConnectWise, for whoever may have it open already; else each write opens it.
    """

    def __init__(
        self, tenant: str, bill: Ref, ports: Ports, open_postings: Callable[[], Postings] | None = None
    ) -> None:
        self._tenant, self._bill, self._ports = tenant, bill, ports
        self._open_postings = open_postings or partial(ports.systems.psa, tenant)

    def load(self) -> Effect | None:
        """Read the newest effect, and find out what became of it. Raises: Conflict while it may still arrive."""
        latest = self._ports.effects.load_latest(self._tenant, GL_BATCH, self._bill)
        return settle(latest, self._ports.effects, self._hands, self._ports.clock, self._ports.patience)

    def plan(self, entry: SaleWrite, record_ids: tuple[int, ...], latest: Effect | None, known_as: str = "") -> Effect:
        """Fence the bill off. Takes: `known_as` is its number in ConnectWise: QuickBooks may have given the entry another.

        Raises: Conflict.
        """
        number = known_as or entry.number or self._bill.id
        key = effect_key(self._tenant, GL_BATCH, self._bill, next_generation(latest))
        write = BatchWrite(Operation.CREATE, identifier_for(number, key), record_ids)
        effect = to_batch_effect(self._tenant, self._bill, number, write, latest, entry.id)
        return plan_effect(effect, self._ports.effects, self._ports.clock)

    def post(self, planned: Effect) -> Effect:
        """Write it. Returns: the effect, confirmed or refused. Raises: as `perform`."""
        return perform(planned, self._ports.effects, self._hands(), self._ports.clock, self._ports.patience)

    def take_back(self, number: str, latest: Effect) -> Effect:
        """Delete the batch that stands. Returns: the effect, confirmed or refused. Raises: as `perform`."""
        standing = standing_batch(latest)
        assert standing is not None
        write = replace(standing, operation=Operation.DELETE)
        effect = to_batch_effect(self._tenant, self._bill, number, write, latest)
        return self.post(plan_effect(effect, self._ports.effects, self._ports.clock))

    def note_gone(self, latest: Effect) -> None:
        """Note in the book that the bill is out of its batch: until ConnectWise is read again it would pass for one that
        another tool has posted.
        """
        seen, identifier = self._ports.book.load(self._tenant, self._bill), from_body(latest.body).identifier
        if isinstance(seen, Invoice | CreditMemo) and seen.batch == identifier:
            self._ports.book.save(self._tenant, [replace(seen, batch="")])

    def drop(self, latest: Effect | None) -> None:
        """End an effect that was never sent and that nobody wants any more. Raises: Conflict."""
        withdraw_unsent(latest, self._ports.effects, self._ports.clock)

    def _hands(self) -> BatchHands:
        return BatchHands(self._open_postings())
