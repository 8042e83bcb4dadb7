"""ConnectWise's general ledger in memory: what closing a bill posts, and the batches that take it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import batched
from typing import Any

from crossfoot.core.model import Billed, CreditMemo, Invoice, Line, LineKind, Ref, TraitName
from crossfoot.core.money import from_minor
from crossfoot.core.sync.postings import SALES_TAX, PostedLine, Posting
from crossfoot.errors import Rejected
from crossfoot.ports import POSTINGS_PER_CALL

from tests.fakes.filing import Filed

# What a new login company maps: the account, and the accounting's item that stands for it.
ACCOUNTS = {
    "R": ("4000", "Services"),
    "RA": ("4100", "Managed Services"),
    "RE": ("4300", "Expenses"),
    "RP": ("4200", ""),
    "ST": ("2200", ""),
    "RD": ("2300", "Down payments"),
}
RECEIVABLE = "1100"
_TYPES = {
    LineKind.TIME: "R",
    LineKind.EXPENSE: "RE",
    LineKind.PRODUCT: "RP",
    LineKind.AGREEMENT: "RA",
    LineKind.DOWN_PAYMENT: "RD",
}
_ORDER = tuple(_TYPES)
_PRINTED = (LineKind.AGREEMENT, *_ORDER[:3], LineKind.TAX, LineKind.DOWN_PAYMENT)
_REFERRED = (LineKind.TIME, LineKind.PRODUCT)
_OWED_PARTS = 6


@dataclass(frozen=True, slots=True)
class Posted:
    """What a closed bill posted: nothing where a mapping was missing then."""

    lines: tuple[PostedLine, ...] = ()
    record_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """An accounting batch, and what is in it."""

    identifier: str
    bills: frozenset[Ref]


class FakePostings(Filed):
    """Bills that people close, and that anybody puts into batches.

    Takes: `accounts` gives account and item of each type that is mapped; `said` are what postings say beyond their bill,
    as fields of Posting; `untaxed` are the lines that no tax is charged on, of bills that are taxed.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.accounts = dict(ACCOUNTS)
        self.posted: dict[Ref, Posted] = {}
        self.batches: dict[str, Batch] = {}
        self.said: dict[Ref, Mapping[str, Any]] = {}
        self.untaxed: set[tuple[LineKind, str]] = set()
        self.unbatched: dict[Ref, str] = {}
        self.writes = 0
        self._next_entry = 870_000
        self._next_batch = 280

    # --- what the port shows ----------------------------------------------------------------------------------------

    def fetch_postings(self, bills: Sequence[Billed]) -> Mapping[Ref, Posting]:
        found: dict[Ref, Posting] = {}
        for some in batched(bills, POSTINGS_PER_CALL, strict=False):
            self.reads += 1
            numbers = Counter(bill.number for bill in some)
            waiting = [(bill, self._waiting(bill.ref)) for bill in some if numbers[bill.number] == 1]
            found |= {
                bill.ref: self._posting(now) for bill, now in waiting if now is not None and now.number == bill.number
            }
        return found

    def fetch_ledger(self, bill: Billed) -> tuple[PostedLine, ...]:
        self.reads += 1
        self.bill_of(bill.ref)
        return tuple(_as_entry(line) for line in self.posted.get(bill.ref, Posted()).lines)

    def create_batch(self, identifier: str, record_ids: Sequence[int]) -> None:
        self.writes += 1
        self.put_into_batch(identifier, record_ids)

    def find_batch(self, identifier: str) -> str | None:
        self.reads += 1
        return next((id_ for id_, batch in self.batches.items() if batch.identifier == identifier), None)

    def delete_batch(self, id_: str) -> None:
        self.writes += 1
        batch = self.batches.pop(id_, None)
        for ref in sorted(batch.bills) if batch else ():
            self.put(replace(self.bill_of(ref), batch=""))

    # --- what people and other products do --------------------------------------------------------------------------

    def bill_of(self, ref: Ref) -> Billed:
        """Give an invoice or a credit memo. Raises: Rejected when it is gone."""
        record = self.records.get(ref)
        if not isinstance(record, Invoice | CreditMemo):
            raise Rejected("NotFound", f"{ref} not found")
        return record

    def close(self, ref: Ref) -> None:
        """Close a bill: that posts it by the mapping of this moment."""
        bill = self.bill_of(ref)
        self.put(replace(bill, closed=True))
        self.posted[ref] = self._post(bill)

    def reopen(self, ref: Ref) -> None:
        """Open a bill again, which unmakes what it posted. Raises: Rejected while it is in a batch."""
        bill = self.bill_of(ref)
        if bill.batch:
            raise Rejected("InvalidObject", "The status of an invoice that was batched cannot be changed.")
        self.put(replace(bill, closed=False))
        self.posted.pop(ref, None)

    def tax(self, ref: Ref, tax_minor: int, code: str = "T1", rate: str = "7") -> None:
        """Charge tax on all lines of an open invoice but the untaxed ones, beyond what it comes to."""
        invoice = self.bill_of(ref)
        assert isinstance(invoice, Invoice)
        others = tuple(line for line in invoice.lines or () if line.kind is not LineKind.TAX)
        more = tax_minor - _tax_on(invoice)
        total, left = invoice.total_minor + more, invoice.balance_minor + more
        lines = in_order((*others, Line("", LineKind.TAX, "Sales tax", tax_minor)))
        self.put(replace(invoice, lines=lines, total_minor=total, balance_minor=left))
        self.say(ref, tax_code=code, tax_rate=Decimal(rate))

    def say(self, ref: Ref, **fields: Any) -> None:
        """Let the posting of a bill say something, in fields of Posting."""
        self.said[ref] = {**self.said.get(ref, {}), **fields}

    def batch_elsewhere(self, ref: Ref, identifier: str = "M-1") -> None:
        """Put a bill into a batch, as another product does. Raises: Rejected when it is in one, or not closed."""
        self.put_into_batch(identifier, self.posted.get(ref, Posted()).record_ids)

    def unbatch(self, ref: Ref) -> None:
        """Take a bill out of its batch, as the screens do; the batch stays."""
        for id_, batch in self.batches.items():
            if ref in batch.bills:
                self.batches[id_] = replace(batch, bills=batch.bills - {ref})
                self.unbatched[ref] = id_
                self.put(replace(self.bill_of(ref), batch=""))
                return
        raise Rejected("NotFound", f"{ref} is in no batch")

    def rebatch(self, ref: Ref) -> None:
        """Put a closed bill back into the batch that it was taken out of, whatever was changed on it meanwhile."""
        id_ = self.unbatched.get(ref, "")
        if id_ not in self.batches or self._waiting(ref) is None:
            raise Rejected("NotFound", f"{ref} cannot be batched again")
        del self.unbatched[ref]
        self._mark(id_, replace(self.batches[id_], bills=self.batches[id_].bills | {ref}), [ref])

    def put_into_batch(self, identifier: str, record_ids: Sequence[int]) -> None:
        """Make a batch of these records. Raises: Rejected when it would hold part of a bill, or of one that is posted."""
        ids = set(record_ids)
        if not ids:
            raise Rejected("MissingRequiredField", "The processedRecordIds field is required.")
        touched = (ref for ref, posted in self.posted.items() if not ids.isdisjoint(posted.record_ids))
        chosen = [ref for ref in touched if self._waiting(ref)]
        theirs = {id_ for ref in chosen for id_ in self.posted[ref].record_ids}
        if ids - theirs:
            raise Rejected("NotFound", f"Record {min(ids - theirs)} not found or already posted")
        if theirs - ids:
            raise Rejected("InvalidObject", "Records of a document are missing from the batch.")
        self._next_batch += 1
        self._mark(str(self._next_batch), Batch(identifier, frozenset(chosen)), chosen)

    # --- how it comes about -----------------------------------------------------------------------------------------

    def _mark(self, id_: str, batch: Batch, chosen: Iterable[Ref]) -> None:
        self.batches[id_] = batch
        for ref in chosen:
            self.put(replace(self.bill_of(ref), batch=batch.identifier))

    def _waiting(self, ref: Ref) -> Billed | None:
        """Give a bill that is closed, mapped, and in no batch."""
        bill = self.records.get(ref)
        if not isinstance(bill, Invoice | CreditMemo) or bill.batch:
            return None
        return bill if self.posted.get(ref, Posted()).lines else None

    def _post(self, bill: Billed) -> Posted:
        parts = [*_revenue(bill), ("ST", Line("", LineKind.TAX, "Sales Tax", _tax_on(bill)))]
        if any(ledger_type not in self.accounts for ledger_type, _ in parts):
            return Posted()
        first = self._next_entry
        self._next_entry += len(parts) + _OWED_PARTS
        # What is owed stands between what is earned and its tax.
        ids = [*range(first, first + len(parts) - 1), self._next_entry - 1]
        is_taxed = _tax_on(bill) != 0
        made = (self._line(id_, *part, is_taxed=is_taxed) for id_, part in zip(ids, parts, strict=True))
        return Posted(tuple(made), tuple(range(first, self._next_entry)))

    def _line(self, id_: int, ledger_type: str, line: Line, *, is_taxed: bool) -> PostedLine:
        account, item = self.accounts[ledger_type]
        is_tax = ledger_type == SALES_TAX
        return PostedLine(
            id_,
            ledger_type,
            account,
            line.description,
            line.amount_minor,
            item=item,
            quantity=None if is_tax else abs(line.quantity or Decimal(1)),
            unit_price=None if is_tax else _price(line),
            taxed=is_taxed and not is_tax and (line.kind, line.id) not in self.untaxed,
            source=(line.kind, line.id) if line.id and line.kind in _REFERRED else None,
        )

    def _posting(self, bill: Billed) -> Posting:
        posted = self.posted[bill.ref]
        posting = Posting(
            bill=bill.ref,
            number=bill.number,
            issued_on=bill.issued_on,
            due_on=bill.due_on if isinstance(bill, Invoice) else bill.issued_on,
            customer=bill.customer,
            customer_name=bill.customer_name,
            currency=bill.currency,
            total_minor=bill.total_minor,
            tax_minor=_tax_on(bill),
            lines=posted.lines,
            record_ids=posted.record_ids,
            receivable=RECEIVABLE,
        )
        return replace(posting, **self.said.get(bill.ref, {}))


