"""Which payment of the platform a payment in QuickBooks stands for, in memory."""

from collections.abc import Iterable, Sequence

from crossfoot.core.model import ACCOUNTING, Payment, Ref


class FakeOrigins:
    """Implements the port Origins."""

    def __init__(self) -> None:
        self.by_marker: dict[tuple[str, str], Ref] = {}
        self.by_receipt: dict[tuple[str, Ref], Ref] = {}
        self.by_deposit: dict[tuple[str, Ref], Ref] = {}

    def note_marker(self, tenant: str, marker: str, payment: Ref) -> None:
        self.by_marker[tenant, marker] = payment

    def note_receipt(self, tenant: str, receipt: Ref, payment: Ref) -> None:
        self.by_receipt[tenant, receipt] = payment

    def load_many(self, tenant: str, payments: Sequence[Payment]) -> dict[Ref, Ref]:
        there = [payment for payment in payments if payment.ref.system is ACCOUNTING]
        by_marker = {each.ref: self.by_marker.get((tenant, each.marker)) for each in there if each.marker}
        by_receipt = {each.ref: self.by_receipt.get((tenant, each.ref)) for each in there}
        found = by_marker | {ref: origin for ref, origin in by_receipt.items() if origin}
        return {ref: origin for ref, origin in found.items() if origin}

    def note_deposit(self, tenant: str, deposit: Ref, payout: Ref) -> None:
        self.by_deposit[tenant, deposit] = payout

    def load_payouts(self, tenant: str, deposits: Iterable[Ref]) -> dict[Ref, Ref]:
        found = {deposit: self.by_deposit.get((tenant, deposit)) for deposit in deposits}
        return {deposit: payout for deposit, payout in found.items() if payout}
