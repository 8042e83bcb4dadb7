"""Show matches: both sides, what differs in words, and what can be done (I9)."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote, unquote

from crossfoot.core.matching import differences
from crossfoot.core.matters import Matter, MatterCode
from crossfoot.core.model import ACCOUNTING, PSA, Customer, Invoice, Kind, Link, Record, Ref
from crossfoot.core.verdicts import Pair, Verdict, Verdicts
from crossfoot.messages.api.matches import CustomerMatch, InvoiceMatch, MatchedInvoice
from crossfoot.messages.api.words import CustomerName
from crossfoot.ports import Decided
from crossfoot.steps.api.needs import Ports, to_id, to_money

_SAY = "Say whether the two are the same; or correct the copy that is wrong."
_SAY_WHICH = "Say which two are the same, or which are different; or renumber, void or delete what should not be there."
_MONEY = "Whatever you say, no payment is taken over while their totals or currencies differ."
_SAY_ONCE = "Say once whether they are the same customer: that holds for all their invoices."


def to_match_id(pair: Pair) -> str:
    """Name a pair."""
    return f"{pair.accounting.kind}:{quote(pair.accounting.id, safe='')}:{quote(pair.psa.id, safe='')}"


def read_match_id(text: str) -> Pair | None:
    """Read a pair's name back; None when it names none."""
    match text.split(":"):
        case [(Kind.INVOICE | Kind.CUSTOMER) as kind, accounting, psa] if accounting and psa:
            return Pair(Ref(ACCOUNTING, Kind(kind), unquote(accounting)), Ref(PSA, Kind(kind), unquote(psa)))
        case _:
            return None


def open_invoices(ports: Ports, tenant: str, matters: Iterable[Matter]) -> list[InvoiceMatch]:
    """Show open matters."""
    known = list(matters)
    links = ports.book.load_links(tenant, [one.ref for matter in known for one in matter.accounting])
    return [_open_invoice(matter, links) for matter in known]


def _open_invoice(matter: Matter, links: Mapping[Ref, Link]) -> InvoiceMatch:
    one, other = matter.accounting[0], matter.psa[0]
    is_pair = len(matter.accounting) == len(matter.psa) == 1
    link = links.get(one.ref)
    if matter.code is MatterCode.AMBIGUOUS:
        counts = f"{len(matter.accounting)} in QuickBooks, {len(matter.psa)} in ConnectWise"
        sentence, fix = f"More than one invoice carries the number {one.number}: {counts}.", _SAY_WHICH
    else:
        told = "; ".join(matter.differences)
        sentence, fix = f"Invoice {one.number} is in both systems, but not identical: {told}.", _SAY
        if _money_differs(one, other):
            fix = f"{fix} {_MONEY}"
    return InvoiceMatch(
        id=to_match_id(Pair(one.ref, other.ref)) if is_pair else f"number:{quote(matter.key.number, safe='')}",
        state="open",
        code=matter.code,
        accounting=[_to_invoice(each) for each in matter.accounting],
        psa=[_to_invoice(each) for each in matter.psa],
        differences=list(matter.differences),
        sentence=sentence,
        fix=fix,
        linked=is_pair and link is not None and link.psa == other.ref,
        customers=to_match_id(matter.key.customers) if matter.key.customers else None,
        decided_at=None,
    )


def open_customers(pair: Pair, matters: Sequence[Matter], *, more: bool) -> CustomerMatch:
    """Show two customers that keep invoices apart."""
    one, other = matters[0].accounting[0], matters[0].psa[0]
    count = f"at least {len(matters)}" if more else str(len(matters))
    named = f"{one.customer_name} in QuickBooks and {other.customer_name} in ConnectWise"
    return CustomerMatch(
        id=to_match_id(pair),
        state="open",
        code="customers_differ",
        accounting=CustomerName(id=str(pair.accounting), name=one.customer_name),
        psa=CustomerName(id=str(pair.psa), name=other.customer_name),
        keeps_apart=[matter.accounting[0].number for matter in matters],
        more=more,
        sentence=f"{named} have different names, which keeps {count} of their invoices apart.",
        fix=_SAY_ONCE,
        decided_at=None,
    )


