"""What each entity that can be written means: how it is built, what it does to the book, how it is voided.

A new entity is one row here and one in `kinds.py`. What has no row is only held when it was loaded, and can be read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from local.sandbox.quickbooks.book import Book
from local.sandbox.quickbooks.deposits import build_deposit, deposit_effect
from local.sandbox.quickbooks.journal import build_journal_entry, journal_effect
from local.sandbox.quickbooks.ledger import Effect, EffectOf
from local.sandbox.quickbooks.names import LISTS, PEOPLE, build_listed, build_person
from local.sandbox.quickbooks.purchases import bill_effect, build_bill, build_vendor_credit, vendor_credit_effect
from local.sandbox.quickbooks.sales import (
    build_credit_memo,
    build_invoice,
    credit_memo_effect,
    invoice_effect,
    void_sale,
)
from local.sandbox.quickbooks.settlements import (
    bill_payment_effect,
    build_bill_payment,
    build_payment,
    payment_effect,
    void_payment,
)
from local.sandbox.store import Record

type Builder = Callable[[Book, Record, Record | None], Record]


def _nothing(_book: Book, _record: Record) -> Effect:
    return Effect()


@dataclass(frozen=True)
class Entity:
    """One entity.

    Takes: `build(book, wanted, old)` works the whole record out, or refuses. `computed` names what a request may carry
    but not decide: it is overwritten, silently, as the vendor does. `void` returns what a void leaves.
    """

    build: Builder
    computed: tuple[str, ...] = ()
    effect: EffectOf = _nothing
    void: Callable[[Record], Record] | None = None


_SALE_COMPUTED = ("TotalAmt", "Balance", "HomeBalance", "HomeTotalAmt", "LinkedTxn")
_LIST_COMPUTED = {
    "Account": ("CurrentBalance", "CurrentBalanceWithSubAccounts", "FullyQualifiedName", "Classification"),
    "Item": ("FullyQualifiedName", "Level"),
    "Class": ("FullyQualifiedName",),
    "Department": ("FullyQualifiedName",),
    "Term": ("Type",),
}
_PERSON_COMPUTED = ("Balance", "BalanceWithJobs", "FullyQualifiedName", "Level")

ENTITIES = {
    **{kind: Entity(partial(build_person, people), _PERSON_COMPUTED) for kind, people in PEOPLE.items()},
    **{kind: Entity(partial(build_listed, names), _LIST_COMPUTED.get(kind, ())) for kind, names in LISTS.items()},
    "Invoice": Entity(build_invoice, _SALE_COMPUTED, invoice_effect, void_sale),
    "CreditMemo": Entity(build_credit_memo, (*_SALE_COMPUTED, "RemainingCredit"), credit_memo_effect, void_sale),
    "Payment": Entity(build_payment, ("UnappliedAmt", "LinkedTxn", "HomeTotalAmt"), payment_effect, void_payment),
    "Deposit": Entity(build_deposit, ("TotalAmt", "HomeTotalAmt", "LinkedTxn"), deposit_effect),
    "Bill": Entity(build_bill, _SALE_COMPUTED, bill_effect),
    "VendorCredit": Entity(build_vendor_credit, _SALE_COMPUTED, vendor_credit_effect),
    "BillPayment": Entity(build_bill_payment, ("LinkedTxn", "HomeTotalAmt"), bill_payment_effect, void_payment),
    "JournalEntry": Entity(build_journal_entry, ("TotalAmt", "HomeTotalAmt", "LinkedTxn"), journal_effect),
}
