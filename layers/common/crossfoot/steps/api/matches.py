"""List what is open for the partner to decide about matches, and take the decisions, each once (I9)."""

from collections.abc import Iterable, Sequence

from crossfoot.core.matching import differences, has_nothing_in_common, is_imported
from crossfoot.core.model import ACCOUNTING, PSA, SYSTEM_NAMES, Invoice, Kind, LinkOrigin, Record, Ref, Standing
from crossfoot.core.verdicts import UNDECIDED, Pair, Verdict, Verdicts
from crossfoot.errors import Rejected
from crossfoot.linking import find_open
from crossfoot.messages.api.matches import CustomerMatch, MatchDecision, MatchList, MatchQuery, OneMatch
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.ports import Decided
from crossfoot.steps.api.deciding import follow_decision
from crossfoot.steps.api.match_shapes import (
    open_customers,
    open_invoices,
    read_match_id,
    to_customer_match,
    to_invoice_match,
)
from crossfoot.steps.api.needs import BadField, Ports, not_found, read_ref

# So many numbers are told of a pair of customers, and so often further ones are looked for when these are over.
EXAMPLES = 20
MAX_LOOKS = 3


def list_matches(ports: Ports, asked: Asked[Nothing, MatchQuery]) -> MatchList:
    """List a page of what is open or decided. Source: I9."""
    query = asked.query
    if query.state == "decided":
        page = ports.matches.list_decided(asked.tenant, query.kind, cursor=query.cursor, limit=query.limit)
        return _decided(ports, asked.tenant, page.items, page.next_cursor)
    if query.kind is Kind.CUSTOMER:
        return _open_customers(ports, asked.tenant, query)
    noted = ports.matches.list_open(asked.tenant, customers=None, cursor=query.cursor, limit=query.limit)
    found = find_open(asked.tenant, noted.items, ports.book, ports.matches)
    return MatchList(
        invoices=open_invoices(ports, asked.tenant, found.values()), customers=[], next_cursor=noted.next_cursor
    )


def decide_match(ports: Ports, asked: Asked[Nothing, Nothing, MatchDecision]) -> MatchList:
    """Take the partner's word on a pair, once and for all, and do what follows from it.

    Raises: Rejected when it cannot stand beside what the sync tool wrote or what was confirmed before, and for two invoices
    that have nothing in common, unless the request says that it means them.
    Source: I9. A worker that dies after the verdict is kept leaves what the next look at either record completes.
    """
    tenant, body = asked.tenant, asked.body
    pair = Pair(_read(body.kind, body.accounting, "accounting"), _read(body.kind, body.psa, "psa"))
    records = _load(ports, tenant, pair)
    if body.kind is Kind.INVOICE:
        _check_invoices(ports, tenant, pair, body, records)
    decided = Decided(pair, body.verdict, ports.clock.now())
    ports.matches.save_verdict(tenant, decided)
    follow_decision(ports, tenant, pair)
    return _decided(ports, tenant, (decided,), "")


def take_back_match(ports: Ports, asked: Asked[OneMatch]) -> None:
    """Take a decision back: the pair is then matched or listed like any other. Source: I9."""
    pair = read_match_id(asked.path.id)
    if pair is None or ports.matches.load_decided(asked.tenant, pair) is None:
        raise not_found("decision", "GET /v1/matches?state=decided lists them.")
    ports.matches.remove_verdict(asked.tenant, pair)
    follow_decision(ports, asked.tenant, pair)


def _read(kind: Kind, text: str, field: str) -> Ref:
    ref = read_ref(kind, text)
    if ref.system is not (ACCOUNTING if field == "accounting" else PSA):
        name = SYSTEM_NAMES[ACCOUNTING if field == "accounting" else PSA]
        raise BadField(field, f"{text} is no {kind} in {name}.")
    return ref


def _load(ports: Ports, tenant: str, pair: Pair) -> dict[Ref, Record]:
    records = ports.book.load_many(tenant, [pair.accounting, pair.psa])
    if len(records) < 2:
        kind = pair.accounting.kind.value
        raise not_found(kind, f"GET /v1/{kind}s lists them.")
    return records


