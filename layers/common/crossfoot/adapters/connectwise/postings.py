"""ConnectWise's accounting interface: how it would post bills, and the batches that mark them as posted (S3, S5)."""

import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

from crossfoot.adapters.connectwise.client import ConnectWiseClient
from crossfoot.adapters.connectwise.details import UNREADABLE
from crossfoot.adapters.connectwise.exported import number_of, to_ledger, to_posting
from crossfoot.adapters.connectwise.translate import id_of
from crossfoot.core.model import Billed, Ref
from crossfoot.core.sync.postings import PostedLine, Posting
from crossfoot.errors import AnswerTooLarge, AwsUnavailable, Rejected, RemoteUnavailable
from crossfoot.http import Wire
from crossfoot.ports import POSTINGS_PER_CALL

type Record = Mapping[str, Any]

EXPORT = "/finance/accounting/export"
BATCHES = "/finance/accounting/batches"
LEDGER_ENTRIES = "/finance/invoices/{id}/glEntries/"
# So many bills are exported in good time by the slowest of sites.
FEW = 60
# A batch is found again by its name, in a condition: what could end the text there, or mean more than itself, is not taken.
_PLAIN_NAME = re.compile(r"[\w .:#-]{1,50}", re.ASCII)
_REPORT = "Look at its GL entries in ConnectWise; if they are in order there, please report this with the code."

log = logging.getLogger(__name__)


class ConnectWisePostings:
    """A ConnectWise site whose accounting interface we use. Implements the port Postings."""

    def __init__(self, client: ConnectWiseClient) -> None:
        self._accounting = client

    def fetch_postings(self, bills: Sequence[Billed]) -> Mapping[Ref, Posting]:
        """Read how ConnectWise would post bills; nothing is posted by that. Source: S3, S5."""
        found: dict[Ref, Posting] = {}
        for some in batched(bills, POSTINGS_PER_CALL, strict=False):
            found |= self._fetch_some(some)
        return found

    def fetch_ledger(self, bill: Billed) -> tuple[PostedLine, ...]:
        """Read what ConnectWise's general ledger says of a bill now, batched or not. Source: S10.

        Raises: Rejected where it cannot be understood: half of a ledger is none.
        """
        pages = self._accounting.pages(LEDGER_ENTRIES.format(id=int(bill.ref.id)), quiet=True)
        entries = [entry for page in pages for entry in page.records]
        try:
            return to_ledger(entries, bill)
        except UNREADABLE as error:
            raise Rejected("ledger_unreadable", f"The ledger of {bill.number} cannot be read.", _REPORT) from error

    def create_batch(self, identifier: str, record_ids: Sequence[int]) -> None:
        """Mark a bill as posted, by a batch of its own, which is never closed: only a consultant opens one again (S3).

        Raises: ValueError for a name that the batch could not be found by.
        """
        _check_name(identifier)
        body: dict[str, Wire] = {
            "batchIdentifier": identifier,
            "exportInvoicesFlag": True,
            "processedRecordIds": list(record_ids),
        }
        self._accounting.post(BATCHES, body)

    def find_batch(self, identifier: str) -> str | None:
        """Look for a batch by the name that we gave it. Raises: ValueError as create_batch."""
        _check_name(identifier)
        for page in self._accounting.pages(BATCHES, f'batchIdentifier = "{identifier}"', quiet=True):
            for batch in page.records:
                if batch.get("batchIdentifier") == identifier:
                    return id_of(batch)
        return None

    def delete_batch(self, id_: str) -> None:
        """Take a batch back, and with it the mark on all that is in it; one that is gone already is no error."""
        self._accounting.delete(f"{BATCHES}/{int(id_)}")

    def _fetch_some(self, bills: Sequence[Billed]) -> dict[Ref, Posting]:
        """Read the postings of so many bills, of fewer at a time where the answer is too large or does not come in time.

        A site that is down does not answer for a few either: that costs one call more.
        """
        ids: list[Wire] = [int(bill.ref.id) for bill in bills]
        asked: dict[str, Wire] = {
            "exportInvoicesFlag": True,
            "includedInvoiceIds": ids,
            "summarizeInvoices": "Detailed",
        }
        try:
            answer = self._accounting.ask(EXPORT, asked)
        except RemoteUnavailable as error:
            fewer = _fewer(len(bills), error)
            if not fewer:
                raise
        else:
            return dict(_read(_transactions_in(answer), bills))
        found: dict[Ref, Posting] = {}
        for part in batched(bills, fewer, strict=False):
            found |= self._fetch_some(part)
        return found


def _fewer(count: int, error: RemoteUnavailable) -> int:
    """Say how many bills to ask for instead of so many; 0 where fewer would not help."""
    if isinstance(error, AnswerTooLarge):
        return count // 2
    return FEW if count > FEW and not isinstance(error, AwsUnavailable) else 0


def _transactions_in(answer: Any) -> list[Record]:
    if not isinstance(answer, Mapping) or not isinstance(answer.get("transactions"), list | None):
        raise RemoteUnavailable("ConnectWise answered an export with something else")
    transactions = answer.get("transactions") or []
    records = [each for each in transactions if isinstance(each, Mapping)]
    if strangers := len(transactions) - len(records):
        log.error("connectwise exported %d things that are no transactions", strangers)
    return records


def _read(transactions: Sequence[Record], bills: Sequence[Billed]) -> Iterator[tuple[Ref, Posting]]:
    """Match each transaction with its bill, by the number that only the two of them have."""
    asked = Counter(bill.number for bill in bills)
    by_number = {bill.number: bill for bill in bills if bill.number and asked[bill.number] == 1}
    told = Counter(map(number_of, transactions))
    for transaction in transactions:
        number = number_of(transaction)
        bill = by_number.get(number)
        if bill is None or told[number] > 1:
            log.error(
                "connectwise transaction %s, number %r, is left out: it is of no one bill", _id(transaction), number
            )
            continue
        try:
            yield bill.ref, to_posting(transaction, bill)
        except UNREADABLE:
            log.exception("connectwise transaction %s, number %r, cannot be read", _id(transaction), number)


def _id(transaction: Record) -> object:
    return transaction.get("id")


def _check_name(identifier: str) -> None:
    if not _PLAIN_NAME.fullmatch(identifier):
        raise ValueError(f"a batch that is called {identifier!r} could not be found again")