def to_invoice_match(
    decided: Decided, records: Mapping[Ref, Record], links: Mapping[Ref, Link], customers: Verdicts
) -> InvoiceMatch:
    """Show a decision on two invoices, and what became of it. Takes: `customers`, what was decided on theirs."""
    pair = decided.pair
    one, other = records.get(pair.accounting), records.get(pair.psa)
    copies = [each for each in (one, other) if isinstance(each, Invoice)]
    link = links.get(pair.accounting)
    linked = link is not None and link.psa == pair.psa
    said = Verdicts({pair.accounting: {pair.psa: decided.verdict}})
    holding = _differences_of(copies, customers.joined_with(said))
    sentence, fix = _told_of_decision(decided.verdict, linked=linked, told=holding)
    return InvoiceMatch(
        id=to_match_id(pair),
        state="decided",
        code=decided.verdict,
        accounting=[_to_invoice(each) for each in copies if each.ref.system is ACCOUNTING],
        psa=[_to_invoice(each) for each in copies if each.ref.system is PSA],
        differences=_differences_of(copies, customers),
        sentence=sentence,
        fix=fix,
        linked=linked,
        customers=None,
        decided_at=decided.at,
    )


def to_customer_match(decided: Decided, records: Mapping[Ref, Record]) -> CustomerMatch:
    """Show a decision on two customers."""
    pair = decided.pair
    are = "are the same customer" if decided.verdict is Verdict.SAME else "are different customers"
    names = {ref: _name(ref, records) for ref in (pair.accounting, pair.psa)}
    return CustomerMatch(
        id=to_match_id(pair),
        state="decided",
        code=decided.verdict,
        accounting=CustomerName(id=str(pair.accounting), name=names[pair.accounting]),
        psa=CustomerName(id=str(pair.psa), name=names[pair.psa]),
        keeps_apart=[],
        more=False,
        sentence=f"{names[pair.accounting]} in QuickBooks and {names[pair.psa]} in ConnectWise {are}.",
        fix="Take the decision back if it was wrong.",
        decided_at=decided.at,
    )


def _differences_of(copies: Sequence[Invoice], verdicts: Verdicts) -> list[str]:
    if len(copies) < 2:
        return []
    one, other = sorted(copies, key=lambda invoice: invoice.ref.system is not ACCOUNTING)
    return list(differences(one, other, verdicts))


def _told_of_decision(verdict: Verdict, *, linked: bool, told: Sequence[str]) -> tuple[str, str]:
    take_back = "Take the decision back if it was wrong."
    if verdict is Verdict.DIFFERENT and linked:
        sentence = "They are different invoices. Payments that were entered over their link are taken back first."
        return sentence, "Nothing: the link goes when no payment stands on it any more."
    if verdict is Verdict.DIFFERENT:
        return "They are different invoices, and are neither matched nor listed again.", take_back
    if not linked:
        sentence = "They are the same invoice, and are joined as soon as nothing stands in the way."
        return sentence, "Nothing: payments that were entered over another link are taken back first."
    if told:
        sentence = f"They are the same invoice. Its payments wait, because {'; '.join(told)}."
        return sentence, "Correct the copy that is wrong; the payments then follow by themselves."
    return "They are the same invoice.", take_back


def _money_differs(one: Invoice, other: Invoice) -> bool:
    return (one.total_minor, one.currency) != (other.total_minor, other.currency)


def _to_invoice(invoice: Invoice) -> MatchedInvoice:
    return MatchedInvoice(
        id=str(invoice.ref),
        number=invoice.number,
        issued_on=invoice.issued_on,
        customer=CustomerName(id=to_id(invoice.customer), name=invoice.customer_name),
        currency=invoice.currency,
        total=to_money(invoice.total_minor, invoice.currency),
    )


def _name(ref: Ref, records: Mapping[Ref, Record]) -> str:
    record = records.get(ref)
    return record.name if isinstance(record, Customer) else ref.id
