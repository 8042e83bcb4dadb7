"""What a partner chooses for the Sync Invoices tool: how it runs, and what stands for what (S1, S6)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from enum import StrEnum

from crossfoot.core.preferences import ClosedPeriod


class Every(StrEnum):
    """How often the tool runs by itself."""

    HOUR = "hour"
    DAY = "day"
    WEEKDAY = "weekday"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the tool runs by itself. Takes: `at` is the local time of day (of an hourly one its minute counts alone);
    `zone` is an IANA time zone.
    """

    every: Every
    at: time
    zone: str


class TimeEntries(StrEnum):
    """How time becomes lines (S4, S5)."""

    LINE_ITEM = "line_item"
    GROUPED = "grouped"


class TaxDisplay(StrEnum):
    """How ConnectWise's tax shows in the accounting (S6)."""

    ONE_LINE = "one_line"
    PER_LINE = "per_line"
    INCLUSIVE = "inclusive"


class Numbering(StrEnum):
    """Whose number the entry carries."""

    KEEP = "keep"
    ACCOUNTING = "accounting"


class Source(StrEnum):
    """What of a ConnectWise bill fills a field of the entry (S6)."""

    NOTHING = "nothing"
    NUMBER = "number"
    MEMO = "memo"
    PURCHASE_ORDER = "purchase_order"
    LEDGER_CLASS = "ledger_class"
    DEPARTMENT = "department"
    LOCATION = "location"


@dataclass(frozen=True, slots=True)
class SyncPreferences:
    """How the tool works for a partner.

    Takes: `schedule` is None where it runs by hand only; nothing before `cut_over` is offered; `tax_item_id` takes the tax
    where it is one line; `rounding_item_id` takes a difference of at most `rounding_tolerance_minor`; `class_from` is
    LEDGER_CLASS, DEPARTMENT, LOCATION or NOTHING, `department_from` the last three, `memo_from` the first four;
    `purchase_order_field` is the id of the accounting's custom field for it, "" for none.
    Source: S1, S4, S5, S6, S7.
    """

    schedule: Schedule | None = None
    time_entries: TimeEntries = TimeEntries.LINE_ITEM
    tax_display: TaxDisplay = TaxDisplay.ONE_LINE
    tax_item_id: str = ""
    rounding_tolerance_minor: int = 0
    rounding_item_id: str = ""
    numbering: Numbering = Numbering.KEEP
    cut_over: date | None = None
    closed_period: ClosedPeriod = ClosedPeriod.REFUSE
    memo_from: Source = Source.NOTHING
    purchase_order_field: str = ""
    class_from: Source = Source.NOTHING
    department_from: Source = Source.NOTHING
    service_dates: bool = True


class MappingKind(StrEnum):
    """What is mapped (S6). The key of each is ConnectWise's.

    customer: the company's id. item: `item_key` of a line. account: the general ledger's account number, whose target is an
    ITEM that posts to the account meant. tax_code, terms: the cross reference or name that a posting says; the tax code ""
    stands for what is not taxed. class, department: what the chosen source says.
    """

    CUSTOMER = "customer"
    ITEM = "item"
    ACCOUNT = "account"
    TAX_CODE = "tax_code"
    TERMS = "terms"
    CLASS = "class"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class Target:
    """What stands for something in the accounting. Takes: `name` is how it was called when the partner confirmed it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, order=True)
class MappingKey:
    """Something in ConnectWise that a target stands for."""

    kind: MappingKind
    key: str


@dataclass(frozen=True, slots=True)
class Setup:
    """All that a partner chose."""

    preferences: SyncPreferences = field(default_factory=SyncPreferences)
    mappings: Mapping[MappingKey, Target] = field(default_factory=dict)

    def target(self, kind: MappingKind, key: str) -> Target | None:
        """Find what stands for something."""
        return self.mappings.get(MappingKey(kind, key))

    @property
    def digest(self) -> str:
        """Name all that entries follow from: when the tool runs by itself is none of it."""
        chosen = replace(self.preferences, schedule=None)
        text = repr((chosen, sorted((key, target.id) for key, target in self.mappings.items())))
        return hashlib.sha256(text.encode()).hexdigest()[:32]
