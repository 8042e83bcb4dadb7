"""What the plan of an entry starts from, and what it comes to (S7, S8)."""

from dataclasses import dataclass, field

from crossfoot.core.decisions import Decision
from crossfoot.core.model import Billed, Customer, Line, Link, Ref
from crossfoot.core.sync.postings import Posting
from crossfoot.core.sync.sales import Sale
from crossfoot.core.sync.settings import MappingKey


@dataclass(frozen=True, slots=True)
class Billing:
    """Everything that bears on the entry of one ConnectWise bill.

    Takes: `lines` are the bill's as the book has them; `posting` is how ConnectWise would post it now, None where it would
    not; `link` is its copy in the accounting, if it has one; `customer` is the accounting's customer that stands for who
    pays, None where none was confirmed or the book does not have it; `namesakes` are records of the accounting that carry
    its number, and are live.
    """

    bill: Billed
    lines: tuple[Line, ...] = ()
    posting: Posting | None = None
    link: Link | None = None
    customer: Customer | None = None
    namesakes: tuple[Billed, ...] = ()


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that the partner should see before it is written (S4, S7). Takes: `line` counts from 0, None for all."""

    code: str
    sentence: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class SalePlan:
    """The entry of a bill, or why there is none.

    Takes: exactly one of `sale` and `decision` is there; `missing` are what has no usable target yet.
    """

    bill: Ref
    sale: Sale | None = None
    decision: Decision | None = None
    warnings: tuple[Warned, ...] = ()
    missing: frozenset[MappingKey] = field(default_factory=frozenset)
