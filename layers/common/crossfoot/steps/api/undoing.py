"""Undo a single effect: hold what it entered from that book, and let the ordinary plan take it back (X1)."""

from collections.abc import Sequence

from crossfoot.core.decisions import Decision
from crossfoot.core.effects import Effect
from crossfoot.core.holds import LET_GO_ON, hold, let_go_on, tell_hold, tell_release
from crossfoot.core.model import PSA, CreditMemo, Invoice, Kind, Payment, Payout, Record, Ref
from crossfoot.core.parts import invoices_of
from crossfoot.core.undoing import Undo
from crossfoot.errors import Rejected
from crossfoot.messages import MirrorPayment, RecordDeposit
from crossfoot.messages.api.explain import OneEffect, OneRecord, UndoShape
from crossfoot.messages.api.words import Accepted
from crossfoot.messages.routes import Asked
from crossfoot.steps.api.needs import Ports, not_found, read_ref
from crossfoot.steps.api.undo_trials import try_undo

_SEE_STORY = "Its story says what else can be done."


def effects_told(ports: Ports, tenant: str, record: Record) -> tuple[list[Effect], list[Effect]]:
    """Read the effects that a record's story tells of, and with them all others on the same subjects."""
    on_them = [each for subject in _subjects(ports, tenant, record) for each in ports.effects.load_all(tenant, subject)]
    told = [each for each in on_them if not isinstance(record, Payment) or record.ref in each.causes]
    return told, on_them


def show_undo(ports: Ports, tenant: str, effect: Effect, on_them: Sequence[Effect]) -> UndoShape:
    """Say whether an effect can be undone now. Takes: `on_them` as `effects_told` gives them."""
    found = try_undo(ports, tenant, effect, on_them)
    return UndoShape(
        possible=found.is_possible,
        reason=found.reason,
        takes_back=[str(ref) for ref in found.records] if found.is_possible else [],
    )


def undo_effect(ports: Ports, asked: Asked[OneEffect]) -> Accepted:
    """Take back what an effect entered, and keep it from being entered again until the partner lets it go on.

    Raises: Rejected("not_found"); Rejected("cannot_undo") with the reason. One that is held already is queued again all
    the same: whoever asked first may have died before that.
    Source: X1.
    """
    record = ports.book.load(asked.tenant, read_ref(asked.path.kind, asked.path.id))
    told, on_them = effects_told(ports, asked.tenant, record) if record is not None else ([], [])
    effect = next((each for each in told if each.key == asked.path.key), None)
    if effect is None:
        raise not_found("effect", "GET /v1/records/{kind}/{id}/explain gives the effects of a record with their keys.")
    found = try_undo(ports, asked.tenant, effect, on_them)
    if found.is_possible:
        _hold(ports, asked.tenant, found)
    if found.is_possible or found.is_asked:
        _tell_once(ports, asked.tenant, found, effect)
        _follow(ports, asked.tenant, found.records, f"undo {effect.key}")
    if not found.is_possible:
        raise Rejected("cannot_undo", found.reason, found.fix or _SEE_STORY)
    return Accepted()


def release_record(ports: Ports, asked: Asked[OneRecord]) -> Accepted:
    """Let a payment or payout that was taken back be entered again. One that is not held is looked at once more.

    Raises: Rejected("not_found"); Rejected("never_held") for a record of another kind.
    Source: X1.
    """
    ref = read_ref(asked.path.kind, asked.path.id)
    record = ports.book.load(asked.tenant, ref)
    if record is None:
        raise not_found(ref.kind.replace("_", " "), f"GET /v1/{ref.kind.replace('_', '-')}s lists them.")
    if not isinstance(record, Payment | Payout):
        raise Rejected("never_held", "Only a payment or a payout can be held back.", _SEE_STORY)
    held = record.keeping.held
    if held:
        # Told first: once the holds are gone, nobody knows what they were. The same line is not repeated.
        ports.history.save(asked.tenant, [tell_release(ref, held)])
        ports.book.revise(asked.tenant, [ref], _released)
    _follow(ports, asked.tenant, [ref], "let go on")
    return Accepted()


def _subjects(ports: Ports, tenant: str, record: Record) -> Sequence[Ref]:
    """Name what the effects of a record are written to."""
    match record:
        case Payment():
            links = ports.book.load_links(tenant, invoices_of(record))
            named = [ref for ref in invoices_of(record) if ref.system is PSA]
            return list(dict.fromkeys((*(link.psa for link in links.values()), *named, record.ref)))
        case Invoice() | CreditMemo():
            link = ports.book.load_link(tenant, record.ref)
            return (link.accounting, link.psa) if link is not None else (record.ref,)
        case _:
            return (record.ref,)


def _hold(ports: Ports, tenant: str, undo: Undo) -> None:
    today = ports.clock.now().date()

    def held(record: Record) -> Record:
        return hold(record, undo.system, today) if isinstance(record, Payment | Payout) else record

    ports.book.revise(tenant, undo.records, held)


def _released(record: Record) -> Record:
    return let_go_on(record) if isinstance(record, Payment | Payout) else record


def _tell_once(ports: Ports, tenant: str, undo: Undo, effect: Effect) -> None:
    """Put it into the story of what is held, unless it stands there since it was let go on last."""
    told = ports.history.load_many(tenant, undo.records)
    lines = {ref: tell_hold(ref, undo.system, effect.subject) for ref in undo.records}
    untold = [line for ref, line in lines.items() if line not in _since_release([each.item for each in told[ref]])]
    ports.history.save(tenant, untold)


def _since_release(told: Sequence[Decision]) -> Sequence[Decision]:
    last = next((place for place in reversed(range(len(told))) if told[place].code == LET_GO_ON), -1)
    return told[last + 1 :]


def _follow(ports: Ports, tenant: str, records: Sequence[Ref], why: str) -> None:
    """Queue what was held or let go, each time anew: the same may be asked again a minute later, and has to be heard."""
    because = f"{why} {ports.clock.now().isoformat()}"
    payments = [ref for ref in records if ref.kind is not Kind.PAYOUT]
    payouts = [ref for ref in records if ref.kind is Kind.PAYOUT]
    ports.queue.send(
        [
            *(MirrorPayment(tenant=tenant, system=ref.system, payment_id=ref.id, because=because) for ref in payments),
            *(RecordDeposit(tenant=tenant, payout_id=ref.id, because=because) for ref in payouts),
        ]
    )
