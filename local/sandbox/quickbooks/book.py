"""One company's book: its records, their versions and times, and what their changes set off."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.kinds import KINDS
from local.sandbox.quickbooks.switches import Switches
from local.sandbox.quickbooks.times import Clock, metadata_time, parse_instant, stamp
from local.sandbox.store import Record, Store

OTHER_USER = "Craig Carlson"
TRANSACTION_IDS = "transaction"
_CENT = Decimal("0.01")

type Announce = Callable[[str, str, str, str], None]


def money(amount: Decimal | int | None) -> Decimal | int:
    """Round to the cent and spell as the vendor does: two decimals, but a bare 0."""
    cents = Decimal(amount or 0).quantize(_CENT, ROUND_HALF_UP)
    return cents if cents else 0


def amount_of(record: Record, name: str) -> Decimal:
    """Read an amount that may be missing."""
    return Decimal(record.get(name) or 0)


def deleted_kind(kind: str) -> str:
    """Name the place where the markers of a kind's deleted records are kept."""
    return f"{kind}~deleted"


@dataclass(frozen=True)
class Book:
    """A company's records; `announce(realm, kind, id, verb)` is told of every change that the vendor tells of."""

    store: Store
    realm: str
    clock: Clock
    switches: Switches
    announce: Announce
    _memory: dict[tuple[str, str], Record | None] | None = None

    def with_memory(self) -> "Book":
        """Return the same book for reading alone: no record is fetched twice, as a thousand lines of one item would."""
        return replace(self, _memory={})

    def get(self, kind: str, id: str) -> Record | None:  # noqa: A002
        if self._memory is None:
            return self.store.get(self.realm, kind, id)
        if (kind, id) not in self._memory:
            self._memory[kind, id] = self.store.get(self.realm, kind, id)
        return self._memory[kind, id]

    def all(self, kind: str) -> list[Record]:
        return self.store.all(self.realm, kind)

    def need(self, kind: str, id: str) -> Record:  # noqa: A002
        """Read a record that a request names.

        Raises: Refusal 2030 for an id that is no number, 610 for one that is not there.
        """
        record = self.get(kind, id)
        if record is not None:
            return record
        raise refusals.not_found() if id.isdigit() else refusals.invalid_id(id)

    def reference(self, kind: str, ref: Record, element: str, before: Record | None = None) -> Record:
        """Resolve a reference to an active name-list record; one that was there before may have become inactive.

        Raises: Refusal 2500.
        """
        value = str(ref.get("value", ""))
        found = self.get(kind, value)
        if found is None:
            raise refusals.unknown_reference(element, f"{kind}s", value)
        kept = before is not None and before.get("value") == value
        if not found.get("Active", True) and not kept:
            raise refusals.inactive_reference(element)
        return found

    def add(self, kind: str, record: Record, counter: str) -> Record:
        """Save a new record: Id, SyncToken 0, both times now; tell of it."""
        now = metadata_time(self.clock.now())
        head = {
            "domain": "QBO",
            "sparse": False,
            "Id": str(self.store.next_id(self.realm, counter)),
            "SyncToken": "0",
            "MetaData": {"CreateTime": now, "LastUpdatedTime": now},
        }
        saved = record | head
        self._save(kind, saved)
        self._tell(kind, saved["Id"], "created")
        return saved

    def change(
        self, kind: str, old: Record, new: Record, verb: str | None = "updated", *, token: bool = True
    ) -> Record:
        """Save a record's next version, its SyncToken moved unless told not to; tell of it unless `verb` is None."""
        now = metadata_time(self.clock.now())
        before = str(old.get("SyncToken", "0"))
        moved = str(int(before) + 1) if token else before
        head = {
            "domain": "QBO",
            "sparse": False,
            "Id": old["Id"],
            "SyncToken": moved,
            "MetaData": old.get("MetaData", {}) | {"LastUpdatedTime": now},
        }
        saved = new | head
        self._save(kind, saved)
        if verb:
            self._tell(kind, saved["Id"], verb)
        return saved

    def remove(self, kind: str, record: Record) -> None:
        """Delete a record, leave its marker and tell of it."""
        self.store.delete(self.realm, kind, record["Id"])
        self.leave_marker(kind, record)
        self._tell(kind, record["Id"], "deleted")

    def leave_marker(self, kind: str, record: Record) -> None:
        """Leave the marker of a deleted record, which CDC shows for 30 days."""
        moment = self.clock.now()
        marker = {
            "domain": "QBO",
            "status": "Deleted",
            "Id": record["Id"],
            "MetaData": {"LastUpdatedTime": metadata_time(moment)},
        }
        self.store.put(self.realm, deleted_kind(kind), record["Id"], marker, stamp(moment))

    def put_as_is(self, kind: str, record: Record, counter: str) -> None:
        """Save a record that comes from outside, unchanged, and keep its id from being given out again."""
        updated = record.get("MetaData", {}).get("LastUpdatedTime")
        moment = parse_instant(updated) if updated else self.clock.now()
        self.store.put(self.realm, kind, record["Id"], record, stamp(moment))
        if str(record["Id"]).isdigit():
            self.store.reserve_id(self.realm, counter, int(record["Id"]))

    def account_of_subtype(self, subtype: str) -> Record | None:
        """Find a system account, which is known by its subtype and never by its name."""
        return next(iter(self.store.find(self.realm, "Account", "AccountSubType", subtype)), None)

    def of_party(self, kind: str, ref: str, id: str) -> list[Record]:  # noqa: A002
        """Read the transactions of a kind that name a customer or a vendor, oldest first."""
        return self.store.find(self.realm, kind, f"{ref}.value", id)

    @property
    def country(self) -> str:
        """The company's country, which decides how it is taxed."""
        return str((self.get("CompanyInfo", "1") or {}).get("Country") or "US")

    @property
    def home_currency(self) -> str:
        """The currency that the company keeps its book in."""
        return str((self.preference("CurrencyPrefs", "HomeCurrency") or {}).get("value") or "USD")

    def preference(self, group: str, name: str) -> Any:
        """Read one preference of the company, or None."""
        return (self.get("Preferences", "1") or {}).get(group, {}).get(name)

    def check_open_period(self, *days: str | None) -> None:
        """Refuse a posting on or before the closing date.

        Raises: Refusal 6210.
        """
        closed = self.preference("AccountingInfoPrefs", "BookCloseDate")
        if closed and any(day and day <= closed for day in days):
            raise refusals.period_closed()

    def _tell(self, kind: str, id: str, verb: str) -> None:  # noqa: A002
        if verb in KINDS[kind].verbs:
            self.announce(self.realm, kind, id, verb)

    def _save(self, kind: str, record: Record) -> None:
        moment = parse_instant(record["MetaData"]["LastUpdatedTime"])
        self.store.put(self.realm, kind, record["Id"], record, stamp(moment))
