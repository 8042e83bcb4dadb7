"""Both sandboxes as real processes, the made-up books in them, and the people who work there."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest

from local.demo.audit import Held
from local.demo.people import Accountant, Bookkeeper
from local.demo.records import connectwise_ids, connectwise_records, quickbooks_ids, quickbooks_records
from local.demo.sandboxes import ConnectWiseSandbox, QuickBooksSandbox
from local.demo.seed import Books, make_books
from local.demo.stories import Story
from local.sandbox.store import Record

TODAY = date(2026, 11, 20)


@dataclass
class Office:
    """The MSP on its first day: loaded books, and everybody at work."""

    books: Books
    quickbooks: QuickBooksSandbox
    connectwise: ConnectWiseSandbox
    realm: dict[str, str]
    keys: dict[str, str]
    accountant: Accountant
    bookkeeper: Bookkeeper

    def pay(self, story: Story) -> Record:
        """Record a story's payment in QuickBooks."""
        ids = quickbooks_ids(self.books)
        parts = [(ids[invoice.number], amount) for invoice, amount in story.first]
        return self.accountant.record_payment(str(story.customer.number), parts, TODAY, "test")

    def mirror(self, story: Story) -> None:
        """Do by hand what Crossfoot should do with a payment that is not changed any more."""
        ids = connectwise_ids(self.books)
        for invoice, amount in story.last:
            if invoice.in_connectwise:
                self.bookkeeper.enter_payment(ids[invoice.number], amount, TODAY)

    def held(self) -> Held:
        rows = self.connectwise.get("/payments", company=self.keys["company_id"])
        read = self.accountant.read_all
        return Held(read("Invoice"), read("Payment"), self.bookkeeper.read_invoices(), rows)


@pytest.fixture(scope="session")
def addresses() -> Iterator[dict[str, str]]:
    servers = {
        vendor: subprocess.Popen(
            [sys.executable, "-m", f"local.sandbox.{vendor}", "--die-with-parent"], stdout=subprocess.PIPE, text=True
        )
        for vendor in ("quickbooks", "connectwise")
    }
    said = {vendor: json.loads(server.stdout.readline()) for vendor, server in servers.items() if server.stdout}
    yield {"quickbooks": said["quickbooks"]["base_url"], "connectwise": said["connectwise"]["site_url"]}
    for server in servers.values():
        server.terminate()
        server.communicate(timeout=60)


@pytest.fixture
def office(addresses: dict[str, str]) -> Office:
    """New companies in both sandboxes, with books that are loaded but for the day's payments."""
    return open_office(addresses)


@pytest.fixture(scope="session")
def untouched(addresses: dict[str, str]) -> tuple[Books, Held]:
    """The books of an office where nobody has worked yet, and what its systems hold of them."""
    office = open_office(addresses)
    return office.books, office.held()


def open_office(addresses: dict[str, str]) -> Office:
    """Make the companies and load their books."""
    books = make_books(7, TODAY)
    quickbooks, connectwise = QuickBooksSandbox(addresses["quickbooks"]), ConnectWiseSandbox(addresses["connectwise"])
    realm, keys = quickbooks.add_company("Test MSP"), connectwise.add_company("Test MSP")
    quickbooks.load(realm["realm_id"], quickbooks_records(books))
    connectwise.load(keys["company_id"], connectwise_records(books))
    return Office(books, quickbooks, connectwise, realm, keys, Accountant(realm), Bookkeeper(keys))
