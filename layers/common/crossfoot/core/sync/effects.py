"""The effects of the Sync Invoices tool: entries in the accounting, and what became of them (S7, S8, S9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from crossfoot.core.effects import Effect, Json, next_generation
from crossfoot.core.model import ACCOUNTING, Kind, Ref
from crossfoot.core.money import format_minor
from crossfoot.core.receipts import Operation
from crossfoot.core.sync.batching import GL_BATCH, BatchWrite, standing_batch
from crossfoot.core.sync.batching import to_body as to_batch_body
from crossfoot.core.sync.sales import (
    Sale,
    SaleKind,
    SaleWrite,
    StandingSale,
    from_body,
    standing_in,
    to_body,
    to_result,
)

SALE = "sale"
JOURNAL = "journal_entry"
# So often an entry is written that the accounting makes something else of: as planned, and once with a rounding line.
MOST_TRIES = 2

_RECORD_IDS, _MISFIT, _ORIGIN, _TRIES, _MADE = "record_ids", "misfit", "origin", "tries", "made"
_ENTRY = "entry"
_KINDS = {SaleKind.INVOICE: Kind.INVOICE, SaleKind.CREDIT_MEMO: Kind.CREDIT_MEMO}
_NAMES = {SaleKind.INVOICE: "invoice", SaleKind.CREDIT_MEMO: "credit memo"}


@dataclass(frozen=True, slots=True)
class Misfit:
    """An entry that the accounting made something else of.

    Takes: `origin` is the digest of the entry as it was planned first, `tries` how often it was written since; `made` is
    what it came to.
    """

    origin: str
    tries: int
    made: StandingSale


@dataclass(frozen=True, slots=True)
class Entry:
    """What to enter for a bill. Takes: `record_ids` as in Posting; `misfit` is what this is entered instead of."""

    sale: Sale
    record_ids: tuple[int, ...]
    misfit: Misfit | None = None


def to_create_effect(tenant: str, bill: Ref, entry: Entry, latest: Effect | None) -> Effect:
    """Make the effect that enters a bill. Source: S8."""
    sale = entry.sale
    write = SaleWrite(Operation.CREATE, sale.kind, sale.digest, sale.currency, sale.total_minor, sale.number)
    name, amount = _NAMES[sale.kind], format_minor(sale.total_minor, sale.currency)
    origin, tries = (entry.misfit.origin, entry.misfit.tries + 1) if entry.misfit else (sale.digest, 1)
    memory: dict[str, Json] = {_ORIGIN: origin, _TRIES: tries, **_remember(entry.misfit)}
    sentence = f"Wrote {name} {sale.number} of {amount} to QuickBooks{_why_anew(entry)}."
    return _to_effect(tenant, bill, latest, {**to_body(write), _RECORD_IDS: [*entry.record_ids], **memory}, sentence)


def _why_anew(entry: Entry) -> str:
    """Say why an entry is not the one that was previewed. Source: S7, S8."""
    if entry.misfit is None:
        return ""
    made = format_minor(entry.misfit.made.total_minor, entry.misfit.made.currency)
    return f", with a line for rounding: without it, QuickBooks had made {made} of it"


def to_delete_effect(tenant: str, bill: Ref, standing: SaleWrite, latest: Effect, *, misfit: Misfit | None) -> Effect:
    """Make the effect that takes an entry back.

    Takes: `standing` with the revision that it is deleted at; `misfit` where the accounting had made something else of it.
    Source: S7, S9.
    """
    name, amount = _NAMES[standing.kind], format_minor(standing.total_minor, standing.currency)
    why = " again: QuickBooks made something else of it" if misfit else ""
    sentence = f"Took {name} {standing.number} of {amount} out of QuickBooks{why}."
    body = {**to_body(replace(standing, operation=Operation.DELETE)), **_remember(misfit)}
    return _to_effect(tenant, bill, latest, body, sentence)


def to_batch_effect(
    tenant: str, bill: Ref, number: str, write: BatchWrite, latest: Effect | None, entry: str = ""
) -> Effect:
    """Make the effect that puts a bill into a ConnectWise batch of its own, or takes it out of it.

    Takes: `entry` is the id of the entry in the accounting that the batch is for.
    Source: S3, S9.
    """
    is_taken = write.operation is Operation.DELETE
    done = "Took batch {} back in ConnectWise." if is_taken else "Put invoice {} into ConnectWise batch {}."
    sentence = done.format(write.identifier) if is_taken else done.format(number, write.identifier)
    return Effect(
        tenant=tenant,
        kind=GL_BATCH,
        subject=bill,
        generation=next_generation(latest),
        body={**to_batch_body(write), _ENTRY: entry},
        rule="S9" if is_taken else "S3",
        sentence=sentence,
        causes=(bill,),
        result=latest.result if latest else {},
    )


def _to_effect(tenant: str, bill: Ref, latest: Effect | None, body: Mapping[str, Json], sentence: str) -> Effect:
    is_deletion = body["operation"] == Operation.DELETE.value
    return Effect(
        tenant=tenant,
        kind=SALE,
        subject=bill,
        generation=next_generation(latest),
        body=body,
        rule="S9" if is_deletion else "S8",
        sentence=sentence,
        causes=(bill,),
        # What stands if QuickBooks refuses.
        result=latest.result if latest else {},
    )


# --- what an effect left -----------------------------------------------------------------------------------------------


def to_standing_result(effect: Effect, standing: StandingSale, sale: Sale) -> dict[str, Json]:
    """Say what stands after an entry was made, and whether it is what was asked for."""
    result = to_result(from_body(effect.body), standing)
    memory = {name: effect.body[name] for name in (_ORIGIN, _TRIES, _RECORD_IDS)}
    return {**result, **memory, _MADE: None if standing.says(sale) else _made_to_json(standing)}


def standing_sale(latest: Effect | None) -> SaleWrite | None:
    """Give the entry of ours that stands for a bill, by its newest effect, which is settled or was never sent."""
    return standing_in(latest.result) if latest is not None else None


def to_batch_result(effect: Effect, write: BatchWrite) -> dict[str, Json]:
    """Say which batch stands, and for which entry."""
    return {**to_batch_body(write), _ENTRY: effect.body[_ENTRY]}


def batch_of(latest: Effect | None, entry: SaleWrite) -> BatchWrite | None:
    """Give the batch of ours that a bill is in for an entry; one of an entry that is gone says nothing of it."""
    is_its_own = latest is not None and latest.result and latest.result[_ENTRY] == entry.id
    return standing_batch(latest) if is_its_own else None


def misfit_standing(latest: Effect | None) -> Misfit | None:
    """Give the entry that stands and is not what was asked for."""
    if latest is None or not latest.result or latest.result[_MADE] is None:
        return None
    return _read_misfit(latest.result)


def misfit_taken_back(latest: Effect | None) -> Misfit | None:
    """Give the entry that was taken back last because it was not what was asked for, and which nothing stands for since."""
    kept = cast("Mapping[str, Json] | None", latest.body.get(_MISFIT)) if latest is not None else None
    if latest is None or latest.result or kept is None:
        return None
    return _read_misfit(kept)


def record_ids_of(latest: Effect) -> tuple[int, ...]:
    """Give the records of ConnectWise's ledger that the entry which stands was planned from."""
    return tuple(cast("Iterable[int]", latest.result.get(_RECORD_IDS) or ()))


