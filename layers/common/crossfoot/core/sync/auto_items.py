"""Items to be made, one for each kind of work, so that its revenue lands where ConnectWise would post it (S4)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count

from crossfoot.core.latin import to_latin
from crossfoot.core.model import LineKind, Ref
from crossfoot.core.sync.catalogue import Catalogue
from crossfoot.core.sync.contexts import read_context
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.settings import MappingKey, MappingKind, Setup
from crossfoot.core.sync.targets import Targets, fault_of

# QuickBooks' own limit; and what it keeps a colon for: categories.
MAX_NAME = 100
_UNUSUAL = str.maketrans({":": "-"})


@dataclass(frozen=True, slots=True)
class ProposedItem:
    """An item to be made, or to be taken over where it is there and posts to the same account.

    Takes: `account_id` is its income account, which ConnectWise means by `ledger_accounts`; `keys` are what it would stand
    for, and `bills` are those that need one of them.
    """

    name: str
    account_id: str
    account_name: str
    keys: tuple[MappingKey, ...]
    ledger_accounts: tuple[str, ...]
    bills: tuple[Ref, ...]


def propose_items(billings: Iterable[Billing], setup: Setup, catalogue: Catalogue) -> tuple[ProposedItem, ...]:
    """Propose the items that time lacks in line-item mode: nothing stands for it yet, or what does posts elsewhere.

    Work that ConnectWise posts to several accounts gets none, nor where nobody said which account is meant in the
    accounting, or it is inactive there.
    Returns: by name; no name twice, and none of an item that could not be taken over.
    Source: S4.
    """
    targets, names = Targets(setup, catalogue), _Names(catalogue)
    groups: dict[tuple[str, str], list[_Work]] = {}
    for work in _find_works(billings, targets):
        if _lacks_item(work, setup, catalogue):
            groups.setdefault((read_context(work.labour).name, work.account_id), []).append(work)
    contested = Counter(name for name, _ in groups)
    proposed = []
    for (name, account_id), works in sorted(groups.items()):
        # Where work types tell the accounts apart, each has an item of its own.
        for alike in [[work] for work in works] if contested[name] > 1 else [works]:
            wishes = _wishes(alike, targets)[contested[name] > 1 :]
            proposed.append(_propose(alike, names.find(wishes, account_id), targets))
    return tuple(sorted(proposed, key=lambda item: item.name))


def find_unsaid(billings: Iterable[Billing], setup: Setup, catalogue: Catalogue) -> tuple[str, ...]:
    """Name the accounts that ConnectWise posts time to, and of which nobody said what is meant in the accounting.

    No item is proposed for work on them, and it is not compared where their time lands.
    Source: S4.
    """
    targets = Targets(setup, catalogue)
    accounts = {account for of_labour in _posted(billings).values() for account in of_labour}
    return tuple(sorted(account for account in accounts if not targets.account_meant(account)))


@dataclass(frozen=True, slots=True)
class _Work:
    """A kind of work that ConnectWise posts to one account."""

    labour: str
    account_id: str
    ledger_accounts: tuple[str, ...]
    bills: tuple[Ref, ...]

    @property
    def key(self) -> MappingKey:
        return MappingKey(MappingKind.ITEM, f"{LineKind.TIME}:{self.labour}")


def _posted(billings: Iterable[Billing]) -> dict[str, dict[str, dict[Ref, None]]]:
    """Find by kind of work and account which bills post it there."""
    posted: dict[str, dict[str, dict[Ref, None]]] = {}
    for billing in billings:
        labours = {(line.kind, line.id): line.labour for line in billing.lines if line.kind is LineKind.TIME}
        for line in billing.posting.lines if billing.posting is not None else ():
            if line.source in labours:
                accounts = posted.setdefault(labours[line.source], {})
                accounts.setdefault(line.account, {})[billing.bill.ref] = None
    return posted


def _find_works(billings: Iterable[Billing], targets: Targets) -> Iterator[_Work]:
    for labour, accounts in sorted(_posted(billings).items()):
        meant = {targets.account_meant(account) for account in accounts}
        if len(meant) == 1 and _is_open(account_id := meant.pop(), targets):
            bills = dict.fromkeys(bill for of_account in accounts.values() for bill in of_account)
            yield _Work(labour, account_id, tuple(sorted(accounts)), tuple(bills))


def _is_open(account_id: str, targets: Targets) -> bool:
    account = targets.catalogue.company.account(account_id)
    return account is not None and account.active


def _lacks_item(work: _Work, setup: Setup, catalogue: Catalogue) -> bool:
    """Tell whether what stands for some work cannot be used, or posts elsewhere than ConnectWise means."""
    targets = Targets(setup, catalogue)
    item = targets.item(work.key.key)
    return not targets.are_found or item.account_id != work.account_id


def _propose(works: Sequence[_Work], name: str, targets: Targets) -> ProposedItem:
    account_id = works[0].account_id
    return ProposedItem(
        name,
        account_id,
        targets.account_name(account_id),
        tuple(work.key for work in works),
        tuple(sorted({account for work in works for account in work.ledger_accounts})),
        tuple(dict.fromkeys(bill for work in works for bill in work.bills)),
    )


def _wishes(works: Sequence[_Work], targets: Targets) -> tuple[str, ...]:
    """Give the names that an item could have, the shortest that tells it from others first."""
    context = read_context(works[0].labour)
    full = context.full_name if len(works) == 1 else context.name
    return (context.name, full, f"{full}-{targets.account_name(works[0].account_id)}")


class _Names:
    """Gives names that are free, or of an item that can be taken over; case tells no names apart."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._items = {item.name.casefold(): item for item in catalogue.items.values()}
        self._given: set[str] = set()

    def find(self, wishes: Sequence[str], account_id: str) -> str:
        """Give the first name that may be had, numbered where none is free."""
        plain = [to_latin(wish.translate(_UNUSUAL), MAX_NAME) for wish in wishes]
        numbered = (f"{plain[-1][: MAX_NAME - 5].rstrip()} {number}" for number in count(2))
        name = next(each for each in chain(plain, numbered) if self._may_be_had(each.casefold(), account_id))
        self._given.add(name.casefold())
        return name

    def _may_be_had(self, name: str, account_id: str) -> bool:
        if name in self._given:
            return False
        item = self._items.get(name)
        return item is None or (item.account_id == account_id and not fault_of(item, self._catalogue))
