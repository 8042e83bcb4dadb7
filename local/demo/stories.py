"""The seven payments that the accountant makes, and how each has to end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from local.demo.seed import Books, Customer, Invoice, to_cents
from local.sandbox.store import Record

THREE = 3

type Share = tuple[Invoice, Decimal]


@dataclass(slots=True)
class Story:
    """One payment.

    Takes: `first` and `last` are what it pays when it is recorded and at the end (nothing: voided); `writes` is how many
    settled effects it ends with, `adopted` how many of them were found in ConnectWise and not written again; `met` tells
    what went wrong on the way, in words that hold only if all of that is so.
    """

    title: str
    customer: Customer
    first: tuple[Share, ...]
    last: tuple[Share, ...]
    state: str
    writes: int
    adopted: int = 0
    met: str = ""
    payment: Record = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The payment's id in Crossfoot's API."""
        return f"quickbooks-{self.payment['Id']}"

    @property
    def invoices(self) -> tuple[Invoice, ...]:
        return tuple(invoice for invoice, _ in self.first)


@dataclass(frozen=True, slots=True)
class Stories:
    """All of them. `day` is the date of every payment."""

    day: date
    full: Story
    partial: Story
    over_three: Story
    not_in_connectwise: Story
    by_hand: Story
    edited: Story
    voided: Story

    def __iter__(self) -> Iterator[Story]:
        yield from (
            self.full, self.partial, self.over_three, self.not_in_connectwise, self.by_hand, self.edited, self.voided,
        )  # fmt: skip


def make_stories(books: Books, day: date) -> Stories:
    """Choose a customer of their own for each story, the same ones for the same books."""
    absent = next(invoice for invoice in books.invoices if not invoice.in_connectwise)
    able = [c for c in books.customers if c != absent.customer and len(books.open_of(c)) >= THREE]
    chosen = iter(Random(books.seed).sample(able, 6))  # one for each story but the absent invoice's

    def open_of(customer: Customer, count: int = 1) -> tuple[Invoice, ...]:
        return books.open_of(customer)[:count]

    return Stories(
        day,
        full=_story("Full payment", open_of(next(chosen)), writes=1, adopted=1, met=(
            "Its worker was killed once ConnectWise had the write: the next one looked, and did not write again.")),
        partial=_story("Partial payment", open_of(next(chosen)), part="0.4", writes=1, adopted=1, met=(
            "ConnectWise took the write and its answer was lost: Crossfoot looked, and did not write again.")),
        over_three=_story("One payment, three invoices", open_of(next(chosen), THREE), writes=THREE),
        not_in_connectwise=_story("Invoice not in ConnectWise", (absent,), state="waiting", writes=0),
        by_hand=_story("Entered by hand already", open_of(next(chosen)), writes=1, adopted=1),
        edited=_story("Edited afterwards", open_of(next(chosen)), part="0.5", last_part="0.8", writes=2),
        voided=_story("Voided afterwards", open_of(next(chosen)), last_part="0", writes=2),
    )  # fmt: skip


def _story(
    title: str,
    invoices: tuple[Invoice, ...],
    *,
    part: str = "1",
    last_part: str = "",
    state: str = "synced",
    **more: Any,
) -> Story:
    first = _shares(invoices, Decimal(part))
    last = _shares(invoices, Decimal(last_part)) if last_part else first
    return Story(title, invoices[0].customer, first, last, state=state, **more)


def _shares(invoices: tuple[Invoice, ...], part: Decimal) -> tuple[Share, ...]:
    return tuple((invoice, to_cents(invoice.total * part)) for invoice in invoices) if part else ()


def wrong_ending(story: Story, payment: dict[str, Any], explained: dict[str, Any]) -> str | None:
    """Say what is wrong with how a payment ended, by what the API tells of it; None when it is as it should be."""
    effects = effects_of(explained)
    confirmed = [effect for effect in effects if effect["state"] == "confirmed"]
    seen = (payment["status"], len(effects), len(confirmed), sum(1 for effect in confirmed if effect["adopted"]))
    meant = (story.state, story.writes, story.writes, story.adopted)
    if seen == meant:
        return None
    words = "{} with {} effects, {} of them confirmed, {} found and not repeated"
    because = payment["reason"]["sentence"]
    return f"{story.title}: {words.format(*seen)}; expected {words.format(*meant)}. {because}"


def effects_of(explained: dict[str, Any]) -> list[dict[str, Any]]:
    """List the effects in a payment's explanation, oldest first."""
    return [line["effect"] for line in explained["story"] if line["effect"]]