def _check_invoices(ports: Ports, tenant: str, pair: Pair, body: MatchDecision, records: dict[Ref, Record]) -> None:
    for ref, link in ports.book.load_links(tenant, [pair.accounting, pair.psa]).items():
        is_pair = (link.accounting, link.psa) == (pair.accounting, pair.psa)
        if link.origin is LinkOrigin.SYNCED and is_pair is (body.verdict is Verdict.DIFFERENT):
            detail = f"The sync tool wrote {ref} from {link.other(ref)}, so it is known what it is the same as."
            raise Rejected("written_by_sync", detail, "Undo the sync of this invoice instead.")
    if body.verdict is Verdict.SAME:
        for record in records.values():
            if not isinstance(record, Invoice) or record.standing is not Standing.LIVE or not is_imported(record):
                detail = f"{record.ref} is void, deleted, archived or left out by the import filters."
                raise Rejected("not_matchable", detail, "Bring it back first, or choose another invoice.")
        if not body.although_different:
            _check_common(ports, tenant, records[pair.accounting], records[pair.psa])
        for ref in (pair.accounting, pair.psa):
            _make_room(ports, tenant, ref, pair)


def _check_common(ports: Ports, tenant: str, one: Record, other: Record) -> None:
    """Ask once more before two invoices are joined that have nothing in common: a slip of the hand looks like that."""
    assert isinstance(one, Invoice)
    assert isinstance(other, Invoice)
    if has_nothing_in_common(one, other, _on_customers(ports, tenant, [one, other])):
        detail = f"{one.ref} and {other.ref} have nothing in common: {'; '.join(differences(one, other))}"
        fix = (
            "Choose another invoice; if they are the same all the same, send it again with `although_different`: true."
        )
        raise Rejected("nothing_in_common", detail, fix)


def _on_customers(ports: Ports, tenant: str, records: Iterable[Record]) -> Verdicts:
    """Read what was decided on the customers of some invoices."""
    customers = {record.customer for record in records if isinstance(record, Invoice) and record.customer}
    return ports.matches.load_verdicts(tenant, customers) if customers else UNDECIDED


def _make_room(ports: Ports, tenant: str, ref: Ref, pair: Pair) -> None:
    """See that an invoice was not confirmed with another; a confirmation with one that is gone gives way."""
    same = ports.matches.load_verdicts(tenant, [ref]).same_as(ref)
    if same is None or same in (pair.accounting, pair.psa):
        return
    other = ports.book.load(tenant, same)
    if other is not None and other.standing is Standing.LIVE:
        detail = f"{ref} was confirmed to be the same as {same}."
        raise Rejected("already_confirmed", detail, "Take that back first (DELETE /v1/matches/{id}), then decide anew.")
    before = Pair(ref, same) if ref.system is ACCOUNTING else Pair(same, ref)
    ports.matches.remove_verdict(tenant, before)


def _decided(ports: Ports, tenant: str, decided: Sequence[Decided], next_cursor: str) -> MatchList:
    refs = [ref for each in decided for ref in (each.pair.accounting, each.pair.psa)]
    records = ports.book.load_many(tenant, refs)
    links = ports.book.load_links(tenant, [ref for ref in refs if ref.kind is Kind.INVOICE])
    customers = _on_customers(ports, tenant, records.values())
    return MatchList(
        invoices=[to_invoice_match(each, records, links, customers) for each in decided if _kind(each) is Kind.INVOICE],
        customers=[to_customer_match(each, records) for each in decided if _kind(each) is Kind.CUSTOMER],
        next_cursor=next_cursor,
    )


def _kind(decided: Decided) -> Kind:
    return decided.pair.accounting.kind


def _open_customers(ports: Ports, tenant: str, query: MatchQuery) -> MatchList:
    page = ports.matches.list_open_customers(tenant, cursor=query.cursor, limit=query.limit)
    shown = [match for pair in page.items if (match := _open_pair(ports, tenant, pair)) is not None]
    return MatchList(invoices=[], customers=shown, next_cursor=page.next_cursor)


def _open_pair(ports: Ports, tenant: str, pair: Pair) -> CustomerMatch | None:
    """Find out what two customers still keep apart; what is over is taken off on the way."""
    for _ in range(MAX_LOOKS):
        noted = ports.matches.list_open(tenant, customers=pair, cursor="", limit=EXAMPLES)
        found = find_open(tenant, noted.items, ports.book, ports.matches)
        if found:
            return open_customers(pair, list(found.values()), more=bool(noted.next_cursor))
        if not noted.items:
            break
    return None
