"""Posts a journal entry that brings a synced bill to the accounts that ConnectWise means, once (S10)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Protocol, cast

from crossfoot.core.effects import Effect, Json, marker_of, next_generation
from crossfoot.core.model import Ref
from crossfoot.core.sync.correcting import Journal, JournalLine
from crossfoot.core.sync.effects import JOURNAL, SALE, standing_sale
from crossfoot.errors import Conflict, Rejected
from crossfoot.ledger import PATIENCE, Patience, Written, perform, settle, withdraw, withdraw_unsent
from crossfoot.ledger import plan as plan_effect
from crossfoot.ports import Clock, EffectStore, Sales, Systems

_SALE = "sale"


class Tools(Protocol):
    """What this writes with; a step's own ports offer it."""

    @property
    def clock(self) -> Clock: ...
    @property
    def effects(self) -> EffectStore: ...
    @property
    def systems(self) -> Systems: ...


class JournalHands:
    """Looks for and sends one journal entry."""

    def __init__(self, sales: Sales) -> None:
        self._sales = sales

    def look(self, effect: Effect) -> Written | None:
        """Find it by the marker in its note."""
        assert effect.planned_at is not None
        id_ = self._sales.find_journal(marker_of(effect.key), effect.planned_at)
        return _written(effect, id_) if id_ is not None else None

    def send(self, effect: Effect) -> Written:
        """Write it. Raises: as Sales."""
        journal = from_body(effect.body)
        # People know the invoice by its number, which the first line says.
        note = f"{journal.lines[0].description} (ConnectWise id {effect.subject.id}). {marker_of(effect.key)}"
        return _written(effect, self._sales.create_journal(journal, note, effect.key))


def post_correction(tenant: str, bill: Ref, journal: Journal, tools: Tools, patience: Patience = PATIENCE) -> str:
    """Post the journal entry that corrects a bill. The same again posts nothing: an entry is corrected once.

    Returns: the journal entry's id.
    Raises: Rejected("nothing_to_correct") when nothing of the bill stands; Rejected("corrected_already") when it was
    corrected otherwise; Rejected as the accounting refuses it; Conflict while somebody else is at it; errors of the vendor.
    Source: S10.
    """
    sale = tools.effects.load_latest(tenant, SALE, bill)
    standing = standing_sale(sale)
    if sale is None or standing is None:
        raise Rejected("nothing_to_correct", "Nothing of this invoice stands in QuickBooks.", "Sync it instead.")
    hands = JournalHands(tools.systems.sales(tenant))
    latest = _load_settled(tenant, bill, hands, tools, patience)
    if latest is not None and standing_correction(latest, standing.id) and hands.look(latest) is None:
        # Somebody deleted it.
        latest = replace(latest, result={})
    if latest is not None and standing_correction(latest, standing.id):
        if from_body(latest.result) == journal:
            return cast(str, latest.result["id"])
        fix = "Reverse the first correction in QuickBooks, then undo the invoice and sync it again."
        raise Rejected("corrected_already", "This invoice was corrected by another journal entry already.", fix)
    planned = plan_effect(_to_effect(tenant, bill, journal, standing.id, latest), tools.effects, tools.clock)
    # The planned effect is the fence: whoever takes the entry back meets it, or is seen here.
    sale = tools.effects.load_latest(tenant, SALE, bill)
    if sale is None or not sale.settled or standing_sale(sale) != standing:
        withdraw(planned, tools.effects, tools.clock)
        raise Conflict(f"the entry of {bill} is being taken back")
    ended = _post(planned, hands, tools, patience)
    return cast(str, ended.result["id"])


def standing_correction(latest: Effect | None, sale_id: str) -> str:
    """Give the id of the journal entry that corrects an entry of the accounting; "" where none does. Source: S10."""
    corrects = latest is not None and latest.result and latest.result[_SALE] == sale_id
    return cast(str, latest.result["id"]) if latest is not None and corrects else ""


def load_correction(tenant: str, bill: Ref, sale_id: str, tools: Tools, patience: Patience = PATIENCE) -> str:
    """Find the journal entry that corrects an entry which is about to be taken back; one that was never sent ends.

    Takes: the deletion of the entry is planned by then, so that no correction begins any more.
    Returns: its id, "" where none stands in the accounting.
    Raises: Conflict while one may still arrive; errors of reads.
    Source: S9, S10.
    """
    if tools.effects.load_latest(tenant, JOURNAL, bill) is None:
        return ""
    hands = JournalHands(tools.systems.sales(tenant))
    latest = _load_settled(tenant, bill, hands, tools, patience)
    latest = withdraw_unsent(latest, tools.effects, tools.clock)
    id_ = standing_correction(latest, sale_id)
    return id_ if latest is not None and id_ and hands.look(latest) is not None else ""


def _load_settled(tenant: str, bill: Ref, hands: JournalHands, tools: Tools, patience: Patience) -> Effect | None:
    latest = tools.effects.load_latest(tenant, JOURNAL, bill)
    return settle(latest, tools.effects, lambda: hands, tools.clock, patience)


def _post(planned: Effect, hands: JournalHands, tools: Tools, patience: Patience) -> Effect:
    ended = perform(planned, tools.effects, hands, tools.clock, patience)
    if ended.refusal_code:
        raise Rejected(ended.refusal_code, ended.refusal, ended.fix)
    return ended


def _to_effect(tenant: str, bill: Ref, journal: Journal, sale_id: str, latest: Effect | None) -> Effect:
    return Effect(
        tenant=tenant,
        kind=JOURNAL,
        subject=bill,
        generation=next_generation(latest),
        body={**to_body(journal), _SALE: sale_id},
        rule="S10",
        sentence=f"Posted a journal entry dated {journal.dated} that corrects its accounts in QuickBooks.",
        causes=(bill,),
        result=latest.result if latest is not None else {},
    )


def _written(effect: Effect, id_: str) -> Written:
    return Written(id_, {**effect.body, "id": id_})


# --- stored form: an effect's body and result hold these as plain JSON -------------------------------------------------


def to_body(journal: Journal) -> dict[str, Json]:
    """Store a journal entry in an effect's body."""
    lines: list[Json] = [
        [line.account_id, line.amount_minor, line.description, line.class_id] for line in journal.lines
    ]
    return {"dated": journal.dated.isoformat(), "currency": journal.currency, "lines": lines}


def from_body(body: Mapping[str, Json]) -> Journal:
    """Read a journal entry back from an effect's body."""
    lines = (
        JournalLine(cast(str, account), cast(int, minor), cast(str, description), cast(str, class_id))
        for account, minor, description, class_id in cast("list[list[Json]]", body["lines"])
    )
    return Journal(date.fromisoformat(cast(str, body["dated"])), cast(str, body["currency"]), tuple(lines))
