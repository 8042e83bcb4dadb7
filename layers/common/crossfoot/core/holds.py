"""What the partner takes back from one book, and how it is let go on: the undo of what was entered there (X1).

A hold is no correction of the books in itself. It says what is wanted; the ordinary plan then takes back what stands, and
enters nothing again while the hold is there.
"""

from dataclasses import replace
from datetime import date

from crossfoot.core.decisions import Decision, did, skipped
from crossfoot.core.model import SYSTEM_NAMES, Hold, Kind, Payment, Payout, Ref, Standing, System

HELD, TAKEN_BACK, LET_GO_ON = "held", "taken_back_by_partner", "let_go_on"
# What is said of holds themselves: whether one is there is told by the record alone.
ABOUT_HOLDS = frozenset({HELD, TAKEN_BACK, LET_GO_ON})
LET_IT_GO_ON = "Let it go on from its story."


def hold[Held: Payment | Payout](record: Held, system: System, since: date) -> Held:
    """Hold a record from a book; one that is held from it already stays as it is."""
    if record.keeping.hold_from(system) is not None:
        return record
    held = tuple(sorted((*record.keeping.held, Hold(system, since))))
    return replace(record, keeping=replace(record.keeping, held=held))


def let_go_on[Held: Payment | Payout](record: Held) -> Held:
    """Take every hold off a record."""
    return replace(record, keeping=replace(record.keeping, held=()))


def wants(record: Payment | Payout, system: System) -> bool:
    """Tell whether a record is to stand in a book, as far as its own standing and the partner's holds go."""
    return record.standing is Standing.LIVE and record.keeping.hold_from(system) is None


def decide_hold(record: Payment | Payout, system: System, *about: Ref) -> Decision | None:
    """Say that a record is not entered in a book because the partner took it back; None where it is not held there."""
    found = record.keeping.hold_from(system)
    if found is None:
        return None
    sentence = (
        f"You took this back from {SYSTEM_NAMES[system]} on {found.since}; Crossfoot does not enter it there until you "
        "let it go on."
    )
    return skipped(record.ref, "X1", HELD, sentence, LET_IT_GO_ON, *about)


def tell_hold(record: Ref, system: System, effect: Ref) -> Decision:
    """Put into a record's story that the partner took it back. Takes: `effect` is the subject of the one undone."""
    name = "deposit" if record.kind is Kind.PAYOUT else "payment"
    sentence = (
        f"You took this {name} back from {SYSTEM_NAMES[system]}: what Crossfoot entered there is taken out again."
    )
    return did(record, "X1", TAKEN_BACK, sentence, *(ref for ref in (effect,) if ref != record))


def tell_release(record: Ref, holds: tuple[Hold, ...]) -> Decision:
    """Put into a record's story that the partner lets it go on."""
    names = " and ".join(SYSTEM_NAMES[each.system] for each in holds)
    return did(record, "X1", LET_GO_ON, f"You let this go on: Crossfoot enters it in {names} again.")
