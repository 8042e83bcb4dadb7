"""What an entry comes to, account by account: as ConnectWise's own ledger says it, and as QuickBooks has it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from benchmarks.bills import ITEMS, ROUNDING, TOLERANCE_MINOR
from local.sandbox.store import Record

_ACCOUNTS = {id_: account for account, (id_, _) in ITEMS.items()}

# A total, and what of it is on which of ConnectWise's accounts.
type Booked = tuple[Decimal, dict[str, Decimal]]


def to_be_booked(transaction: Record) -> Booked:
    """Say what an entry has to be. Takes: a transaction of an export; QuickBooks shows a credit memo as positive."""
    sign = -1 if transaction["billingType"] == "CreditMemo" else 1
    total = sign * Decimal(transaction["total"])
    sums = _summed((line["accountNumber"], -sign * Decimal(line["total"])) for line in transaction["detail"])
    off = total - sum(sums.values())
    assert abs(off) * 100 <= TOLERANCE_MINOR, transaction
    return total, _without_nothing({**sums, ROUNDING: off})


def booked(entry: Record) -> Booked:
    """Say what an entry is. Takes: an invoice or a credit memo of QuickBooks."""
    lines = (line for line in entry["Line"] if line["DetailType"] == "SalesItemLineDetail")
    sums = _summed(
        (_ACCOUNTS[line["SalesItemLineDetail"]["ItemRef"]["value"]], Decimal(line["Amount"])) for line in lines
    )
    return Decimal(entry["TotalAmt"]), _without_nothing(sums)


def _summed(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for account, amount in amounts:
        sums[account] += amount
    return sums


def _without_nothing(sums: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {account: amount for account, amount in sums.items() if amount}