def accounting_ref(standing: SaleWrite) -> Ref:
    """Name the record of an entry in the accounting."""
    return Ref(ACCOUNTING, _KINDS[standing.kind], standing.id)


def _remember(misfit: Misfit | None) -> dict[str, Json]:
    if misfit is None:
        return {}
    return {_MISFIT: {_ORIGIN: misfit.origin, _TRIES: misfit.tries, _MADE: _made_to_json(misfit.made)}}


def _read_misfit(kept: Mapping[str, Json]) -> Misfit:
    made = cast("Mapping[str, Json]", kept[_MADE])
    return Misfit(cast(str, kept[_ORIGIN]), cast(int, kept[_TRIES]), _made_from_json(made))


def _made_to_json(standing: StandingSale) -> dict[str, Json]:
    """Keep what can differ from what was asked; what is open of it, and its revision, are of the moment."""
    return {
        "kind": standing.kind.value,
        "id": standing.id,
        "number": standing.number,
        "customer_id": standing.customer_id,
        "issued_on": standing.issued_on.isoformat(),
        "currency": standing.currency,
        "total_minor": standing.total_minor,
        "tax_minor": standing.tax_minor,
    }


def _made_from_json(kept: Mapping[str, Json]) -> StandingSale:
    total_minor = cast(int, kept["total_minor"])
    return StandingSale(
        SaleKind(cast(str, kept["kind"])),
        cast(str, kept["id"]),
        "",
        cast(str, kept["number"]),
        cast(str, kept["customer_id"]),
        date.fromisoformat(cast(str, kept["issued_on"])),
        cast(str, kept["currency"]),
        total_minor,
        cast(int, kept["tax_minor"]),
        open_minor=total_minor,
    )
