"""The companies of one sandbox, and the one app that is connected to them."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from local.sandbox.quickbooks.book import Announce, Book
from local.sandbox.quickbooks.grants import Grants
from local.sandbox.quickbooks.kinds import KINDS
from local.sandbox.quickbooks.seed import seed_company
from local.sandbox.quickbooks.switches import Switches
from local.sandbox.quickbooks.times import Clock
from local.sandbox.quickbooks.writes import counter_of
from local.sandbox.store import Record, Store, load_json

FIRST_REALM = 9_341_452_000_000_000
_BOOK, _KIND, _APP = "_app", "company", "app"


@dataclass(frozen=True)
class App:
    """What the vendor's developer portal would show for the app."""

    client_id: str
    client_secret: str
    verifier_token: str


def known_app(store: Store, wanted: App | None = None) -> App:
    """Return the app as it was first made, or as it is wanted now."""
    held = store.setting(_APP)
    app = wanted or (
        App(**held) if held else App(f"AB{secrets.token_hex(20)}", secrets.token_hex(20), secrets.token_hex(18))
    )
    store.set_setting(_APP, vars(app))
    return app


@dataclass(frozen=True)
class Companies:
    """Every company by its realm id."""

    store: Store
    clock: Clock
    switches: Switches
    grants: Grants
    app: App
    announce: Announce

    def create(self, name: str, country: str = "US", currency: str = "USD") -> str:
        """Make a company with a small chart of accounts, and return its realm id; the country decides how it is taxed."""
        with self.store.transaction():
            realm = str(FIRST_REALM + self.store.next_id(_BOOK, _KIND) * 1_000_003)
            self.store.put(_BOOK, _KIND, realm, {"realm_id": realm, "name": name})
            seed_company(self.book(realm), name, country, currency)
        return realm

    def listing(self) -> list[tuple[str, str]]:
        """Return realm id and name of every company, oldest first."""
        return [(each["realm_id"], each["name"]) for each in self.store.all(_BOOK, _KIND)]

    def exists(self, realm: str) -> bool:
        """Tell whether there is such a company."""
        return self.store.get(_BOOK, _KIND, realm) is not None

    def book(self, realm: str) -> Book:
        """Open a company's book."""
        return Book(self.store, realm, self.clock, self.switches, self.announce)

    def credentials(self, realm: str, base_url: str) -> dict[str, str]:
        """Connect the app to the company and return all that a client needs."""
        with self.store.transaction():
            tokens = self.grants.connect(realm)
        return {
            "base_url": base_url.rstrip("/"),
            "realm_id": realm,
            "client_id": self.app.client_id,
            "client_secret": self.app.client_secret,
            "access_token": tokens["access_token"],
            "refresh_token": tokens["refresh_token"],
            "verifier_token": self.app.verifier_token,
        }

    def load(self, realm: str, lines: Iterable[str | bytes], *, replace: bool) -> int:
        """Take in raw vendor records, one JSON object a line: `{"entity": "Invoice", "record": {…}}`.

        Takes: `replace` empties every kind that the lines hold before it fills it, so that nothing of the seed is left.
        Returns: how many records were taken in.
        Raises: ValueError naming the line; nothing is taken in then.
        """
        book = self.book(realm)
        with self.store.transaction():
            emptied: set[str] = set()
            taken = 0
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                entity, record = _read_line(number, line)
                if replace and entity not in emptied:
                    emptied.add(entity)
                    self.store.clear(realm, entity)
                _take_in(book, entity, record)
                taken += 1
        return taken


def _read_line(number: int, line: str | bytes) -> tuple[str, Record]:
    try:
        parsed = load_json(line)
        entity, record = parsed["entity"], parsed["record"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f'line {number} is not {{"entity": …, "record": {{…}}}}: {error}') from None
    if entity not in KINDS:
        raise ValueError(f"line {number}: there is no entity {entity!r}")
    if not isinstance(record, dict) or not isinstance(record.get("Id"), str):
        raise ValueError(f"line {number}: the record has no Id")
    return entity, record


def _take_in(book: Book, entity: str, record: Record) -> None:
    book.put_as_is(entity, record, counter_of(KINDS[entity]))
    number = str(record.get("DocNumber", ""))
    if entity == "Invoice" and number.isdigit():
        book.store.reserve_id(book.realm, "DocNumber", int(number))
