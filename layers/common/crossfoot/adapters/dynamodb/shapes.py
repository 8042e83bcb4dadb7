"""Records as items and back. Attribute names are short because a kilobyte is a write unit:

    all          u updated at   s seen at   st standing   d digest of all the rest but s
    customer     n name   off inactive   a account number   ba what its invoices call it, where that is another name
    invoice      n number   c customer id   cn customer name   i issued on   due due on   cur currency
                 t total   b balance   p paid   cm credited   cl closed   gb accounting batch
    payment      c customer id   i paid on   cur currency   t total   al [[invoice id, amount] ...]
                 m marker   r reference   f [former invoice id ...]   cu [[credit memo id, amount] ...]   dep deposit id
                 o origin (a platform payment's id)   rev revision   tb why it was taken back   rf refunded
                 h held from [[system, since] ...]
    credit memo  n number   c customer id   cn customer name   i issued on   cur currency   t total   b remaining
                 cl closed   gb accounting batch
    deposit      i deposited on   a account id   an account name   cur currency   t total   rev revision
    payout       i arrives on   ps how far it has come   cur currency   t total   h as of a payment
    what filters can see   tr [[name, value] ...]   lo left out   ar archived   rn by which run
                           na when the customer's name was read   op paid outside [day, method, note]
    payables     in payable_shapes.py
    lines, in lines.py     ld digest   ls the write that they came with   lc parts   l the lines themselves, where small
                           lu the version that they are of, where it is an earlier one

What is blank is left out. Amounts are minor units. A record speaks only of records of its own system, by their ids; the
platform's speak of other systems' too, by ids with the system in front (quickbooks-129).
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date

from crossfoot.adapters.dynamodb import payable_shapes
from crossfoot.adapters.dynamodb.shape_parts import (
    beside,
    from_date,
    from_holds,
    from_keeping,
    id_beside,
    ref_beside,
    to_date,
    to_holds,
    to_keeping,
    to_part,
)
from crossfoot.adapters.dynamodb.values import Item, Plain, rows, text, whole, without_blanks
from crossfoot.core.model import (
    PLATFORM,
    Allocation,
    CreditMemo,
    CreditUse,
    Customer,
    Deposit,
    Invoice,
    Kind,
    Payment,
    Payout,
    PayoutState,
    Record,
    Ref,
    Standing,
    System,
    TakenBack,
    Trait,
    TraitName,
    Version,
)
from crossfoot.core.payables.records import Bill, BillPayment, Vendor, VendorCredit

DIGEST = "d"
DIGEST_LENGTH = 32
NO_LINES: Mapping[str, Plain] = {}


def to_item(record: Record, lines: Mapping[str, Plain] = NO_LINES) -> Item:
    """Write a record as an item, with its digest.

    Takes: `lines` is what the item is to say of the record's lines; the digest covers all of it but the lines themselves,
    which have one of their own.
    """
    match record:
        case Customer():
            own = _from_customer(record) | _from_filterable(record)
        case Invoice():
            own = _from_invoice(record) | _from_filterable(record)
        case Payment():
            own = _from_payment(record)
        case CreditMemo():
            own = _from_credit_memo(record) | _from_filterable(record)
        case Deposit():
            own = _from_deposit(record)
        case Payout():
            own = _from_payout(record)
        case Vendor() | Bill() | VendorCredit() | BillPayment():
            own = payable_shapes.to_item(record)
    content = without_blanks({"u": record.version.updated_at, "st": record.standing.value} | own)
    covered = content | {name: value for name, value in lines.items() if not isinstance(value, bytes)}
    return content | dict(lines) | {"s": record.version.seen_at, DIGEST: _digest(covered)}


def to_record(ref: Ref, item: Item) -> Record:
    """Read an item as the record that it stands for, without its lines."""
    version = Version(text(item, "u"), text(item, "s"))
    standing = Standing(text(item, "st"))
    match ref.kind:
        case Kind.CUSTOMER:
            return _to_customer(ref, version, standing, item)
        case Kind.INVOICE:
            return _to_invoice(ref, version, standing, item)
        case Kind.PAYMENT:
            return _to_payment(ref, version, standing, item)
        case Kind.CREDIT_MEMO:
            return _to_credit_memo(ref, version, standing, item)
        case Kind.DEPOSIT:
            return _to_deposit(ref, version, standing, item)
        case Kind.PAYOUT:
            return _to_payout(ref, version, standing, item)
        case Kind.VENDOR | Kind.BILL | Kind.VENDOR_CREDIT | Kind.BILL_PAYMENT:
            return payable_shapes.to_record(ref, version, standing, item)


def to_row(ref: Ref) -> Plain:
    """Write a reference to a record of any system."""
    return [ref.system.value, ref.kind.value, ref.id]


def from_row(row: Plain) -> Ref:
    """Read a reference back."""
    match row:
        case [str(system), str(kind), str(id_)]:
            return Ref(System(system), Kind(kind), id_)
    raise TypeError("an item holds a reference that cannot be read")


def _digest(content: Mapping[str, Plain]) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode(errors="surrogatepass")).hexdigest()[:DIGEST_LENGTH]


def _from_customer(customer: Customer) -> Item:
    return {
        "n": customer.name,
        "off": not customer.active,
        "a": customer.account_number,
        "ba": customer.billed_as,
    }


def _to_customer(ref: Ref, version: Version, standing: Standing, item: Item) -> Customer:
    return Customer(
        ref,
        version,
        standing,
        text(item, "n"),
        not item.get("off", False),
        text(item, "a"),
        traits=_to_traits(item),
        keeping=to_keeping(item),
        billed_as=text(item, "ba"),
    )


def _from_invoice(invoice: Invoice) -> Item:
    return {
        "n": invoice.number,
        "c": id_beside(invoice.ref, invoice.customer),
        "cn": invoice.customer_name,
        "i": invoice.issued_on.isoformat(),
        "due": from_date(invoice.due_on),
        "cur": invoice.currency,
        "t": invoice.total_minor,
        "b": invoice.balance_minor,
        "p": invoice.paid_minor,
        "cm": invoice.credited_minor,
        "cl": invoice.closed,
        "gb": invoice.batch,
    }


def _to_invoice(ref: Ref, version: Version, standing: Standing, item: Item) -> Invoice:
    return Invoice(
        ref,
        version,
        standing,
        number=text(item, "n"),
        customer=beside(ref, Kind.CUSTOMER, text(item, "c")),
        customer_name=text(item, "cn"),
        issued_on=date.fromisoformat(text(item, "i")),
        due_on=to_date(text(item, "due")),
        currency=text(item, "cur"),
        total_minor=whole(item, "t"),
        balance_minor=whole(item, "b"),
        paid_minor=whole(item, "p") if "p" in item else None,
        closed=bool(item.get("cl", False)),
        credited_minor=whole(item, "cm") if "cm" in item else None,
        traits=_to_traits(item),
        keeping=to_keeping(item),
        batch=text(item, "gb"),
    )


def _from_payment(payment: Payment) -> Item:
    return {
        "c": id_beside(payment.ref, payment.customer),
        "i": from_date(payment.paid_on),
        "cur": payment.currency,
        "t": payment.total_minor,
        "al": [[id_beside(payment.ref, part.invoice), part.amount_minor] for part in payment.allocations],
        "m": payment.marker,
        "r": payment.reference,
        "f": [id_beside(payment.ref, invoice) for invoice in payment.former_invoices],
        "cu": [[id_beside(payment.ref, use.credit_memo), use.amount_minor] for use in payment.credits],
        "dep": id_beside(payment.ref, payment.deposit),
        "co": [id_beside(payment.ref, invoice) for invoice in payment.credit_only],
        "o": payment.origin.id if payment.origin else "",
        "rev": payment.revision,
        "tb": payment.taken_back.value if payment.taken_back else "",
        "rf": payment.refunded_minor or None,
        "h": from_holds(payment.keeping),
    }


def _to_payment(ref: Ref, version: Version, standing: Standing, item: Item) -> Payment:
    return Payment(
        ref,
        version,
        standing,
        customer=beside(ref, Kind.CUSTOMER, text(item, "c")),
        paid_on=to_date(text(item, "i")),
        currency=text(item, "cur"),
        total_minor=whole(item, "t"),
        allocations=tuple(Allocation(*to_part(ref, Kind.INVOICE, part)) for part in rows(item, "al")),
        marker=text(item, "m"),
        reference=text(item, "r"),
        former_invoices=tuple(ref_beside(ref, Kind.INVOICE, str(each)) for each in rows(item, "f")),
        credits=tuple(CreditUse(*to_part(ref, Kind.CREDIT_MEMO, part)) for part in rows(item, "cu")),
        deposit=beside(ref, Kind.DEPOSIT, text(item, "dep")),
        credit_only=tuple(ref_beside(ref, Kind.INVOICE, str(each)) for each in rows(item, "co")),
        origin=Ref(PLATFORM, Kind.PAYMENT, text(item, "o")) if "o" in item else None,
        revision=text(item, "rev"),
        taken_back=TakenBack(text(item, "tb")) if "tb" in item else None,
        refunded_minor=whole(item, "rf"),
        keeping=to_holds(item),
    )


def _from_credit_memo(memo: CreditMemo) -> Item:
    return {
        "n": memo.number,
        "c": id_beside(memo.ref, memo.customer),
        "cn": memo.customer_name,
        "i": memo.issued_on.isoformat(),
        "cur": memo.currency,
        "t": memo.total_minor,
        "b": memo.remaining_minor,
        "cl": memo.closed,
        "gb": memo.batch,
    }


def _to_credit_memo(ref: Ref, version: Version, standing: Standing, item: Item) -> CreditMemo:
    return CreditMemo(
        ref,
        version,
        standing,
        number=text(item, "n"),
        customer=beside(ref, Kind.CUSTOMER, text(item, "c")),
        customer_name=text(item, "cn"),
        issued_on=date.fromisoformat(text(item, "i")),
        currency=text(item, "cur"),
        total_minor=whole(item, "t"),
        remaining_minor=whole(item, "b"),
        traits=_to_traits(item),
        keeping=to_keeping(item),
        closed=bool(item.get("cl", False)),
        batch=text(item, "gb"),
    )


def _from_deposit(deposit: Deposit) -> Item:
    return {
        "i": from_date(deposit.deposited_on),
        "a": deposit.account_id,
        "an": deposit.account_name,
        "cur": deposit.currency,
        "t": deposit.total_minor,
        "rev": deposit.revision,
    }


def _to_deposit(ref: Ref, version: Version, standing: Standing, item: Item) -> Deposit:
    return Deposit(
        ref,
        version,
        standing,
        deposited_on=to_date(text(item, "i")),
        account_id=text(item, "a"),
        account_name=text(item, "an"),
        currency=text(item, "cur"),
        total_minor=whole(item, "t"),
        revision=text(item, "rev"),
    )


def _from_payout(payout: Payout) -> Item:
    return {
        "i": payout.arrives_on.isoformat(),
        "ps": payout.state.value,
        "cur": payout.currency,
        "t": payout.total_minor,
        "h": from_holds(payout.keeping),
    }


def _to_payout(ref: Ref, version: Version, standing: Standing, item: Item) -> Payout:
    return Payout(
        ref,
        version,
        standing,
        state=PayoutState(text(item, "ps")),
        arrives_on=date.fromisoformat(text(item, "i")),
        currency=text(item, "cur"),
        total_minor=whole(item, "t"),
        keeping=to_holds(item),
    )


def _from_filterable(record: Customer | Invoice | CreditMemo) -> Item:
    traits: list[Plain] = [[trait.name.value, trait.value] for trait in record.traits]
    return from_keeping(record.keeping) | {"tr": traits}


def _to_traits(item: Item) -> tuple[Trait, ...]:
    return tuple(_to_trait(row) for row in rows(item, "tr"))


def _to_trait(row: Plain) -> Trait:
    match row:
        case [str(name), str(value)]:
            return Trait(TraitName(name), value)
    raise TypeError("an item holds a trait that cannot be read")
