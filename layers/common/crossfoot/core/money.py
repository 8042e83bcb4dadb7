"""Exact money: whole minor units inside, decimals at the edges, no float anywhere (X5)."""

from decimal import Decimal

# ISO 4217 currencies whose minor unit is not a hundredth; every other one has two decimals.
_WITHOUT_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_WITH_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_DECIMALS = dict.fromkeys(_WITHOUT_DECIMALS.split(), 0) | dict.fromkeys(_WITH_THREE_DECIMALS.split(), 3)


class InexactAmount(ValueError):
    """An amount has more decimals than its currency."""


def decimals_of(currency: str) -> int:
    """Give the number of decimals of an ISO 4217 currency code."""
    return _DECIMALS.get(currency, 2)


def to_minor(amount: Decimal | int | str, currency: str) -> int:
    """Turn a decimal amount into minor units.

    Raises: InexactAmount when that would lose anything: a vendor's amount is refused rather than rounded.
    """
    scaled = Decimal(amount).scaleb(decimals_of(currency))
    whole = scaled.to_integral_value()
    if scaled != whole:
        raise InexactAmount(f"{amount} {currency} has more decimals than the currency")
    return int(whole)


def from_minor(amount_minor: int, currency: str) -> Decimal:
    """Turn minor units into a decimal with the currency's number of decimals."""
    return Decimal(amount_minor).scaleb(-decimals_of(currency))


def format_minor(amount_minor: int, currency: str) -> str:
    """Write an amount as a bookkeeper does: `1,250.00 USD`."""
    return f"{from_minor(amount_minor, currency):,} {currency}"
