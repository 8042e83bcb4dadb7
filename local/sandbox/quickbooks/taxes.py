"""Tax on sales and purchases, worked out from tax codes and their rates.

In the United States a line is taxed (`TAX`) or not (`NON`) and the transaction names one code; without a code it is what
was sent, else nothing (recorded), unless the company lets QuickBooks find the code. Everywhere else each line has a code.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.book import Book, amount_of, money
from local.sandbox.quickbooks.fields import one_of, unit_of
from local.sandbox.quickbooks.lines import MOST_TAXED_LINES
from local.sandbox.store import Record

CALCULATIONS = ("TaxExcluded", "TaxInclusive", "NotApplicable")
_US_LINE_CODES = ("TAX", "NON")
_HUNDRED = Decimal(100)

type Rate = tuple[str, Decimal]  # TaxRate id, percent


@dataclass
class _Taxed:
    """What each rate is charged on, and the tax that is already inside it (None: to be worked out)."""

    side: str
    unit: Decimal
    on: defaultdict[Rate, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    inside: defaultdict[Rate, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def lines(self, inclusive: bool) -> Iterator[Record]:
        for (rate_id, percent), net in self.on.items():
            tax = self.inside[rate_id, percent] if inclusive else self.rounded(net * percent / _HUNDRED)
            detail = {
                "TaxRateRef": {"value": rate_id},
                "PercentBased": True,
                "TaxPercent": percent,
                "NetAmountTaxable": money(net),
            }
            yield {"Amount": money(tax), "DetailType": "TaxLineDetail", "TaxLineDetail": detail}

    def rounded(self, amount: Decimal) -> Decimal:
        return amount.quantize(self.unit, ROUND_HALF_UP)


def put_tax(book: Book, record: Record, before: Record, side: str) -> Decimal:
    """Check the tax codes of the lines, work the tax out into `TxnTaxDetail`, and return it.

    Takes: `side`, `Sales` or `Purchase`: which rates of a code count. Under TaxInclusive `TaxInclusiveAmt` of a line is
    its price with the tax and `Amount` becomes what is left; without it `Amount` is taken to be without tax.
    Raises: Refusal 6100, 2500, 6000.
    """
    sent = record.get("TxnTaxDetail", {})
    overridden = "TotalTax" in sent and sent != before.get("TxnTaxDetail")
    if book.country == "US":
        taxed, inclusive = _taxed_in_the_us(book, record, side, sent), False
        overridden = overridden and not book.preference("TaxPrefs", "PartnerTaxEnabled")
    else:
        inclusive = _calculation(record, before) == "TaxInclusive"
        taxed = _taxed_elsewhere(book, record, side, inclusive)
    if taxed is None or overridden:
        return _kept(record, sent, overridden)
    tax_lines = list(taxed.lines(inclusive))
    total = sum((amount_of(line, "Amount") for line in tax_lines), Decimal(0))
    if total and sum("Id" in line for line in record["Line"]) > MOST_TAXED_LINES:
        raise refusals.business(f"A taxable transaction takes {MOST_TAXED_LINES} lines at most.")
    kept = {name: value for name, value in sent.items() if name not in ("TotalTax", "TaxLine")}
    record["TxnTaxDetail"] = kept | {"TotalTax": money(total)} | ({"TaxLine": tax_lines} if tax_lines else {})
    return total


def _kept(record: Record, sent: Record, overridden: bool) -> Decimal:
    if overridden or "TxnTaxCodeRef" not in sent:
        tax, kept = amount_of(sent, "TotalTax"), sent
    else:
        tax, kept = Decimal(0), {name: value for name, value in sent.items() if name != "TaxLine"}
    record["TxnTaxDetail"] = kept | {"TotalTax": money(tax)}
    return tax


def _calculation(record: Record, before: Record) -> str:
    asked = record.get("GlobalTaxCalculation") or before.get("GlobalTaxCalculation") or CALCULATIONS[0]
    record["GlobalTaxCalculation"] = one_of(asked, CALCULATIONS)
    return str(asked)


def _taxed_in_the_us(book: Book, record: Record, side: str, sent: Record) -> _Taxed | None:
    record.pop("GlobalTaxCalculation", None)
    taxable, discounted = Decimal(0), Decimal(0)
    for line in record["Line"]:
        discounted += amount_of(line, "Amount") if line["DetailType"] == "DiscountLineDetail" else 0
        detail = _taxed_detail(line)
        if detail is not None and detail.setdefault("TaxCodeRef", {"value": "NON"}).get("value") != "NON":
            taxable += amount_of(line, "Amount")
            if detail["TaxCodeRef"].get("value") not in _US_LINE_CODES:
                raise refusals.wrong_tax_code(detail["TaxCodeRef"].get("value"))
    code = _us_code(book, record, sent) if side == "Sales" and taxable else None
    if code is None:
        return None
    whole = sum((amount_of(line, "Amount") for line in record["Line"] if _taxed_detail(line) is not None), Decimal(0))
    if record.get("ApplyTaxAfterDiscount") and whole:
        taxable -= discounted * taxable / whole
    taxed = _Taxed(side, unit_of(record))
    for rate in _rates(book, code, side):
        taxed.on[rate] += taxable
    return taxed


def _us_code(book: Book, record: Record, sent: Record) -> Record | None:
    if "TxnTaxCodeRef" in sent:
        return book.reference("TaxCode", sent["TxnTaxCodeRef"], "TxnTaxDetail.TxnTaxCodeRef", sent["TxnTaxCodeRef"])
    if not book.preference("TaxPrefs", "PartnerTaxEnabled"):
        return None
    customer = book.get("Customer", record.get("CustomerRef", {}).get("value", "")) or {}
    return book.get("TaxCode", customer.get("DefaultTaxCodeRef", {}).get("value", ""))


def _taxed_elsewhere(book: Book, record: Record, side: str, inclusive: bool) -> _Taxed:
    taxed = _Taxed(side, unit_of(record))
    if record["GlobalTaxCalculation"] == "NotApplicable":
        return taxed
    memory = book.with_memory()
    for line in record["Line"]:
        detail = _taxed_detail(line)
        if detail is None:
            continue
        if "TaxCodeRef" not in detail:
            raise refusals.business("Make sure all your transactions have a tax code before you save.")
        code = memory.reference("TaxCode", detail["TaxCodeRef"], "Line.TaxCodeRef", detail["TaxCodeRef"])
        _add_line(taxed, line, detail, list(_rates(memory, code, side)), inclusive)
    return taxed


def _add_line(taxed: _Taxed, line: Record, detail: Record, rates: list[Rate], inclusive: bool) -> None:
    percent = sum((each for _, each in rates), Decimal(0))
    if inclusive and detail.get("TaxInclusiveAmt"):
        gross = taxed.rounded(Decimal(detail["TaxInclusiveAmt"]))
        net = taxed.rounded(gross / (1 + percent / _HUNDRED))
    else:
        net = amount_of(line, "Amount")
        gross = net + taxed.rounded(net * percent / _HUNDRED)
    line["Amount"] = money(net)
    if inclusive:
        detail["TaxInclusiveAmt"] = money(gross)
    left = gross - net
    for place, rate in enumerate(rates, start=1):
        share = left if place == len(rates) else taxed.rounded((gross - net) * rate[1] / percent if percent else left)
        left -= share
        taxed.on[rate] += net
        taxed.inside[rate] += share


def _rates(book: Book, code: Record, side: str) -> Iterator[Rate]:
    for each in code.get(f"{side}TaxRateList", {}).get("TaxRateDetail", []):
        rate = book.get("TaxRate", str(each["TaxRateRef"]["value"]))
        if rate is not None:
            yield rate["Id"], amount_of(rate, "RateValue")


def _taxed_detail(line: Record) -> Record | None:
    """Return the detail of a line that carries a tax code."""
    details: Mapping[str, Record] = line
    for name in ("SalesItemLineDetail", "AccountBasedExpenseLineDetail", "ItemBasedExpenseLineDetail"):
        if line["DetailType"] == name:
            return details[name]
    return None
