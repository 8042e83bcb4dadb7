"""Create, update, void and delete: the checks that every entity shares, around the entity's own rules."""

from collections.abc import Mapping
from typing import Any

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.book import OTHER_USER, TRANSACTION_IDS, Book
from local.sandbox.quickbooks.credits import apply_credits
from local.sandbox.quickbooks.entities import ENTITIES, Entity
from local.sandbox.quickbooks.fields import applied_to
from local.sandbox.quickbooks.kinds import PROPERTIES, Kind, cleaned
from local.sandbox.quickbooks.ledger import OPEN_KINDS, Effect, Link, post, stored_as
from local.sandbox.quickbooks.merges import show_name
from local.sandbox.quickbooks.names import stays_inactive
from local.sandbox.quickbooks.settlements import SETTLEMENTS, check_not_deposited, without
from local.sandbox.quickbooks.times import metadata_time
from local.sandbox.store import Record

_READ_ONLY = ("Id", "SyncToken", "MetaData", "domain", "sparse", "status")
_SINGLETONS = ("Preferences", "CompanyInfo")


def counter_of(kind: Kind) -> str:
    """Name the id counter: transactions share one."""
    return TRANSACTION_IDS if kind.transaction else kind.name


def save(book: Book, kind: Kind, body: Mapping[str, Any]) -> Record:
    """Create or update, as the vendor tells them apart: by the Id.

    Raises: Refusal.
    """
    wanted = cleaned(kind.name, body)
    return update(book, kind, wanted, body) if "Id" in wanted else create(book, kind, wanted)


def create(book: Book, kind: Kind, wanted: Record) -> Record:
    """Make a record and post it.

    Raises: Refusal.
    """
    entity = _entity(kind, "create")
    record = entity.build(book, _writable(entity, wanted), None)
    if kind.transaction:
        book.check_open_period(record["TxnDate"])
    added = book.add(kind.name, record, counter_of(kind))
    _post(book, entity, None, added)
    apply_credits(book, kind.name, added)
    return book.get(kind.name, added["Id"]) or added


def update(book: Book, kind: Kind, wanted: Record, body: Mapping[str, Any]) -> Record:
    """Update: sparse keeps what was not sent, full clears it; lines are all or nothing either way.

    Raises: Refusal.
    """
    old = _current(book, kind, wanted)
    if kind.name in _SINGLETONS:
        return book.change(kind.name, old, _merged_singleton(kind, old, wanted))
    if kind.list_name and stays_inactive(wanted, old):
        return old
    entity = _entity(kind, "update")
    if kind.transaction:
        _check_changeable(book, old, wanted.get("TxnDate"))
    built = entity.build(book, _asked(entity, wanted, body, old), old)
    changed = book.change(kind.name, old, _kept(entity, old) | built)
    if kind.list_name:
        show_name(book, kind, old, changed)
    _post(book, entity, old, changed)
    return book.get(kind.name, changed["Id"]) or changed


def void(book: Book, kind: Kind, body: Mapping[str, Any]) -> Record:
    """Void a transaction.

    Raises: Refusal; 500 for an entity that cannot be voided by a request.
    """
    wanted = cleaned(kind.name, body)
    if kind.void not in ("operation", "include"):
        raise refusals.unsupported(f"void on {kind.name}")
    return void_record(book, kind, _current(book, kind, wanted))


def void_record(book: Book, kind: Kind, old: Record) -> Record:
    """Void a transaction as it stands, as a person may do on the vendor's page.

    Raises: Refusal; 500 for an entity that has no void.
    """
    entity = _entity(kind, "void")
    if entity.void is None:
        raise refusals.unsupported(f"void on {kind.name}")
    _check_changeable(book, old)
    voided = book.change(kind.name, old, entity.void(old), "void")
    _post(book, entity, old, voided)
    return book.get(kind.name, voided["Id"]) or voided


def send(book: Book, kind: Kind, old: Record, address: str | None) -> Record:
    """E-mail a transaction, to the address given or the one that it holds; the sandbox only notes that it did.

    Raises: Refusal; 6000 when there is no address.
    """
    if kind.name not in ENTITIES or "emailed" not in kind.verbs:
        raise refusals.unsupported(f"send on {kind.name}")
    address = address or old.get("BillEmail", {}).get("Address")
    if not address:
        raise refusals.business("There is no e-mail address to send this to.")
    delivery = {"DeliveryType": "Email", "DeliveryTime": metadata_time(book.clock.now())}
    noted = {"BillEmail": {"Address": address}, "EmailStatus": "EmailSent", "DeliveryInfo": delivery}
    known = PROPERTIES[kind.name]
    return book.change(kind.name, old, old | {name: value for name, value in noted.items() if name in known}, "emailed")


