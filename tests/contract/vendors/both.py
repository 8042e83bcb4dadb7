"""Two of one kind, a fake and a sandbox: everything is done to both, and both must show the same."""

from collections.abc import Callable
from dataclasses import fields
from pprint import pformat
from typing import Any

from crossfoot.core.model import Allocation, CreditUse, DepositLine, Kind, Line, LineKind, Record, Ref, System
from crossfoot.core.payables.records import BillPart, CostLine, CreditPart
from crossfoot.core.windows import OVERLAP
from crossfoot.errors import Conflict, Rejected

# So much later than a change that the overlap of a read no longer reaches it.
LATER_S = OVERLAP.total_seconds() + 60

# What has a form, or ids, of the system's own.
OF_THE_SYSTEM = frozenset({"version", "account_id"})

type Shown = dict[str, Any]


class Both:
    """Calls every driver in turn, and gives the outcome that they have in common.

    A refusal is an outcome: its code; so is a conflict. Raises: AssertionError when the outcomes differ.
    """

    def __init__(self, *drivers: Any) -> None:
        self._drivers = drivers

    def part(self, name: str) -> "Both":
        """Give what each driver has by this name, to be driven in the same way."""
        return Both(*(getattr(driver, name) for driver in self._drivers))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            first, *others = (_outcome(getattr(driver, name), *args, **kwargs) for driver in self._drivers)
            for driver, other in zip(self._drivers[1:], others, strict=True):
                assert first == other, _tell(name, {self._drivers[0]: first, driver: other})
            return first

        return call


def _outcome(deed: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        return deed(*args, **kwargs)
    except Rejected as refusal:
        return f"refused: {refusal.code}"
    except Conflict:
        return "conflict"


def _tell(name: str, outcomes: dict[Any, Any]) -> str:
    lines = (f"{type(driver).__name__}: {pformat(outcome, width=120)}" for driver, outcome in outcomes.items())
    return "\n".join((f"they differ in {name}", *lines))


class Names:
    """The ids of one system, and what the story calls them."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._ids: dict[str, str] = {}
        self._names: dict[Ref, str] = {}
        self._lines: dict[tuple[LineKind, str], str] = {}

    def give(self, kind: Kind, name: str, id_: str) -> None:
        self._ids[name] = id_
        self._names[Ref(self.system, kind, id_)] = name

    def give_line(self, kind: LineKind, name: str, id_: str) -> None:
        self._lines[kind, id_] = name

    def id_of(self, name: str) -> str:
        return self._ids[name]

    def id_or_name(self, name: str) -> str:
        """Give the id; what has none yet gets its name for one, where ids are ours to choose."""
        return self._ids.get(name, name)

    def ref_of(self, name: str, kind: Kind = Kind.INVOICE) -> Ref:
        return Ref(self.system, kind, self._ids[name])

    def name_of(self, ref: Ref) -> str:
        """Name a record; one that the story does not know is told by its kind, so that it shows as a difference."""
        return self._names.get(ref, f"an unknown {ref.kind}")

    def name_of_id(self, id_: str, *kinds: Kind) -> str:
        """Name a record of which only the id is known, and that it is of one of these kinds."""
        found = (self._names.get(Ref(self.system, kind, id_)) for kind in kinds)
        return next((name for name in found if name), f"an unknown {kinds[0]}")

    def name_of_line(self, kind: LineKind, id_: str) -> str:
        """Name a line; one that the story does not know keeps its id."""
        return self._lines.get((kind, id_), id_)

    def show(self, records: list[Record]) -> dict[str, Shown]:
        """Show records by name as they were read last: every field but the version, whose form is the system's own.

        Customers and vendors are left out: the fakes have only names of customers, and QuickBooks shows a vendor whenever
        what it is owed moves.
        """
        transactions = (record for record in records if record.ref.kind not in (Kind.CUSTOMER, Kind.VENDOR))
        return {self.name_of(record.ref): self._fields(record) for record in transactions}

    def _fields(self, record: Record) -> Shown:
        assert record.version.updated_at[:19] <= record.version.seen_at[:19]
        shown = {f.name: self._plain(getattr(record, f.name)) for f in fields(record) if f.name not in OF_THE_SYSTEM}
        if shown["standing"] == "deleted" and "issued_on" in shown:
            assert shown.pop("issued_on").isoformat() == record.version.updated_at[:10]
        return shown

    def _plain(self, value: Any) -> Any:
        match value:
            case Ref():
                return self.name_of(value)
            case Allocation():
                return {self.name_of(value.invoice): value.amount_minor}
            case CreditUse():
                return {self.name_of(value.credit_memo): value.amount_minor}
            case BillPart():
                return {self.name_of(value.bill): value.amount_minor}
            case CreditPart():
                return {self.name_of(value.credit): value.amount_minor}
            case CostLine():
                return {f.name: getattr(value, f.name) for f in fields(value) if f.name not in OF_THE_SYSTEM}
            case DepositLine():
                held = self._plain(value.payment)
                return {"payment": held, "amount_minor": value.amount_minor, "memo": value.memo}
            case Line():
                shown = {f.name: getattr(value, f.name) for f in fields(value)}
                return {**shown, "id": self.name_of_line(value.kind, value.id)}
            case tuple():
                return [self._plain(each) for each in value]
            case _:
                return value


class Reading:
    """What a worker does with a system: it reads from a cursor on, or some invoices by their ids."""

    def __init__(self, source: Any, names: Names) -> None:
        self.source, self.names = source, names
        self.cursor = ""
        self._noted: dict[str, Any] = {}

    def read(self) -> dict[str, Shown]:
        """Read from the cursor on until there is no more; "" is a first import."""
        records: list[Record] = []
        for _ in range(50):
            window = self.source.fetch_changes(self.cursor)
            assert not window.unreadable
            records.extend(window.records)
            self.cursor = window.cursor
            if not window.more:
                return self.names.show(records)
        raise AssertionError("reading does not come to an end")

    def begin_import(self) -> None:
        """Read until transactions were seen, and stand still there, as a worker does that dies before it moves on."""
        for _ in range(50):
            window = self.source.fetch_changes(self.cursor)
            if self.names.show(list(window.records)):
                return
            self.cursor = window.cursor
        raise AssertionError("no transaction was read")

    def by_ids(self, *names: str) -> dict[str, Shown]:
        """Read some invoices as they are now."""
        return self.names.show(list(self._fetch(names)))

    def note(self, name: str) -> None:
        """Note the version of an invoice as it is now."""
        (found,) = self._fetch([name])
        self._noted[name] = found.version

    def changes(self, name: str) -> dict[str, bool]:
        """Tell what moved since an invoice was noted: the time of its last change, and the time of the read."""
        (found,) = self._fetch([name])
        before = self._noted[name]
        return {
            "updated": found.version.updated_at > before.updated_at,
            "seen": found.version.seen_at > before.seen_at,
        }

    def _fetch(self, names: Any) -> Any:
        return self.source.fetch_invoices([self.names.id_of(name) for name in names]).records
