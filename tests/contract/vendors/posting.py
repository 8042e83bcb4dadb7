"""What our worker does with the port Postings, and what it sees there, by the names of a story."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from crossfoot.core.model import Billed, CreditMemo, Invoice, Kind, Ref
from crossfoot.core.sync.postings import PostedLine, Posting

from tests.contract.vendors.both import Names, Shown

# What has ids or words of the system's own.
_OF_THE_SYSTEM = frozenset({"id", "record_ids", "customer_account"})


class PostingBills:
    """The bills of one site, as its general ledger has them."""

    def __init__(self, psa: Any, names: Names) -> None:
        self._psa, self._names = psa, names
        self._ids: dict[str, tuple[int, ...]] = {}

    def read(self, *names: str) -> dict[str, Shown]:
        """Show how bills would be posted now; what is missing would not be."""
        found: Mapping[Ref, Posting] = self._psa.fetch_postings([self._bill(name) for name in names])
        shown = {self._names.name_of(ref): posting for ref, posting in found.items()}
        self._ids |= {name: posting.record_ids for name, posting in shown.items()}
        return {name: self._plain(posting) for name, posting in shown.items()}

    def ledger(self, name: str) -> list[Any]:
        return [self._plain(line) for line in self._psa.fetch_ledger(self._bill(name))]

    def batch(self, name: str, identifier: str, *, without: int = 0) -> None:
        """Post a bill as it was read last. Takes: `without` so many of its records, which is no whole bill."""
        self._psa.create_batch(identifier, self._ids[name][without:])

    def finds(self, identifier: str) -> bool:
        return self._psa.find_batch(identifier) is not None

    def delete(self, identifier: str) -> None:
        """Take a batch back, twice over."""
        found = self._psa.find_batch(identifier)
        for _ in range(2):
            self._psa.delete_batch(found)

    def batch_of(self, name: str) -> tuple[bool, str]:
        """Tell whether a bill is closed, and which batch it is in."""
        bill = self._bill(name)
        return bill.closed, bill.batch

    def _bill(self, name: str) -> Billed:
        id_ = self._names.id_of(name)
        [found] = self._psa.fetch_records(Kind.INVOICE, [id_]).records
        assert isinstance(found, Invoice | CreditMemo)
        return found

    def _plain(self, value: Any) -> Any:
        match value:
            case Posting() | PostedLine():
                said = (each.name for each in fields(value) if each.name not in _OF_THE_SYSTEM)
                shown = {name: self._plain(getattr(value, name)) for name in said}
                shown["records"] = len(value.record_ids) if isinstance(value, Posting) else 1
                return shown
            case Ref():
                return self._names.name_of(value)
            case (kind, str(id_)):
                return kind, self._names.name_of_line(kind, id_)
            case tuple():
                return [self._plain(each) for each in value]
            case _:
                return value
