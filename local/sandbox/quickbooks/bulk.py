"""A long book at once: thousands of invoices and payments as years of trade leave them, written in one transaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from local.sandbox.quickbooks.book import TRANSACTION_IDS, Book, amount_of, money
from local.sandbox.quickbooks.entities import ENTITIES
from local.sandbox.quickbooks.ledger import Effect, post
from local.sandbox.quickbooks.times import COMPANY_ZONE, add_days, metadata_time, stamp
from local.sandbox.store import Record

MOST = 200_000
_BOOK_ID = "bulk"

type Row = tuple[str, Record, str]


@dataclass(frozen=True)
class Bulk:
    """How much to make.

    Takes: every `paid_every`-th invoice is paid in full, 0 for none; `days` is how far back the first one lies.
    """

    invoices: int = 1000
    customers: int = 100
    lines: int = 2
    paid_every: int = 2
    days: int = 730

    def checked(self) -> "Bulk":
        """Return itself.

        Raises: ValueError naming what does not fit.
        """
        bounds = {"invoices": (1, MOST), "customers": (1, MOST), "lines": (1, 10_000), "paid_every": (0, MOST)}
        for name, (least, most) in (bounds | {"days": (1, 36_500)}).items():
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"{name}: takes a number from {least} to {most}")
        return self


def seed_book(book: Book, wanted: Bulk) -> dict[str, int]:
    """Write the records; nobody is told of them. Balances of customers and accounts come out as if each was sent.

    Returns: how many of each kind were made.
    """
    forms = [_form(book, _customer(book, number), wanted.lines) for number in range(1, wanted.customers + 1)]
    into = book.account_of_subtype("UndepositedFunds")
    start, apart = book.clock.now() - timedelta(days=wanted.days), timedelta(days=wanted.days) / wanted.invoices
    numbers = iter(range(_reserved(book, "DocNumber", wanted.invoices), 1 << 62))
    ids = iter(range(_reserved(book, TRANSACTION_IDS, 2 * wanted.invoices), 1 << 62))
    made: dict[str, list[Row]] = {"Invoice": [], "Payment": []}
    for place in range(wanted.invoices):
        moment = start + place * apart
        invoice = _invoice(forms[place % len(forms)], place, next(ids), next(numbers), moment)
        if wanted.paid_every and place % wanted.paid_every == 0:
            payment = _payment(invoice, into["Id"] if into else None, next(ids), moment)
            made["Payment"].append((payment["Id"], payment, stamp(moment)))
            invoice |= {"Balance": 0, "LinkedTxn": [{"TxnId": payment["Id"], "TxnType": "Payment"}]}
        made["Invoice"].append((invoice["Id"], invoice, stamp(moment)))
    for kind, rows in made.items():
        book.store.put_many(book.realm, kind, rows)
        _post_all(book, kind, [record for _, record, _ in rows])
    return {"customers": len(forms), "invoices": len(made["Invoice"]), "payments": len(made["Payment"])}


def _customer(book: Book, number: int) -> Record:
    name = f"Account {book.store.next_id(book.realm, _BOOK_ID):05}"
    wanted = {"DisplayName": name, "PrimaryEmailAddr": {"Address": f"ap{number}@example.com"}}
    wanted |= {"BillAddr": {"Line1": f"{number} Harbor Street", "City": "Oakland", "PostalCode": "94607"}}
    # Checked once for the shape; the name is new, so the search for it among all names is spared.
    head = {"FullyQualifiedName": name, "PrintOnCheckName": name, "Balance": 0, "BalanceWithJobs": 0}
    return book.add("Customer", wanted | head | {"Active": True, "Taxable": True, "Job": False}, "Customer")


def _form(book: Book, customer: Record, lines: int) -> Record:
    """Have one invoice of a customer built by the rules; all of the customer's are like it but for amount and time."""
    items = book.all("Item")
    body = {"CustomerRef": {"value": customer["Id"]}, "DocNumber": "0", "Line": list(_lines(items, lines))}
    return ENTITIES["Invoice"].build(book, body, None)


def _lines(items: list[Record], lines: int) -> Iterator[Record]:
    for number in range(lines):
        ref = {"value": items[number % len(items)]["Id"]}
        detail = {"ItemRef": ref, "Qty": 1, "UnitPrice": Decimal("100.00")}
        yield {
            "Amount": Decimal("100.00"),
            "Description": f"Service {number + 1}",
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": detail,
        }


def _head(id: int, moment: datetime) -> Record:  # noqa: A002
    time = metadata_time(moment)
    meta = {"CreateTime": time, "LastUpdatedTime": time}
    return {"domain": "QBO", "sparse": False, "Id": str(id), "SyncToken": "0", "MetaData": meta}


def _invoice(form: Record, place: int, id: int, number: int, moment: datetime) -> Record:  # noqa: A002
    price = Decimal(50 + place * 37 % 950) + Decimal(place % 100) / 100
    day = moment.astimezone(COMPANY_ZONE).date().isoformat()
    lines = [_priced(line, price) for line in form["Line"]]
    total = sum((amount_of(line, "Amount") for line in lines if "Id" in line), Decimal(0))
    lines = [line if "Id" in line else line | {"Amount": money(total)} for line in lines]
    amounts = {"Line": lines, "TotalAmt": money(total), "Balance": money(total)}
    return form | amounts | {"DocNumber": str(number), "TxnDate": day, "DueDate": add_days(day, 30)} | _head(id, moment)


def _priced(line: Record, price: Decimal) -> Record:
    if "Id" not in line:
        return line
    detail = line["SalesItemLineDetail"] | {"UnitPrice": money(price)}
    return line | {"Amount": money(price), "SalesItemLineDetail": detail}


def _payment(invoice: Record, into: str | None, id: int, moment: datetime) -> Record:  # noqa: A002
    line = {"Amount": invoice["TotalAmt"], "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
    body = {name: invoice[name] for name in ("CustomerRef", "CurrencyRef", "TxnDate", "TotalAmt")}
    body |= {"DepositToAccountRef": {"value": into}} if into else {}
    return body | {"UnappliedAmt": 0, "ProcessPayment": False, "Line": [line]} | _head(id, moment)


def _post_all(book: Book, kind: str, records: list[Record]) -> None:
    """Post the records of each customer as one: what they do to the book is the sum of what each does."""
    sums: dict[str, Record] = {}
    for record in records:
        one = sums.setdefault(record["CustomerRef"]["value"], record | {"TotalAmt": Decimal(0), "Line": []})
        one["TotalAmt"] += Decimal(record["TotalAmt"])
        one["Line"] += record["Line"]
    for one in sums.values():
        effect = ENTITIES[kind].effect(book, one)
        effect.links.clear()  # the invoices are written as they stand after their payments
        post(book, one["CustomerRef"]["value"], Effect(), effect)


def _reserved(book: Book, counter: str, many: int) -> int:
    """Take so many numbers of a counter at once and return the first."""
    first = book.store.next_id(book.realm, counter)
    book.store.reserve_id(book.realm, counter, first + many)
    return first