def delete(book: Book, kind: Kind, body: Mapping[str, Any]) -> Record:
    """Delete a transaction.

    Returns: what the vendor answers: domain, status and Id.
    Raises: Refusal; 500 for a name-list entity, which can only be made inactive.
    """
    wanted = cleaned(kind.name, body)
    entity = _entity(kind, "delete")
    if not kind.transaction:
        raise refusals.unsupported(f"delete on {kind.name}")
    old = _current(book, kind, wanted)
    _check_changeable(book, old)
    if kind.name in OPEN_KINDS and applied_to(old):
        if book.switches.paid_invoice_delete == "refuse":
            raise refusals.business("This transaction has payments applied to it. Remove them before you delete it.")
        _free(book, kind, old)
    _post(book, entity, old, None)
    book.remove(kind.name, old)
    return {"domain": "QBO", "status": "Deleted", "Id": old["Id"]}


def _entity(kind: Kind, operation: str) -> Entity:
    if kind.name not in ENTITIES:
        raise refusals.unsupported(f"{operation} on {kind.name}")
    return ENTITIES[kind.name]


def _current(book: Book, kind: Kind, wanted: Record) -> Record:
    if "Id" not in wanted:
        raise refusals.missing("Id")
    old = book.need(kind.name, wanted["Id"])
    if "SyncToken" not in wanted:
        raise refusals.missing("SyncToken")
    if wanted["SyncToken"] != old.get("SyncToken", "0"):
        raise refusals.stale(OTHER_USER)
    return old


def _check_changeable(book: Book, old: Record, day: str | None = None) -> None:
    book.check_open_period(old.get("TxnDate"), day)
    check_not_deposited(old)


def _writable(entity: Entity, record: Record) -> Record:
    closed = (*_READ_ONLY, *entity.computed)
    return {name: value for name, value in record.items() if name not in closed}


def _asked(entity: Entity, wanted: Record, body: Mapping[str, Any], old: Record) -> Record:
    asked = _writable(entity, wanted)
    if wanted.get("sparse") is not True:
        return asked
    cleared = {name for name, value in body.items() if value is None or value == ""}
    kept = {name: value for name, value in _writable(entity, old).items() if name not in cleared}
    return kept | asked


def _kept(entity: Entity, old: Record) -> Record:
    names = (*entity.computed, "CustomField")
    return {name: old[name] for name in names if name in old}


def _merged_singleton(kind: Kind, old: Record, wanted: Record) -> Record:
    asked = {name: value for name, value in wanted.items() if name not in _READ_ONLY}
    if wanted.get("sparse") is not True:
        # A preference always has a value: a full update replaces the groups that it names, and no others.
        return (old if kind.name == "Preferences" else {}) | asked
    merged = dict(old)
    for name, value in asked.items():
        inner = old.get(name)
        merged[name] = inner | value if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged


def _post(book: Book, entity: Entity, old: Record | None, new: Record | None, besides: Link | None = None) -> None:
    was = entity.effect(book, old) if old else Effect()
    now = entity.effect(book, new) if new else Effect()
    some = new or old
    if some is not None:
        post(book, some["Id"], was, now, besides)


def _free(book: Book, kind: Kind, record: Record) -> None:
    """Take a transaction out of the payments that settle it; one that has nothing left to do goes with it."""
    gone = (kind.name, record["Id"])
    for link in record.get("LinkedTxn", []):
        payer = stored_as(str(link.get("TxnType")))
        payment = book.get(payer, link["TxnId"]) if payer in SETTLEMENTS else None
        if payment is None:
            continue
        entity = ENTITIES[payer]
        freed = without(SETTLEMENTS[payer], payment, gone)
        empty = not freed["Line"] and not freed.get("TotalAmt")
        changed = None if empty else book.change(payer, payment, freed)
        _post(book, entity, payment, changed, besides=gone)
        if empty:
            book.remove(payer, payment)
