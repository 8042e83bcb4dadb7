"""One simulated ConnectWise site: its login companies, their keys, records and callbacks' signing keys."""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from local.sandbox.connectwise import timestamps
from local.sandbox.connectwise.rights import Role, changed_role, full_role
from local.sandbox.connectwise.switches import Switches
from local.sandbox.faults import Faults
from local.sandbox.store import Store

type Record = dict[str, Any]

SITE_BOOK = ""
FIRST_IDS = {"Company": 19, "Invoice": 200, "InvoicePayment": 500, "CallbackEntry": 26_558}
SEEDED_STATUSES = (
    {"id": 1, "name": "New", "sortOrder": 1, "defaultFlag": True, "closedFlag": False, "sentFlag": False},
    {"id": 2, "name": "Sent", "sortOrder": 2, "defaultFlag": False, "closedFlag": False, "sentFlag": True},
    {"id": 3, "name": "Closed", "sortOrder": 3, "defaultFlag": False, "closedFlag": True, "sentFlag": True},
)


@dataclass(frozen=True)
class Member:
    """Who calls: an API member with keys. A person who works in the screens is simulated by a member of their own."""

    id: int
    identifier: str
    public_key: str
    private_key: str


class Records:
    """The records of one login company, read once and then kept in memory; every write goes through to the store.

    A record that was handed out must not be changed: put a new one.
    """

    def __init__(self, store: Store, book: str) -> None:
        self.store, self.book = store, book
        self._kept: dict[str, dict[int, Record]] = {}
        self._written = False

    def all(self, kind: str) -> list[Record]:
        """The records of a kind by ascending id."""
        kept = self._of(kind)
        return [kept[record_id] for record_id in sorted(kept)]

    def get(self, kind: str, record_id: int) -> Record | None:
        return self._of(kind).get(record_id)

    def put(self, kind: str, record: Record) -> None:
        self.store.put(self.book, kind, record["id"], record)
        self._of(kind)[record["id"]] = record
        self._written = True

    def delete(self, kind: str, record_id: int) -> None:
        self.store.delete(self.book, kind, record_id)
        self._of(kind).pop(record_id, None)
        self._written = True

    def next_id(self, kind: str) -> int:
        return self.store.next_id(self.book, kind)

    def kinds(self, prefix: str) -> list[str]:
        return [kind for kind in self.store.kinds(self.book) if kind.startswith(prefix)]

    def committed(self) -> None:
        self._written = False

    def rolled_back(self) -> None:
        """Forget what was kept when a transaction that had written was undone."""
        if self._written:
            self._kept.clear()
            self._written = False

    def _of(self, kind: str) -> dict[int, Record]:
        if kind not in self._kept:
            self._kept[kind] = {record["id"]: record for record in self.store.all(self.book, kind)}
        return self._kept[kind]


@dataclass
class LoginCompany:
    """One MSP's system: what it logs in with, what its API members may do, and its records."""

    company_id: str
    name: str
    client_id: str
    members: list[Member]
    role: Role
    records: Records
    partner_id: str = field(default_factory=lambda: secrets.token_hex(12))
    product_instance_id: str = field(default_factory=lambda: secrets.token_hex(12))

    def member_of(self, public_key: str, private_key: str) -> Member | None:
        for member in self.members:
            if secrets.compare_digest(
                f"{member.public_key}:{member.private_key}".encode(), f"{public_key}:{private_key}".encode()
            ):
                return member
        return None

    def saved_form(self) -> Record:
        return {
            "company_id": self.company_id,
            "name": self.name,
            "client_id": self.client_id,
            "members": [asdict(member) for member in self.members],
            "role": self.role,
            "partner_id": self.partner_id,
            "product_instance_id": self.product_instance_id,
        }


class Site:
    """Everything that one sandbox holds. `base_url` is set once it is known where it serves."""

    def __init__(self, store: Store, clock: timestamps.Clock, faults: Faults, switches: Switches | None = None) -> None:
        self.store, self.clock, self.faults = store, clock, faults
        self.base_url = "http://127.0.0.1"
        self.switches = switches or Switches().turned(store.setting("switches", {}))
        self.clock.advanced_s = float(store.setting("advanced_s", self.clock.advanced_s))
        self.companies = {saved["company_id"]: self._restored(saved) for saved in store.all(SITE_BOOK, "LoginCompany")}

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def turn(self, changes: Mapping[str, Any]) -> None:
        """Turn switches. Raises: ValueError; nothing is turned then."""
        self.switches = self.switches.turned(changes)
        self.store.set_setting("switches", self.switches.listing())

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.store.set_setting("advanced_s", int(self.clock.advanced_s))

    def add_company(self, name: str, company_id: str | None = None) -> LoginCompany:
        """Make a login company with fresh keys and the usual billing statuses.

        Raises: ValueError when the id is taken.
        """
        company_id = company_id or _id_from(name, self.companies)
        if company_id in self.companies:
            raise ValueError(f"there is a company {company_id!r} already")
        company = LoginCompany(company_id, name, self.client_id, [], full_role(), Records(self.store, company_id))
        with self.store.transaction():
            self.companies[company_id] = company
            self.add_member(company, "CrossfootAPI")
            self._seed(company)
        return company

    def add_member(self, company: LoginCompany, identifier: str) -> Member:
        """Give a login company another member with keys of its own."""
        member = Member(240 + len(company.members), identifier, _key(), _key())
        company.members.append(member)
        self.save(company)
        return member

    def set_role(self, company: LoginCompany, changes: Mapping[str, Any]) -> None:
        company.role = changed_role(company.role, changes)
        self.save(company)

    def save(self, company: LoginCompany) -> None:
        self.store.put(SITE_BOOK, "LoginCompany", company.company_id, company.saved_form())

    @property
    def client_id(self) -> str:
        """The id that the integration is registered under: one for all companies, as in life."""
        if (known := self.store.setting("client_id")) is None:
            self.store.set_setting("client_id", known := str(uuid.uuid4()))
        return str(known)

    def credentials(self, company: LoginCompany, member: Member | None = None) -> dict[str, str]:
        keys = member or company.members[0]
        return {
            "site_url": self.base_url,
            "company_id": company.company_id,
            "public_key": keys.public_key,
            "private_key": keys.private_key,
            "client_id": company.client_id,
        }

    def api_url(self) -> str:
        """The base of hrefs: the codebase ends in a slash and ConnectWise adds another."""
        return f"{self.base_url}/{self.switches.codebase}/apis/3.0"

    def _restored(self, saved: Record) -> LoginCompany:
        members = [Member(**member) for member in saved["members"]]
        records = Records(self.store, saved["company_id"])
        return LoginCompany(**{**saved, "members": members, "records": records})

    def _seed(self, company: LoginCompany) -> None:
        stamps = {"lastUpdated": timestamps.to_wire(self.now), "updatedBy": "zAdmin"}
        for status in SEEDED_STATUSES:
            company.records.put("BillingStatus", {**status, "inactiveFlag": False, "_info": stamps})
        self.store.reserve_id(company.company_id, "BillingStatus", len(SEEDED_STATUSES))
        for kind, last in FIRST_IDS.items():
            self.store.reserve_id(company.company_id, kind, last)
        company.records.committed()


def _key() -> str:
    return secrets.token_hex(8)


def _id_from(name: str, taken: Mapping[str, object]) -> str:
    plain = "".join(letter for letter in name.lower() if letter.isalnum()) or "company"
    return next(found for n in range(1, len(taken) + 2) if (found := plain + (str(n) if n > 1 else "")) not in taken)
