"""What the API says of each cell's payment in the end: that it is where it should be, and what was done last for that."""

from decimal import Decimal

from crossfoot.core.statuses import PaymentStatus

from tests.matrix.table import CHEQUE, EXPECTED, MADE, PLATFORM, Cell

_FOLLOWED = "Somebody changed this payment in QuickBooks; Crossfoot goes on from there."
_GONE = "Somebody deleted or voided this payment in QuickBooks, so it counts no longer."
_OF_THE_PLATFORM = {
    "edited": _FOLLOWED,
    "moved": _FOLLOWED,
    "voided": _GONE,
    "refunded": "Changed the payment in QuickBooks to {left} USD dated 2026-11-03 on {paid}.",
    "returned": "Took the payment of {was} USD dated 2026-11-03 back in QuickBooks: it was returned.",
    "deleted": "Took the payment of {was} USD dated 2026-11-03 back in QuickBooks: it was deleted.",
    "deposited first": "Took the payment of {was} USD dated 2026-11-03 back in QuickBooks: it was returned.",
    "deleted there": _GONE,
    "row deleted": "Took the payment of {was} USD dated 2026-11-03 back in QuickBooks: it was deleted.",
    "held by hand": "In QuickBooks this payment lies in a deposit that somebody else made (BY HAND).",
}
# One row goes on to carry the cheque alone.
_TAKEN_BACK = {
    "one row": "Changed the payment on ConnectWise invoice A to 20.00 USD dated 2026-11-01,"
    " for payment CHEQUE in QuickBooks.",
    "many rows": "Took back {was_on_a} USD dated 2026-11-03 from ConnectWise invoice A: QuickBooks no longer shows it.",
}
_CHANGED = "Changed the payment on ConnectWise invoice A to {row} USD dated {day}, for {carried} in QuickBooks."
# Of several invoices that of the first one counts, where all went well.
_MOVED = {
    "full": "Entered 50.00 USD dated 2026-11-03 on ConnectWise invoice B, for payment PAYMENT in QuickBooks.",
    "partial": "Entered 60.00 USD dated 2026-11-03 on ConnectWise invoice C, for payment PAYMENT in QuickBooks.",
    "several": _CHANGED,
    "over": "Entered 80.00 USD dated 2026-11-03 on ConnectWise invoice C, for payment PAYMENT in QuickBooks.",
    "with credit": "Entered 70.00 USD dated 2026-11-03 on ConnectWise invoice C, for payment PAYMENT in QuickBooks.",
}
_CARRIED = {"one row": "payments CHEQUE, PAYMENT", "many rows": "payment PAYMENT"}


def status_of(cell: Cell) -> PaymentStatus:
    """Give the status: all is well, or a deposit by hand is in the way."""
    return PaymentStatus.REFUSED if cell.then == "held by hand" else PaymentStatus.SYNCED


def sentence_of(cell: Cell) -> str:
    """Give the sentence, in which PAYMENT and CHEQUE stand for the ids of the cell's payment and of the cheque."""
    lines = EXPECTED[cell.born]
    made, ended = lines[cell.paid, MADE], lines[cell.paid, cell.then]
    on_a = ended.entered.get("A", Decimal(0))
    return _template(cell).format(
        was=made.received,
        was_on_a=made.entered["A"],
        left=ended.received,
        paid="invoices A, B" if len(ended.applied) > 1 else "invoice A",
        row=on_a + CHEQUE if cell.rows == "one row" else on_a,
        day=f"2026-11-{ended.day or 0:02}",
        carried=_CARRIED[cell.rows],
    )


def _template(cell: Cell) -> str:
    if cell.born == PLATFORM:
        return _OF_THE_PLATFORM[cell.then]
    match cell.then:
        case "edited":
            return _CHANGED
        case "moved":
            return _MOVED[cell.paid]
        case _:
            return _TAKEN_BACK[cell.rows]
