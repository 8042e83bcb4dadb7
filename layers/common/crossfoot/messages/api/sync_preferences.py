"""The shape of a partner's preferences for the Sync Invoices tool (S1, S4, S5, S6, S7)."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from crossfoot.core.preferences import ClosedPeriod
from crossfoot.core.sync.settings import Every, Numbering, Source, TaxDisplay, TimeEntries
from crossfoot.messages import patterns
from crossfoot.messages.api.sync_words import RemoteId
from crossfoot.messages.routes import Shape


class ScheduleShape(Shape):
    """When the tool runs by itself."""

    every: Every = Field(description="`weekday` is Monday to Friday.")
    at: str = Field(
        pattern=patterns.TIME_OF_DAY, description="The local time; of an hourly one its minute counts alone."
    )
    zone: str = Field(
        max_length=64, pattern=patterns.TIME_ZONE, description="By its IANA name.", examples=["America/New_York"]
    )


class SyncPreferencesShape(Shape):
    """A partner's choices for the tool. PUT replaces them all, so none may be left out; the mappings stay."""

    schedule: ScheduleShape | None = Field(description="Null: the tool runs by hand only (S1).")
    time_entries: TimeEntries = Field(description="A line for each (S4), or one for each account of the ledger (S5).")
    tax_display: TaxDisplay = Field(description="How ConnectWise's tax shows in QuickBooks (S6).")
    tax_item_id: RemoteId = Field(description="The QuickBooks item that takes the tax where it is one line.")
    rounding_tolerance: str = Field(
        pattern=patterns.AMOUNT,
        description="The largest difference that is booked as rounding, 10.00 at most; larger ones are refused (S7).",
        examples=["0.05"],
    )
    rounding_item_id: RemoteId = Field(description="The QuickBooks item that takes such a difference.")
    numbering: Numbering = Field(description="Keep ConnectWise's numbers, or let QuickBooks number the entries.")
    cut_over: date | None = Field(description="Nothing that is dated before is offered. A schedule needs one (S1).")
    closed_period: ClosedPeriod = Field(description="What becomes of a bill that is dated in closed books (S7).")
    memo_from: Literal[Source.NOTHING, Source.NUMBER, Source.MEMO, Source.PURCHASE_ORDER]
    purchase_order_field: RemoteId = Field(
        description="The custom field of QuickBooks that takes the purchase order number."
    )
    class_from: Literal[Source.NOTHING, Source.LEDGER_CLASS, Source.DEPARTMENT, Source.LOCATION]
    department_from: Literal[Source.NOTHING, Source.DEPARTMENT, Source.LOCATION]
    service_dates: bool = Field(description="Say on each line of time when it was worked.")


class SyncPreferencesStanding(SyncPreferencesShape):
    """A partner's choices for the tool, and what follows from them."""

    saved: bool = Field(
        description="False until they are saved for the first time; nothing is synced before that (S1)."
    )
    next_run_at: datetime | None = Field(description="When the tool runs by itself next; null where it does not.")
    next_run: str = Field(description="The same for people.", examples=["Monday, 2026-11-23 at 06:30 (America/Denver)"])
