"""Payables as items and back. Attributes of one name mean the same everywhere, also in shapes.py:

all             o origin (its id on the platform)   cp copy of   rev revision   lo left out   op paid outside
vendor          n name   off inactive   a account number   em email
bill            n number   c vendor id   cn vendor name   i issued on   due due on   cur currency   t total   b balance
                nt note   m marker   un not approved
vendor credit   n number   c vendor id   cn vendor name   i issued on   cur currency   t total   b remaining
                nt note   m marker
bill payment    n number   c vendor id   cn vendor name   i paid on   cur currency   t total   a account id
                pm method, where not by check   ps state, where not paid   ot other   nt note   m marker
                al [[bill id, amount] ...]   cu [[vendor credit id, amount] ...]
                fb [former bill id ...]   fc [former vendor credit id ...]
"""

from datetime import date

from crossfoot.adapters.dynamodb.shape_parts import (
    beside,
    from_date,
    from_keeping,
    id_beside,
    ref_beside,
    to_date,
    to_keeping,
    to_part,
)
from crossfoot.adapters.dynamodb.values import Item, Plain, rows, text, whole
from crossfoot.core.model import PLATFORM, Kind, Ref, Standing, Version
from crossfoot.core.payables.records import (
    Bill,
    BillPart,
    BillPayment,
    CreditPart,
    Payable,
    PayMethod,
    PayState,
    Vendor,
    VendorCredit,
)


def to_item(record: Payable) -> Item:
    """Write what a payable says of itself."""
    match record:
        case Vendor():
            own = _from_vendor(record)
        case Bill():
            own = _from_bill(record)
        case VendorCredit():
            own = _from_credit(record)
        case BillPayment():
            own = _from_payment(record)
    return own | _from_kin(record) | from_keeping(record.keeping)


def to_record(ref: Ref, version: Version, standing: Standing, item: Item) -> Payable:
    """Read an item as the payable that it stands for, without its lines. Raises: ValueError for another kind."""
    match ref.kind:
        case Kind.VENDOR:
            return _to_vendor(ref, version, standing, item)
        case Kind.BILL:
            return _to_bill(ref, version, standing, item)
        case Kind.VENDOR_CREDIT:
            return _to_credit(ref, version, standing, item)
        case Kind.BILL_PAYMENT:
            return _to_payment(ref, version, standing, item)
        case _:
            raise ValueError(f"{ref.kind} is no payable")


def _from_kin(record: Payable) -> Item:
    return {
        "o": record.origin.id if record.origin else "",
        "cp": id_beside(record.ref, record.copy_of),
        "rev": record.revision,
    }


def _origin(ref: Ref, item: Item) -> Ref | None:
    return Ref(PLATFORM, ref.kind, text(item, "o")) if "o" in item else None


def _from_vendor(vendor: Vendor) -> Item:
    return {"n": vendor.name, "off": not vendor.active, "a": vendor.account_number, "em": vendor.email}


def _to_vendor(ref: Ref, version: Version, standing: Standing, item: Item) -> Vendor:
    return Vendor(
        ref,
        version,
        standing,
        name=text(item, "n"),
        active=not item.get("off", False),
        account_number=text(item, "a"),
        email=text(item, "em"),
        revision=text(item, "rev"),
        origin=_origin(ref, item),
        copy_of=beside(ref, ref.kind, text(item, "cp")),
        keeping=to_keeping(item),
    )


def _from_asked(record: Bill | VendorCredit) -> Item:
    return {
        "n": record.number,
        "c": id_beside(record.ref, record.vendor),
        "cn": record.vendor_name,
        "i": record.issued_on.isoformat(),
        "cur": record.currency,
        "t": record.total_minor,
        "nt": record.note,
        "m": record.marker,
    }


def _from_bill(bill: Bill) -> Item:
    own: Item = {"due": from_date(bill.due_on), "b": bill.balance_minor, "un": not bill.approved}
    return _from_asked(bill) | own


