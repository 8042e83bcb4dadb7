"""What the partner does on the dashboard, through the API's own steps: filters, fetches, archiving, matches."""

from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any

from crossfoot.core.model import ACCOUNTING, PSA, Kind, Ref, System, TraitName
from crossfoot.core.verdicts import Pair, Verdict
from crossfoot.errors import Rejected, TooSoon
from crossfoot.messages.api.fetches import FetchStart
from crossfoot.messages.api.filters import FiltersShape
from crossfoot.messages.api.matches import MatchDecision, OneMatch
from crossfoot.messages.api.words import OneId
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.ports import Choice
from crossfoot.steps.api import archiving, fetches, filters, matches
from crossfoot.steps.api.match_shapes import to_match_id
from crossfoot.steps.api.needs import Ports

from tests.fakes.equality import stored_records
from tests.simulation.people import MAIN_NUMBERS, MAIN_TYPE, Office

# Filters that let in what payments are carried over on: those invoices must take part.
FIRST_DAY = date(2026, 1, 1)
COMPANY_TYPES = ("client", "vendor")
INVOICE_TYPES = (MAIN_TYPE, "Progress")
EVERY = {"new_data": timedelta(hours=1), "unpaid_invoices": timedelta(hours=12)}
# Our clock is set right now and then, by a few seconds.
CLOCKS_APART = timedelta(seconds=10)
PORTS = tuple(each.name for each in fields(Ports))
OF_THE_OFFICE = frozenset(f"{initial}{number}" for initial in "qc" for number in MAIN_NUMBERS)


@dataclass
class Partner:
    """The partner's own people. `asked` are the records that they archived, and `swept_away` whether all outside."""

    office: Office
    asked: set[Ref] = field(default_factory=set)
    archived_outside: bool = False
    _tokens: int = 0
    _begun: dict[str, datetime] = field(default_factory=dict)

    def open(self) -> None:
        """Let ConnectWise have the values that are filtered by."""
        choices = self.office.world.connectwise.choices
        choices[TraitName.COMPANY_TYPE] = [Choice(value, value) for value in COMPANY_TYPES]
        choices[TraitName.INVOICE_TYPE] = [Choice(value, value) for value in INVOICE_TYPES]

    def act(self) -> None:
        """Do one thing; what the API refuses is refused."""
        deeds = (
            self.fetch,
            self._filter,
            self._filter,
            self._archive,
            self._archive_outside,
            self._decide,
            self._decide,
            self._choose_deposits,
        )
        with suppress(Rejected):
            self.office.choices.one_of(deeds)()

    def fetch(self) -> None:
        """Press a button; too soon is too soon."""
        what = self.office.choices.one_of(("new_data", "unpaid_invoices"))
        self.press(what)

    def press(self, what: str) -> None:
        """Press one of the two buttons. Source: I7."""
        self.office.say(f"asks for {what}")
        with suppress(TooSoon):
            fetches.start_fetch(self.ports(), self.ask(body=FetchStart.model_validate({"what": what})))
            now, before = self.office.world.clock.now(), self._begun.get(what)
            assert before is None or now - before > EVERY[what] - CLOCKS_APART, (
                f"{what} was begun at {before} and {now}"
            )
            self._begun[what] = now

    def read_everything_again(self) -> None:
        """Save the filters as they are: that reads all of ConnectWise again (C4)."""
        self.office.say("saves the same filters again")
        shown = filters.show_filters(self.ports(), self.ask())
        filters.put_filters(self.ports(), self.ask(body=shown))

    def _filter(self) -> None:
        choices = self.office.choices
        wanted: dict[str, Any] = {name.value: [] for name in TraitName}
        if choices.chance(50):
            wanted["invoice_type"] = [MAIN_TYPE]
        if choices.chance(50):
            wanted["company_type"] = ["client"]
        first = FIRST_DAY if choices.chance(50) else None
        self.office.say(f"filters by {[*filter(None, wanted.values()), first]}")
        body = FiltersShape.model_validate({**wanted, "from": first, "to": None})
        filters.put_filters(self.ports(), self.ask(body=body))

    def _archive(self) -> None:
        """Archive an invoice or bring it back, one that no payment is carried over on."""
        known = [
            ref for ref in stored_records(self.office.world) if ref.kind is Kind.INVOICE and not self._is_main(ref)
        ]
        if known:
            ref = self.office.choices.one_of(sorted(known))
            deed = archiving.unarchive_invoice if self.office.choices.chance(40) else archiving.archive_invoice
            self.office.say(f"{deed.__name__} {ref}")
            link = self.office.world.book.load_link(self.office.world.tenant, ref)
            self.asked |= {ref, *((link.accounting, link.psa) if link else ())}
            deed(self.ports(), self.ask(path=OneId(id=str(ref))))

    def _choose_deposits(self) -> None:
        self.office.choose_deposits(on=self.office.choices.chance(60))

    def _archive_outside(self) -> None:
        self.archived_outside = True
        self.office.say("archives what is outside the filters")
        filters.archive_outside(self.ports(), self.ask())

    def _decide(self) -> None:
        """Say of two invoices or customers that they are the same, or not, or take that back."""
        kind = self.office.choices.one_of((Kind.INVOICE, Kind.INVOICE, Kind.CUSTOMER))
        ours, theirs = (self._choosable(system, kind) for system in (ACCOUNTING, PSA))
        if not ours or not theirs:
            return
        one, other = self.office.choices.one_of(ours), self.office.choices.one_of(theirs)
        verdict = self.office.choices.one_of((*Verdict, None))
        self.office.say(f"decides on {kind} {one} and {other}: {verdict}")
        if verdict is None:
            matches.take_back_match(self.ports(), self.ask(path=OneMatch(id=to_match_id(Pair(one, other)))))
        else:
            body = MatchDecision(kind=kind, accounting=str(one), psa=str(other), verdict=verdict)  # type: ignore[arg-type]
            matches.decide_match(self.ports(), self.ask(body=body))

    def _choosable(self, system: System, kind: Kind) -> list[Ref]:
        refs = (ref for ref in stored_records(self.office.world) if ref.system is system and ref.kind is kind)
        return sorted(ref for ref in refs if not self._is_main(ref))

    @staticmethod
    def _is_main(ref: Ref) -> bool:
        """Tell whether a payment may be carried over on it: the payments' own rules are checked without the partner."""
        return (ref.kind is Kind.INVOICE and ref.id in OF_THE_OFFICE) or (ref.kind is Kind.CUSTOMER and ref.id == "1")

    def ask(self, path: Any = Nothing(), body: Any = Nothing()) -> Asked[Any, Any, Any]:  # noqa: B008
        """Ask as this partner."""
        return Asked(self.office.world.tenant, path, Nothing(), body)

    def ports(self) -> Ports:
        """Give the API what this world has; the deeds above touch nothing else."""
        world = self.office.world
        own: dict[str, Any] = {
            "clock": world.worker_clock,
            "systems": world,
            "public_url": "",
            "new_token": self._new_token,
        }
        given: dict[str, Any] = {name: own.get(name, getattr(world, name, None)) for name in PORTS}
        return Ports(**given)

    def _new_token(self) -> str:
        self._tokens += 1
        return f"{self._tokens:08x}"
