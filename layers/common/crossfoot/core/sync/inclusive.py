"""Prices with tax inside: how much of the tax is in which line, so that the accounting takes just that out again (S7)."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

_HUNDRED = Decimal(100)


def split_tax(tax_minor: int, lines: Sequence[tuple[int, Decimal]]) -> list[int]:
    """Say what of the tax is inside each line.

    The accounting finds the price without tax again from the price with it, rounded half up: only what leads back to the
    cent is given, which for each line is one amount, or one of few. What comes nearest to its own tax is tried first.

    Takes: each line's amount without tax, and the percentage that it is charged.
    Returns: in the order of the lines; they add up to the tax where that can be, and come as near as they can else.
    """
    rooms = [_room(net_minor, percent) for net_minor, percent in lines]
    shares = [
        min(max(rounded(net_minor * percent / _HUNDRED), least), most)
        for (net_minor, percent), (least, most) in zip(lines, rooms, strict=True)
    ]
    left = tax_minor - sum(shares)
    for place, (least, most) in enumerate(rooms):
        moved = min(max(shares[place] + left, least), most) - shares[place]
        shares[place] += moved
        left -= moved
    return shares


def rounded(amount: Decimal) -> int:
    """Round half up, away from zero, as the accounting does."""
    return int(amount.to_integral_value(ROUND_HALF_UP))


def _room(net_minor: int, percent: Decimal) -> tuple[int, int]:
    """Give the least and the most tax with which a line leads back to what it is without."""
    if net_minor < 0:
        least, most = _room(-net_minor, percent)
        return -most, -least
    with_tax = (_HUNDRED + percent) / (2 * _HUNDRED)
    first = int(((2 * net_minor - 1) * with_tax).to_integral_value(ROUND_CEILING))
    last = int(((2 * net_minor + 1) * with_tax).to_integral_value(ROUND_CEILING)) - 1
    return first - net_minor, last - net_minor
