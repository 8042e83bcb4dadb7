"""What the API asks the outside systems live: choices to filter by, rights, PDFs, postings."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crossfoot.core.model import ACCOUNTING, PSA, SYSTEM_NAMES, Billed, Ref, System, TraitName
from crossfoot.core.rights import RIGHTS, Probed, RightState
from crossfoot.core.sync.catalogue import Catalogue, Item
from crossfoot.core.sync.correcting import Journal
from crossfoot.core.sync.postings import PostedLine, Posting
from crossfoot.errors import CrossfootError, NeedsPartner, Rejected
from crossfoot.ports import Choice

from tests.fakes.connections import FakeConnections
from tests.fakes.world import World


@dataclass
class FakeSystems:
    """A partner's systems.

    Takes: `pdfs` are those that there are, in chunks; a chunk that is an error breaks the stream off. `refusal` is raised
    instead of any answer. `asked` counts what was asked.
    """

    connections: FakeConnections
    world: World
    choices: Mapping[TraitName, tuple[Choice, ...]] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    pdfs: dict[Ref, list[bytes | CrossfootError]] = field(default_factory=dict)
    refusal: CrossfootError | None = None
    asked: list[str] = field(default_factory=list)

    def source(self, tenant: str, system: System) -> Any:
        return self._open(tenant, system)

    def accounting(self, tenant: str) -> Any:
        return self._open(tenant, ACCOUNTING)

    def receipts(self, tenant: str) -> Any:
        return self._open(tenant, ACCOUNTING)

    def deposits(self, tenant: str) -> Any:
        return self._open(tenant, ACCOUNTING)

    def sales(self, tenant: str) -> Any:
        return self._open(tenant, ACCOUNTING)

    def payables(self, tenant: str) -> Any:
        return self._open(tenant, ACCOUNTING)

    def payables_source(self, tenant: str) -> Any:
        return self._open(tenant, ACCOUNTING)

    def psa(self, tenant: str) -> Any:
        return self._open(tenant, PSA)

    def fetch_choices(self) -> Mapping[TraitName, tuple[Choice, ...]]:
        self._ask("choices")
        return self.choices

    def probe_rights(self) -> tuple[Probed, ...]:
        self._ask("rights")
        return tuple(
            Probed(right, RightState.MISSING if right.name in self.missing else RightState.GRANTED) for right in RIGHTS
        )

    # --- what the Sync Invoices tool asks: the world's own vendors answer -----------------------------------------

    def fetch_postings(self, bills: Sequence[Billed]) -> Mapping[Ref, Posting]:
        self._ask("postings")
        return self.world.connectwise.fetch_postings(bills)

    def fetch_ledger(self, bill: Billed) -> tuple[PostedLine, ...]:
        self._ask("ledger")
        return self.world.connectwise.fetch_ledger(bill)

    def fetch_catalogue(self) -> Catalogue:
        self._ask("catalogue")
        return self.world.our_sales.fetch_catalogue()

    def create_item(self, name: str, account_id: str) -> Item:
        self._ask("item")
        return self.world.our_sales.create_item(name, account_id)

    def create_journal(self, journal: Journal, note: str, request_id: str) -> str:
        self._ask("journal")
        return self.world.our_sales.create_journal(journal, note, request_id)

    def find_journal(self, marker: str, since: datetime) -> str | None:
        self._ask("journal found")
        return self.world.our_sales.find_journal(marker, since)

    @contextmanager
    def open_pdf(self, invoice: Ref) -> Iterator[Iterator[bytes]]:
        self._ask("pdf")
        if invoice not in self.pdfs:
            raise Rejected("no_pdf", f"{invoice} has no PDF")
        yield _stream(self.pdfs[invoice])

    def _open(self, tenant: str, system: System) -> Any:
        if (tenant, system) not in self.connections.secrets:
            raise NeedsPartner(f"{SYSTEM_NAMES[system]} is not connected", "Connect it first.")
        return self

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.refusal:
            raise self.refusal


def _stream(chunks: list[bytes | CrossfootError]) -> Iterator[bytes]:
    for chunk in chunks:
        if isinstance(chunk, CrossfootError):
            raise chunk
        yield chunk
