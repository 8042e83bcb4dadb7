"""What the API asks the outside systems live: choices to filter by, rights, PDFs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from crossfoot.core.model import ACCOUNTING, PSA, SYSTEM_NAMES, Ref, System, TraitName
from crossfoot.core.rights import RIGHTS, Probed, RightState
from crossfoot.errors import CrossfootError, NeedsPartner, Rejected
from crossfoot.ports import Choice

from tests.fakes.connections import FakeConnections


@dataclass
class FakeSystems:
    """A partner's systems.

    Takes: `pdfs` are those that there are, in chunks; a chunk that is an error breaks the stream off. `refusal` is raised
    instead of any answer. `asked` counts what was asked.
    """

    connections: FakeConnections
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
