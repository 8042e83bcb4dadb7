"""Which record of the platform a record in QuickBooks stands for, in memory."""

from collections.abc import Iterable, Sequence

from crossfoot.core.model import ACCOUNTING, Payment, Ref
from crossfoot.core.payables.records import Payable, own_marker


class FakeOrigins:
    """Implements the port Origins."""

    def __init__(self) -> None:
        self.by_marker: dict[tuple[str, str], Ref] = {}
        self.marked: dict[tuple[str, str], Ref] = {}
        self.by_receipt: dict[tuple[str, Ref], Ref] = {}
        self.by_copy: dict[tuple[str, Ref], Ref] = {}
        self.by_deposit: dict[tuple[str, Ref], Ref] = {}

    def note_marker(self, tenant: str, marker: str, record: Ref) -> None:
        self.marked.pop((tenant, marker), None)
        self.by_marker[tenant, marker] = record

    def note_receipt(self, tenant: str, receipt: Ref, payment: Ref) -> None:
        self.by_receipt[tenant, receipt] = payment

    def note_copy(self, tenant: str, accounting: Ref, platform: Ref, marker: str = "") -> None:
        self.by_copy[tenant, accounting] = platform
        if marker:
            self.by_marker[tenant, marker] = platform
            self.marked[tenant, marker] = accounting

    def load_many(self, tenant: str, records: Sequence[Payment | Payable]) -> dict[Ref, Ref]:
        there = [record for record in records if record.ref.system is ACCOUNTING]
        found = {record.ref: self._by_id(tenant, record.ref) or self._by_marker(tenant, record) for record in there}
        return {ref: origin for ref, origin in found.items() if origin}

    def _by_id(self, tenant: str, ref: Ref) -> Ref | None:
        return self.by_receipt.get((tenant, ref)) or self.by_copy.get((tenant, ref))

    def _by_marker(self, tenant: str, record: Payment | Payable) -> Ref | None:
        marker = record.marker if isinstance(record, Payment) else own_marker(record)
        origin = self.by_marker.get((tenant, marker))
        is_taken = self.marked.get((tenant, marker), record.ref) != record.ref
        return origin if origin and origin.kind is record.ref.kind and not is_taken else None

    def load_copies(self, tenant: str, accounting: Iterable[Ref]) -> dict[Ref, Ref]:
        return {ref: self.by_copy[tenant, ref] for ref in accounting if (tenant, ref) in self.by_copy}

    def note_deposit(self, tenant: str, deposit: Ref, payout: Ref) -> None:
        self.by_deposit[tenant, deposit] = payout

    def load_payouts(self, tenant: str, deposits: Iterable[Ref]) -> dict[Ref, Ref]:
        found = {deposit: self.by_deposit.get((tenant, deposit)) for deposit in deposits}
        return {deposit: payout for deposit, payout in found.items() if payout}