def _to_bill(ref: Ref, version: Version, standing: Standing, item: Item) -> Bill:
    return Bill(
        ref,
        version,
        standing,
        number=text(item, "n"),
        vendor=beside(ref, Kind.VENDOR, text(item, "c")),
        vendor_name=text(item, "cn"),
        issued_on=date.fromisoformat(text(item, "i")),
        due_on=to_date(text(item, "due")),
        currency=text(item, "cur"),
        total_minor=whole(item, "t"),
        balance_minor=whole(item, "b"),
        note=text(item, "nt"),
        marker=text(item, "m"),
        revision=text(item, "rev"),
        approved=not item.get("un", False),
        origin=_origin(ref, item),
        copy_of=beside(ref, ref.kind, text(item, "cp")),
        keeping=to_keeping(item),
    )


def _from_credit(credit: VendorCredit) -> Item:
    return _from_asked(credit) | {"b": credit.remaining_minor}


def _to_credit(ref: Ref, version: Version, standing: Standing, item: Item) -> VendorCredit:
    return VendorCredit(
        ref,
        version,
        standing,
        number=text(item, "n"),
        vendor=beside(ref, Kind.VENDOR, text(item, "c")),
        vendor_name=text(item, "cn"),
        issued_on=date.fromisoformat(text(item, "i")),
        currency=text(item, "cur"),
        total_minor=whole(item, "t"),
        remaining_minor=whole(item, "b") if "b" in item else None,
        note=text(item, "nt"),
        marker=text(item, "m"),
        revision=text(item, "rev"),
        origin=_origin(ref, item),
        copy_of=beside(ref, ref.kind, text(item, "cp")),
        keeping=to_keeping(item),
    )


def _from_payment(payment: BillPayment) -> Item:
    return {
        "n": payment.number,
        "c": id_beside(payment.ref, payment.vendor),
        "cn": payment.vendor_name,
        "i": from_date(payment.paid_on),
        "cur": payment.currency,
        "t": payment.total_minor,
        "a": payment.account_id,
        "pm": "" if payment.method is PayMethod.CHECK else payment.method.value,
        "ps": "" if payment.state is PayState.PAID else payment.state.value,
        "ot": payment.other_minor or None,
        "nt": payment.note,
        "m": payment.marker,
        "al": [[id_beside(payment.ref, part.bill), part.amount_minor] for part in payment.bills],
        "cu": [[id_beside(payment.ref, part.credit), part.amount_minor] for part in payment.credits],
        "fb": _formers(payment, Kind.BILL),
        "fc": _formers(payment, Kind.VENDOR_CREDIT),
    }


def _formers(payment: BillPayment, kind: Kind) -> list[Plain]:
    return [id_beside(payment.ref, ref) for ref in payment.former if ref.kind is kind]


def _to_payment(ref: Ref, version: Version, standing: Standing, item: Item) -> BillPayment:
    former = [ref_beside(ref, Kind.BILL, str(each)) for each in rows(item, "fb")]
    former += [ref_beside(ref, Kind.VENDOR_CREDIT, str(each)) for each in rows(item, "fc")]
    return BillPayment(
        ref,
        version,
        standing,
        vendor=beside(ref, Kind.VENDOR, text(item, "c")),
        vendor_name=text(item, "cn"),
        paid_on=to_date(text(item, "i")),
        currency=text(item, "cur"),
        total_minor=whole(item, "t"),
        method=PayMethod(text(item, "pm") or PayMethod.CHECK),
        account_id=text(item, "a"),
        number=text(item, "n"),
        bills=tuple(BillPart(*to_part(ref, Kind.BILL, part)) for part in rows(item, "al")),
        credits=tuple(CreditPart(*to_part(ref, Kind.VENDOR_CREDIT, part)) for part in rows(item, "cu")),
        other_minor=whole(item, "ot"),
        note=text(item, "nt"),
        marker=text(item, "m"),
        revision=text(item, "rev"),
        state=PayState(text(item, "ps") or PayState.PAID),
        former=tuple(sorted(former)),
        origin=_origin(ref, item),
        copy_of=beside(ref, ref.kind, text(item, "cp")),
        keeping=to_keeping(item),
    )
