"""The books of a made-up managed service provider: the same seed and day always give the same books."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from local.demo.names import COMPANIES, PLACES

MSP = "Harborlight IT"
INVOICES = 200
FIRST_NUMBER = 20_411
TERM_DAYS = (15, 30, 45)
CENT = Decimal("0.01")
# Of a customer's invoices, at least so many stay open: enough for one payment over three and one more.
OPEN_AT_LEAST = 3


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of the MSP. `number` counts from 1, in both systems."""

    number: int
    name: str
    town: str
    state: str
    postal_code: str
    tax_percent: Decimal
    term_days: int
    seats: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an invoice. `item` is what is sold, and decides which of ConnectWise's totals it belongs to."""

    item: str
    text: str
    quantity: Decimal
    unit_price: Decimal
    taxable: bool = False

    @property
    def amount(self) -> Decimal:
        return to_cents(self.quantity * self.unit_price)


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice that both systems hold. `paid_on` None = open; `in_connectwise` False = QuickBooks only."""

    number: str
    customer: Customer
    issued_on: date
    kind: str
    lines: tuple[Line, ...]
    paid_on: date | None = None
    in_connectwise: bool = True

    @property
    def due_on(self) -> date:
        return self.issued_on + timedelta(days=self.customer.term_days)

    @property
    def subtotal(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal("0.00"))

    @property
    def taxable_total(self) -> Decimal:
        return sum((line.amount for line in self.lines if line.taxable), Decimal("0.00"))

    @property
    def tax(self) -> Decimal:
        return to_cents(self.taxable_total * self.customer.tax_percent / 100)

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.tax


@dataclass(frozen=True, slots=True)
class Books:
    """What both systems hold at the start."""

    seed: int
    customers: tuple[Customer, ...]
    invoices: tuple[Invoice, ...] = field(default=())

    @property
    def paid(self) -> tuple[Invoice, ...]:
        return tuple(invoice for invoice in self.invoices if invoice.paid_on)

    def open_of(self, customer: Customer) -> tuple[Invoice, ...]:
        """The customer's open invoices that both systems hold, oldest first."""
        return tuple(i for i in self.invoices if i.customer == customer and not i.paid_on and i.in_connectwise)


def to_cents(amount: Decimal) -> Decimal:
    """Round as both systems do."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def make_books(seed: int, today: date) -> Books:
    """Make 40 customers and 200 invoices of the last three months.

    Returns: invoices by number and date; one, the newest project, is in QuickBooks only.
    """
    chance = Random(seed)
    customers = tuple(_customer(number, name, chance) for number, name in enumerate(COMPANIES, 1))
    drafts = [*_monthly_invoices(customers, today, chance), *_other_invoices(customers, today, chance)]
    drafts.sort(key=lambda draft: (draft.issued_on, draft.customer.number))
    numbered = [replace(draft, number=str(FIRST_NUMBER + place)) for place, draft in enumerate(drafts)]
    return Books(seed, customers, tuple(_hold_one_back(_pay_some(numbered, today, chance))))


def _customer(number: int, name: str, chance: Random) -> Customer:
    town, state, postal_code, percent = chance.choice(PLACES)
    seats = chance.randint(6, 85)
    return Customer(number, name, town, state, postal_code, Decimal(percent), chance.choice(TERM_DAYS), seats)


def _monthly_invoices(customers: tuple[Customer, ...], today: date, chance: Random) -> Iterator[Invoice]:
    """Bill every customer's agreement on the first of each of the last three months."""
    month = (today - timedelta(days=1)).replace(day=1)
    for _ in range(3):
        for customer in customers:
            seats = Line("Managed Services", "Managed workplace, per seat", Decimal(customer.seats), Decimal("89.00"))
            backup = Line("Managed Services", "Server backup and monitoring", Decimal(1), _price(chance, 180, 640))
            yield Invoice("", customer, month, "Agreement", (seats, backup))
        month = (month - timedelta(days=1)).replace(day=1)


def _other_invoices(customers: tuple[Customer, ...], today: date, chance: Random) -> Iterator[Invoice]:
    """Bill projects, hours and hardware on working days, until there are enough invoices."""
    for count in range(INVOICES - 3 * len(customers)):
        customer = customers[count % len(customers)]
        makes = chance.choice((_hardware, _project, _hours))
        kind, lines = makes(chance)
        yield Invoice("", customer, _working_day(today - timedelta(days=chance.randint(1, 85))), kind, lines)


def _hardware(chance: Random) -> tuple[str, tuple[Line, ...]]:
    what, low, high = chance.choice((("Laptop, 14 inch", 980, 1650), ("Firewall appliance", 720, 2400),
                                     ("Access point, Wi-Fi 7", 310, 620), ("Dock and two displays", 540, 910)))  # fmt: skip
    goods = Line("Hardware", what, Decimal(chance.randint(1, 8)), _price(chance, low, high), taxable=True)
    return "Standard", (goods, _work(chance, "Set-up and delivery", 1, 6))


def _project(chance: Random) -> tuple[str, tuple[Line, ...]]:
    what = chance.choice(("Mail migration", "Office move", "Server renewal", "Security assessment", "Network cabling"))
    return "Progress", (Line("Services", f"{what}, fixed fee", Decimal(1), _price(chance, 1800, 14_500)),)


def _hours(chance: Random) -> tuple[str, tuple[Line, ...]]:
    return "Standard", (_work(chance, "On-site support", 2, 18),)


def _work(chance: Random, what: str, low: int, high: int) -> Line:
    quarter_hours = chance.randint(low * 4, high * 4)
    return Line("Hours", what, Decimal(quarter_hours) / 4, Decimal(chance.choice(("135.00", "155.00", "185.00"))))


def _price(chance: Random, low: int, high: int) -> Decimal:
    return Decimal(chance.randint(low * 100, high * 100)) / 100


def _working_day(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))


def _pay_some(invoices: list[Invoice], today: date, chance: Random) -> Iterator[Invoice]:
    """Pay a good third of the invoices that were due, but leave every customer some that are open."""
    open_left = Counter(invoice.customer for invoice in invoices)
    for invoice in invoices:
        due = invoice.due_on < today and open_left[invoice.customer] > OPEN_AT_LEAST
        if due and chance.random() < 0.6:
            open_left[invoice.customer] -= 1
            paid_on = min(invoice.due_on + timedelta(days=chance.randint(-6, 4)), today - timedelta(days=1))
            yield replace(invoice, paid_on=_working_day(paid_on))
        else:
            yield invoice


def _hold_one_back(invoices: Iterator[Invoice]) -> Iterator[Invoice]:
    """Leave the newest open project out of ConnectWise: somebody has yet to enter it there."""
    drawn = list(invoices)
    newest = max((i for i in drawn if i.kind == "Progress" and not i.paid_on), key=lambda i: i.number)
    for invoice in drawn:
        yield replace(invoice, in_connectwise=False) if invoice == newest else invoice
