"""What QuickBooks makes of the tax of an entry: what each line has without it, and what it comes to."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from crossfoot.core.sync.catalogue import Catalogue, TaxCode
from crossfoot.core.sync.sales import Sale, TaxCalculation
from crossfoot.errors import Rejected

TAXED, NOT_TAXED = "TAX", "NON"
# The code of customers who have no other.
DEFAULT_CODE = "2"


@dataclass(frozen=True)
class Taxed:
    """The lines' amounts without tax, their codes, and the tax."""

    nets: tuple[int, ...]
    codes: tuple[str, ...]
    tax_minor: int


def tax_of(sale: Sale, catalogue: Catalogue) -> Taxed:
    """Work it out. Raises: Rejected."""
    nets, codes = tuple(line.amount_minor for line in sale.lines), tuple(line.tax_code_id for line in sale.lines)
    if catalogue.domestic:
        return Taxed(nets, tuple(code or NOT_TAXED for code in codes), _domestic(sale, catalogue))
    if sale.tax.calculation is TaxCalculation.NOT_APPLICABLE:
        return Taxed(nets, codes, 0)
    found = [_code(catalogue.tax_codes, code) for code in codes]
    if sale.tax.calculation is not TaxCalculation.INCLUSIVE:
        return Taxed(nets, codes, _excluded(nets, found))
    without = tuple(_rounded(net / (1 + sum(code.rates) / Decimal(100))) for net, code in zip(nets, found, strict=True))
    return Taxed(without, codes, sum(nets) - sum(without))


def _domestic(sale: Sale, catalogue: Catalogue) -> int:
    """In the United States it is what it was said to be, unless QuickBooks works it out itself."""
    for line in sale.lines:
        if line.tax_code_id not in ("", TAXED, NOT_TAXED):
            raise Rejected("6100", f"{line.tax_code_id} is neither {TAXED} nor {NOT_TAXED}")
    if sale.tax.code_id:
        _code(catalogue.tax_codes, sale.tax.code_id)
    if not catalogue.automated_tax:
        return sale.tax.tax_minor
    taxable = sum(line.amount_minor for line in sale.lines if line.tax_code_id == TAXED)
    code = catalogue.tax_codes.get(sale.tax.code_id or DEFAULT_CODE)
    return sum(_rounded(taxable * rate / 100) for rate in code.rates) if code and taxable else 0


def _excluded(nets: tuple[int, ...], codes: list[TaxCode]) -> int:
    on: defaultdict[tuple[str, int], int] = defaultdict(int)
    for net, code in zip(nets, codes, strict=True):
        for place in range(len(code.rates)):
            on[code.id, place] += net
    rates = {(code.id, place): rate for code in codes for place, rate in enumerate(code.rates)}
    return sum(_rounded(net * rates[key] / 100) for key, net in on.items())


def _code(codes: Mapping[str, TaxCode], id_: str) -> TaxCode:
    if not id_:
        raise Rejected("6000", "every line needs a tax code")
    if id_ not in codes or not codes[id_].active:
        raise Rejected("2500", f"tax code {id_} is not there or inactive")
    return codes[id_]


def _rounded(minor: Decimal) -> int:
    return int(minor.quantize(Decimal(1), ROUND_HALF_UP))
