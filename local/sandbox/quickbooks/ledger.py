"""What a transaction does to the rest of the book, and carrying the difference between two versions of it over."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from local.sandbox.quickbooks.book import Book, amount_of, money
from local.sandbox.store import Record

# What a link calls a transaction, where it is not the name of its entity.
_STORED_AS = {
    "Expense": "Purchase",
    "Check": "Purchase",
    "CreditCardCredit": "Purchase",
    "BillPaymentCheck": "BillPayment",
    "BillPaymentCreditCard": "BillPayment",
}
# Transactions that stay open until others settle them.
OPEN_KINDS = ("Invoice", "CreditMemo", "Bill", "VendorCredit")
_LINKED_KINDS = (*OPEN_KINDS, "Payment")
_DEBIT_CLASSES = ("Asset", "Expense")

type Link = tuple[str, str]  # TxnType, TxnId
type Party = tuple[str, str]  # "Customer" or "Vendor", Id
type EffectOf = Callable[[Book, Record], "Effect"]


@dataclass
class Effect:
    """What one version of a transaction stands for.

    Takes: `debits` by account, credits being negative: they come to nothing together. `owed`: what a customer owes us,
    or we owe a vendor, through it. `links`: what it takes off the open balance of each transaction that it settles, or
    nothing for one that it only holds; `called` is its own name among their links.
    """

    debits: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    owed: defaultdict[Party, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    links: dict[Link, Decimal] = field(default_factory=dict)
    called: str = ""

    def debit(self, account_id: str | None, amount: Decimal) -> None:
        """Post an amount; an account that the company does not have takes none."""
        if account_id:
            self.debits[account_id] += amount

    def credit(self, account_id: str | None, amount: Decimal) -> None:
        """Post an amount to the other side."""
        self.debit(account_id, -amount)


def post(book: Book, id: str, was: Effect, now: Effect, besides: Link | None = None) -> None:  # noqa: A002
    """Carry the difference between two versions of a transaction into accounts, parties and linked transactions.

    Takes: `besides`, a linked transaction that is about to go and so is left as it is.
    """
    for link in sorted(was.links.keys() | now.links.keys()):
        if link != besides:
            _move_link(book, id, link, was, now)
    for party in sorted(was.owed.keys() | now.owed.keys()):
        _move_party(book, party, now.owed[party] - was.owed[party])
    for account_id in sorted(was.debits.keys() | now.debits.keys()):
        _move_account(book, account_id, now.debits[account_id] - was.debits[account_id])


def stored_as(txn_type: str) -> str:
    """Name the entity behind a `TxnType`."""
    return _STORED_AS.get(txn_type, txn_type)


def system_account(book: Book, subtype: str) -> str | None:
    """Return the id of a system account, or None."""
    account = book.account_of_subtype(subtype)
    return account["Id"] if account else None


def _move_account(book: Book, id: str, debit: Decimal) -> None:  # noqa: A002
    account = book.get("Account", id) if debit else None
    if account is None:
        return
    amount = debit if account.get("Classification") in _DEBIT_CLASSES else -debit
    names = ("CurrentBalance", "CurrentBalanceWithSubAccounts")
    moved = account | {name: money(amount_of(account, name) + amount) for name in names}
    book.change("Account", account, moved, verb=None, token=False)


def _move_party(book: Book, party: Party, amount: Decimal) -> None:
    """Add to what a customer or a vendor has open, and to a customer's `BalanceWithJobs` all the way up."""
    kind, id = party  # noqa: A001
    own, above = (("Balance", "BalanceWithJobs"), ("BalanceWithJobs",)) if kind == "Customer" else (("Balance",), ())
    seen: set[str] = set()
    names: tuple[str, ...] = own
    while amount and names and id not in seen and (record := book.get(kind, id)):
        seen.add(id)
        moved = record | {name: money(amount_of(record, name) + amount) for name in names}
        book.change(kind, record, moved, verb=None, token=False)
        id, names = str(record.get("ParentRef", {}).get("value", "")), above  # noqa: A001


def _move_link(book: Book, id: str, link: Link, was: Effect, now: Effect) -> None:  # noqa: A002
    kind = stored_as(link[0])
    target = book.get(kind, link[1]) if kind in _LINKED_KINDS else None
    if target is None:
        return
    amount = now.links.get(link, Decimal(0)) - was.links.get(link, Decimal(0))
    moved = target | {"LinkedTxn": _relinked(target.get("LinkedTxn", []), id, link, was, now)}
    if kind in OPEN_KINDS:
        moved["Balance"] = money(amount_of(target, "Balance") - amount)
    if kind == "CreditMemo":
        moved["RemainingCredit"] = moved["Balance"]
    if not amount and moved["LinkedTxn"] == target.get("LinkedTxn", []):
        return
    verb = "updated" if book.switches.linked_events else None
    book.change(kind, target, moved, verb=verb, token=book.switches.invoice_token_moves)


def _relinked(before: list[Record], id: str, link: Link, was: Effect, now: Effect) -> list[Record]:  # noqa: A002
    if link in was.links and link in now.links and was.called == now.called:
        return before
    mine = [{"TxnId": id, "TxnType": called} for called in (was.called, now.called)]
    others = [each for each in before if {name: each.get(name) for name in ("TxnId", "TxnType")} not in mine]
    return [*others, mine[1]] if link in now.links else others
