"""One simulated ConnectWise site: its login companies, their keys, records and callbacks' signing keys."""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from local.sandbox.connectwise import timestamps
from local.sandbox.connectwise.records import Record, Records
from local.sandbox.connectwise.rights import Role, changed_role, full_role
from local.sandbox.connectwise.schema import SEEDS
from local.sandbox.connectwise.switches import Switches
from local.sandbox.faults import Faults
from local.sandbox.store import Store

SITE_BOOK = ""
FIRST_IDS = {
    "Company": 19, "Invoice": 200, "InvoicePayment": 500, "CallbackEntry": 26_558, "TimeEntry": 3000,
    "ExpenseEntry": 700, "ProductItem": 1400, "Agreement": 60, "Addition": 300, "GLEntry": 871_400,
}  # fmt: skip


@dataclass(frozen=True)
class Member:
    """Who calls: an API member with keys. A person who works in the screens is simulated by a member of their own."""

    id: int
    identifier: str
    public_key: str
    private_key: str


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
        company.records.put("Member", _member_record(member, timestamps.to_wire(self.now)))
        company.records.committed()
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
        for kind, seeds in SEEDS.items():
            company.records.put_many(kind, ({**seed, "_info": stamps} for seed in seeds))
            company.records.reserve_id(kind, max(seed["id"] for seed in seeds))
        for kind, last in FIRST_IDS.items():
            company.records.reserve_id(kind, last)
        company.records.committed()


def _member_record(member: Member, moment: str) -> Record:
    """What `/system/members` shows of an API member."""
    return {
        "id": member.id,
        "identifier": member.identifier,
        "firstName": member.identifier,
        "lastName": "API",
        "licenseClass": "A",
        "hireDate": moment,
        "defaultEmail": "Office",
        "defaultPhone": "Office",
        "securityRole": {"id": 63, "name": "Crossfoot"},
        "inactiveFlag": False,
        "invoiceScreenDefaultTabFormat": "ShowInvoicingTab",
        "invoicingDisplayOptions": "RemainOnInvoicingScreen",
        "agreementInvoicingDisplayOptions": "RemainOnInvoicingScreen",
        "_info": {"lastUpdated": moment, "updatedBy": "zAdmin"},
    }


def _key() -> str:
    return secrets.token_hex(8)


def _id_from(name: str, taken: Mapping[str, object]) -> str:
    plain = "".join(letter for letter in name.lower() if letter.isalnum()) or "company"
    return next(found for n in range(1, len(taken) + 2) if (found := plain + (str(n) if n > 1 else "")) not in taken)
