"""What the partner decided about pairs, once: two copies of one thing, or two different things (I9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from crossfoot.core.model import ACCOUNTING, Invoice, Ref


class Verdict(StrEnum):
    """What the partner says of a pair of invoices, or of customers."""

    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """A record of the accounting and one of the PSA, of the same kind."""

    accounting: Ref
    psa: Ref


@dataclass(frozen=True, slots=True, order=True)
class MatterKey:
    """What an open matter is remembered by: little enough that it can be found out anew whenever it is read.

    Takes: `number` normalised; `customers` where it is they that differ, so that what one pair of customers keeps apart
    stands together.
    """

    number: str
    customers: Pair | None = None


def pair_of(one: Ref, other: Ref) -> Pair:
    """Put two records of different systems in their order."""
    return Pair(one, other) if one.system is ACCOUNTING else Pair(other, one)


def customers_of(one: Invoice, other: Invoice) -> Pair | None:
    """Give the customers of two copies; None where a system does not say who it is."""
    return pair_of(one.customer, other.customer) if one.customer and other.customer else None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The partner's verdicts on some records.

    Takes: `said` gives for a record those on its pairs, by the other record; it may hold a pair at one side only.
    """

    said: Mapping[Ref, Mapping[Ref, Verdict]] = field(default_factory=dict)

    def on(self, one: Ref, other: Ref) -> Verdict | None:
        """Give the verdict on a pair."""
        if not self.said:
            return None
        return self.said.get(one, {}).get(other) or self.said.get(other, {}).get(one)

    def same_as(self, invoice: Ref) -> Ref | None:
        """Name the invoice that the partner confirmed as the other copy. An invoice has one at most."""
        if not self.said:
            return None
        return next((other for other, said in self.said.get(invoice, {}).items() if said is Verdict.SAME), None)

    def is_one_customer(self, one: Invoice, other: Invoice) -> bool:
        """Tell whether the partner confirmed the customers of two invoices as one. Source: I9."""
        customers = customers_of(one, other)
        return customers is not None and self.on(customers.accounting, customers.psa) is Verdict.SAME

    def separate(self, one: Invoice, other: Invoice) -> bool:
        """Tell whether the partner keeps two invoices apart, or their customers. Source: I9.

        What was said of the invoices themselves goes before what was said of their customers.
        """
        on_invoices = self.on(one.ref, other.ref)
        if on_invoices is not None:
            return on_invoices is Verdict.DIFFERENT
        customers = customers_of(one, other)
        return customers is not None and self.on(customers.accounting, customers.psa) is Verdict.DIFFERENT

    def joined_with(self, others: "Verdicts") -> "Verdicts":
        """Add the verdicts on further records."""
        return Verdicts({**self.said, **others.said})


UNDECIDED = Verdicts()


def bearing_on(invoices: Iterable[Invoice]) -> frozenset[Ref]:
    """List the records whose verdicts bear on the matching of some invoices: they, and their customers."""
    known = tuple(invoices)
    return frozenset(ref for invoice in known for ref in (invoice.ref, invoice.customer) if ref is not None)
