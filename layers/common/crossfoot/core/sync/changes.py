"""What differs between two entries of a bill, in plain words (S8)."""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence

from crossfoot.core.money import format_minor
from crossfoot.core.sync.catalogue import Catalogue, Item, Listed, TaxCode
from crossfoot.core.sync.sales import Sale, SaleLine

MOST_SENTENCES = 10
NAMELESS = Catalogue()
_SHOWN = 40
_SOMETHING = "Something in it is written in another way."


def tell_changes(previewed: Sale, now: Sale, catalogue: Catalogue = NAMELESS) -> tuple[str, ...]:
    """Say what an entry would have now that it had not when it was previewed.

    Takes: `catalogue` names what entries point to; what it does not know is told by its id.
    Returns: at most MOST_SENTENCES, what is left out is counted in the last one; none where the two are the same entry.
    Source: S8.
    """
    if previewed.digest == now.digest:
        return ()
    words = _Words(catalogue)
    told = [*_head(previewed, now, words), *_lines(previewed, now, words)] or [_SOMETHING]
    if len(told) > MOST_SENTENCES:
        kept = MOST_SENTENCES - 1
        told = [*told[:kept], f"{len(told) - kept} more things differ."]
    return tuple(told)


class _Words:
    """Names what entries point to."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def item(self, id_: str) -> str:
        return _name(self._catalogue.items, id_)

    def account(self, id_: str) -> str:
        account = self._catalogue.company.account(id_)
        return account.name if account is not None else id_

    def tax_code(self, id_: str) -> str:
        return _name(self._catalogue.tax_codes, id_)

    def terms(self, id_: str) -> str:
        return _name(self._catalogue.terms, id_)

    def class_(self, id_: str) -> str:
        return _name(self._catalogue.classes, id_)

    def department(self, id_: str) -> str:
        return _name(self._catalogue.departments, id_)


def _name(known: Mapping[str, Item] | Mapping[str, TaxCode] | Mapping[str, Listed], id_: str) -> str:
    found = known.get(id_)
    return found.name if found is not None else id_


# --- the entry as a whole ----------------------------------------------------------------------------------------------


def _head(before: Sale, now: Sale, words: _Words) -> Iterator[str]:
    fields: tuple[tuple[str, Callable[[Sale], object]], ...] = (
        ("The kind of entry", lambda sale: sale.kind.replace("_", " ")),
        ("The total", lambda sale: format_minor(sale.total_minor, sale.currency)),
        ("The tax", lambda sale: format_minor(sale.tax.tax_minor, sale.currency)),
        ("The number", lambda sale: sale.number),
        ("The date", lambda sale: sale.issued_on),
        ("The due date", lambda sale: sale.due_on),
        ("The customer in QuickBooks", lambda sale: sale.customer_id),
        ("The way of tax", lambda sale: sale.tax.calculation.replace("_", " ")),
        ("The tax code", lambda sale: words.tax_code(sale.tax.code_id)),
        ("The terms", lambda sale: words.terms(sale.terms_id)),
        ("The location", lambda sale: words.department(sale.department_id)),
        ("The memo", lambda sale: sale.memo),
        ("The purchase order number", lambda sale: sale.purchase_order),
        ("The field for the purchase order number", lambda sale: sale.purchase_order_field),
    )
    for what, of in fields:
        if of(before) != of(now):
            yield f"{_differs(what, of(before), of(now))}."


def _differs(what: str, before: object, now: object) -> str:
    was, is_ = _shown(before), _shown(now)
    return f"{what} was {was}, and is {is_}" if was != is_ else f"{what} is another one after its beginning, {is_}"


def _shown(value: object) -> str:
    text = str(value if value is not None else "")
    return (text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…") or "(none)"


# --- its lines ---------------------------------------------------------------------------------------------------------


def _lines(before: Sale, now: Sale, words: _Words) -> Iterator[str]:
    """Compare the lines that are in one of the two only."""
    gone, come = _less(before.lines, now.lines), _less(now.lines, before.lines)
    if not gone and not come:
        if before.lines != now.lines:
            yield "The lines are in another order."
        return
    pairs, gone, come = _pair(gone, come)
    for old, new in pairs:
        yield _line(old, new, now.currency, words)
    yield from (f"A line is gone: {_tell(line, before.currency, words)}." for line in gone)
    yield from (f"A line is new: {_tell(line, now.currency, words)}." for line in come)


def _less(lines: Sequence[SaleLine], others: Sequence[SaleLine]) -> list[SaleLine]:
    """Give the lines that the others lack, each as often as they lack it."""
    lacking = Counter(lines) - Counter(others)
    found = []
    for line in lines:
        if lacking[line]:
            lacking[line] -= 1
            found.append(line)
    return found


def _pair(
    gone: Sequence[SaleLine], come: Sequence[SaleLine]
) -> tuple[list[tuple[SaleLine, SaleLine]], list[SaleLine], list[SaleLine]]:
    """Find the lines that are the same one, changed: by item and words, by words, else by item and amount."""
    pairs: list[tuple[SaleLine, SaleLine]] = []
    left, right = list(gone), list(come)
    for likeness in _LIKENESSES:
        waiting: dict[object, deque[int]] = {}
        for place, line in enumerate(right):
            waiting.setdefault(likeness(line), deque()).append(place)
        unpaired, taken = [], set()
        for line in left:
            if places := waiting.get(likeness(line)):
                taken.add(places[0])
                pairs.append((line, right[places.popleft()]))
            else:
                unpaired.append(line)
        left, right = unpaired, [line for place, line in enumerate(right) if place not in taken]
    return pairs, left, right


_LIKENESSES: tuple[Callable[[SaleLine], object], ...] = (
    lambda line: (line.item_id, line.description),
    lambda line: line.description,
    lambda line: (line.item_id, line.amount_minor),
)


def _line(before: SaleLine, now: SaleLine, currency: str, words: _Words) -> str:
    fields: tuple[tuple[str, Callable[[SaleLine], object]], ...] = (
        ("amount", lambda line: format_minor(line.amount_minor, currency)),
        ("item", lambda line: words.item(line.item_id)),
        ("account", lambda line: words.account(line.account_id)),
        ("account in ConnectWise", lambda line: line.ledger_account),
        ("quantity", lambda line: line.quantity),
        ("price", lambda line: line.unit_price),
        ("tax code", lambda line: words.tax_code(line.tax_code_id)),
        ("class", lambda line: words.class_(line.class_id)),
        ("service date", lambda line: line.served_on),
        ("description", lambda line: line.description),
    )
    found = [_differs(f"the {what}", of(before), of(now)) for what, of in fields if of(before) != of(now)]
    # Two things of one name: only their ids tell them apart.
    return f"In the line {_called(now, words)} {'; '.join(found) or 'something of the same name is another one'}."


def _tell(line: SaleLine, currency: str, words: _Words) -> str:
    return f"{_called(line, words)} over {format_minor(line.amount_minor, currency)}"


def _called(line: SaleLine, words: _Words) -> str:
    return f"“{_shown(line.description)}”" if line.description else f"of item {words.item(line.item_id)}"