def in_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Give lines in the order in which an invoice is read: the agreement, by source, and what stands below."""
    return tuple(sorted(lines, key=lambda line: (_PRINTED.index(line.kind), int(line.id or 0))))


def _revenue(bill: Billed) -> Iterator[tuple[str, Line]]:
    """Give each line with the type that it posts as, and what the lines do not come to as one more."""
    if _is_down_payment(bill):
        yield "RD", Line("", LineKind.NOTE, "Down payment", bill.total_minor - _tax_on(bill))
        return
    sold = [line for line in bill.lines or () if line.kind is not LineKind.TAX]
    for line in sorted(sold, key=lambda line: _ORDER.index(line.kind)):
        what = {LineKind.AGREEMENT: "Agreement"}.get(line.kind, line.description)
        yield _TYPES[line.kind], replace(line, description=what)
    rest = bill.total_minor - _tax_on(bill) - sum(line.amount_minor for line in sold)
    if rest:
        yield "R", Line("", LineKind.NOTE, "Billing", rest)


def _is_down_payment(bill: Billed) -> bool:
    return any(trait.name is TraitName.INVOICE_TYPE and trait.value == "DownPayment" for trait in bill.traits)


def _tax_on(bill: Billed) -> int:
    return sum(line.amount_minor for line in bill.lines or () if line.kind is LineKind.TAX)


def _price(line: Line) -> Decimal | None:
    price = from_minor(line.amount_minor, "USD") if line.unit_price is None else line.unit_price
    return abs(price) or None


def _as_entry(line: PostedLine) -> PostedLine:
    """Give a line as the ledger has it, which knows neither quantities nor what it came from."""
    description = "Level 1 Sales Tax" if line.is_tax else line.description
    return replace(line, description=description, quantity=None, unit_price=None, taxed=False, source=None)
