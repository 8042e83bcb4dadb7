"""Fills a login company with many invoices and their lines at once, for whoever wants to try or measure a large book."""

from collections.abc import Mapping
from dataclasses import fields
from itertools import batched
from typing import Any

from local.sandbox.connectwise import ledger, timestamps
from local.sandbox.connectwise.lines import KINDS
from local.sandbox.connectwise.records import Record, Records
from local.sandbox.connectwise.seeded_bills import OF_HUNDRED, Bill, Made, Wish
from local.sandbox.connectwise.site import LoginCompany, Site

MOST = 200_000
BATCH, BLOCK = 500, 10_000


def read_wish(asked: Mapping[str, Any]) -> Wish:
    """Raises: ValueError that names the field and what it takes."""
    known = {f.name for f in fields(Wish)}
    for name, value in asked.items():
        if name not in known or not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ValueError(f"{name}: there are {', '.join(sorted(known))}, each a whole number from 0")
    wish = Wish(**asked)
    if wish.invoices * max(1, wish.lines) > MOST * 5 or wish.companies > MOST:
        raise ValueError(f"at most {MOST} companies and invoices, and five times as many lines")
    if any(getattr(wish, name) > 100 for name in OF_HUNDRED) or wish.credit_memos + wish.agreements > 100:
        raise ValueError(f"{', '.join(OF_HUNDRED)}: up to 100, credit_memos and agreements also together")
    if wish.invoices and not wish.companies:
        raise ValueError("companies: invoices need at least one")
    return wish


def seed(site: Site, company: LoginCompany, wish: Wish) -> dict[str, int]:
    """Make everything or nothing. Returns: how many records of each kind, and the first invoice's id."""
    records = company.records
    try:
        with site.store.transaction():
            customers = [_customer(site, records, number) for number in range(wish.companies)]
            first = records.next_id("Invoice", max(1, wish.invoices))
            numbers = records.next_id("invoiceNumber", max(1, wish.invoices))
            ids = {kind: _Ids(records, kind.model) for kind in KINDS}
            lines = 0
            for places in batched(range(wish.invoices), BATCH, strict=False):
                bills = (Bill(records, site.now, wish, ids, place, first + place, numbers + place) for place in places)
                lines += _save(records, [bill.made(customers[bill.place % len(customers)]) for bill in bills])
    except BaseException:
        records.rolled_back()
        raise
    records.committed()
    made = {"companies": wish.companies, "invoices": wish.invoices, "lines": lines}
    return {**made, "first_invoice": first}


class _Ids:
    """Gives out ids from blocks, so that the store is asked once for many."""

    def __init__(self, records: Records, kind: str) -> None:
        self.records, self.kind = records, kind
        self._next = self._end = 0

    def take(self, count: int = 1) -> int:
        """Take adjoining ids. Returns: the first."""
        if self._next + count > self._end:
            self._next = self.records.next_id(self.kind, BLOCK)
            self._end = self._next + BLOCK
        first = self._next
        self._next += count
        return first


def _save(records: Records, made: list[Made]) -> int:
    """Returns: how many lines they have."""
    for kind in KINDS:
        records.put_many(kind.model, (line for _, lines in made for of, line in lines if of is kind))
    invoices = [invoice for invoice, _ in made]
    records.put_many("Invoice", invoices)
    closed = (invoice for invoice in invoices if invoice["status"]["isClosed"])
    take = _Ids(records, "GLEntry").take
    records.put_many(ledger.POSTING, [ledger.posted(records, invoice, take) for invoice in closed])
    return sum(len(lines) for _, lines in made)


def _customer(site: Site, records: Records, number: int) -> Record:
    company_id = records.next_id("Company")
    moment = timestamps.to_wire(site.now)
    customer = {
        "id": company_id,
        "identifier": f"Seeded{company_id}",
        "name": f"Seeded customer {company_id}",
        "accountNumber": f"S{company_id}",
        "status": {"id": 1, "name": "Active"},
        "types": [{"id": 1 + number % 2, "name": ("Customer", "Prospect")[number % 2]}],
        "billingTerms": {"id": 2, "name": "Net 30"},
        "deletedFlag": False,
        "_info": {"lastUpdated": moment, "updatedBy": "seed", "dateEntered": moment, "enteredBy": "seed"},
    }
    records.put("Company", customer)
    return customer
