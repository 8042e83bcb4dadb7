"""What a record lacks to be entered into the accounting, and what has to come first."""

from dataclasses import dataclass

from crossfoot.core.decisions import Decision, refused, waits
from crossfoot.core.model import PLATFORM, Kind, Ref
from crossfoot.core.payables.case import Case, Named
from crossfoot.core.payables.entries import Entry
from crossfoot.core.payables.records import Vendor


@dataclass(frozen=True, slots=True)
class Missing:
    """What has to be mirrored before the record can be entered."""

    first: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Contested:
    """Somebody may be writing a later payment at this moment that takes what this one wants."""

    by: Ref


NAMED_NOT_ENTERED = "named_not_entered"
NAMED_NOT_KNOWN = "named_not_known"

type NotYet = Decision | Missing | Contested
type Built = Entry | NotYet


def label_of(case: Case) -> str:
    """Say what the record is, as a bookkeeper does: `bill INV-7`."""
    record = case.record
    name = record.name if isinstance(record, Vendor) else record.number or record.ref.id
    return f"{noun_of(record.ref.kind)} {name}"


def noun_of(kind: Kind) -> str:
    """Name a kind of record in a sentence."""
    return "payment" if kind is Kind.BILL_PAYMENT else kind.replace("_", " ")


def find_vendor(case: Case) -> Named | NotYet:
    """Find the vendor of a record as it stands in the accounting."""
    record = case.record
    assert not isinstance(record, Vendor)
    if record.vendor is None:
        fix = "Tell the platform whose it is; it is then entered by itself."
        return refused(record.ref, "B4", "no_vendor", f"The {label_of(case)} names no vendor.", fix)
    named = case.named[record.vendor]
    return named if named.entry_id else say_missing(case, (record.vendor,))


def say_missing(case: Case, absent: tuple[Ref, ...]) -> Decision | Missing:
    """Have what is missing mirrored, if that was not tried yet; else say that it is missing."""
    told = [ref for ref in absent if ref.system is PLATFORM and case.named[ref].told is not None]
    untried = tuple(ref for ref in told if ref not in case.tried)
    if untried:
        return Missing(untried)
    ref = absent[0]
    label, noun = case.named[ref].label or ref.id, noun_of(ref.kind)
    if ref in told:
        sentence = f"The {noun} {label} does not stand in QuickBooks yet."
        fix = f"What holds that up is said at the {noun}; this then follows by itself."
        return waits(case.record.ref, "B4", NAMED_NOT_ENTERED, sentence, fix, ref)
    sentence = f"The {noun} {label} that it names is not known here yet."
    fix = "Press Sync Now if it is in QuickBooks, or tell it on the platform; this then follows."
    return waits(case.record.ref, "B4", NAMED_NOT_KNOWN, sentence, fix, ref)


def is_active(case: Case, account_id: str) -> bool:
    """Tell whether an account is there, and can be used."""
    account = case.company.account(account_id)
    return account is not None and account.active


def account_missing(case: Case, account_id: str, *, is_named: bool = False) -> Decision:
    """Say that an account cannot be used. Takes: `is_named` tells that the platform named it on a line. Source: B3."""
    account = case.company.account(account_id)
    name = account.name if account is not None else account_id
    sentence = f"The account {name} is not there in QuickBooks, or inactive."
    other = (
        "name another on the line on the platform" if is_named else "choose another under the preferences of payables"
    )
    fix = f"Make it active in QuickBooks, or {other}."
    return refused(case.record.ref, "B3", "account_missing", sentence, fix)
