"""Faults in keeping the platform's payments in the other books."""

from tests.mutants.mutant import CORE, LAYER, STEPS, Mutant

OF_THE_PLATFORM = (
    Mutant(
        "what we are about to make in QuickBooks is not noted before it is sent",
        f"{STEPS}/mirror_payment/receipts.py",
        "                self._origins.note_marker(effect.tenant, marker_of(effect.key), effect.subject)\n",
        "",
    ),
    Mutant(
        "the origin of a payment is not found, so that it is taken for an external one",
        f"{LAYER}/follow_ups.py",
        "    return [replace(each, origin=found[each.ref]) if each.ref in found else each for each in payments]\n",
        "    return [replace(each, marker='') for each in payments]\n",
    ),
    Mutant(
        "what people edit in QuickBooks is written over",
        f"{CORE}/applying.py",
        "    if is_the_same or not is_as_written:\n",
        "    if True:\n",
    ),
    Mutant(
        "an older state of a payment counts as an edit",
        f"{CORE}/applying.py",
        "copy.standing is not Standing.DELETED and revision_of(copy) <= revision_of(receipt)",
        "copy.standing is not Standing.DELETED and revision_of(copy) == revision_of(receipt)",
    ),
    Mutant(
        "what earlier payments will take is forgotten",
        f"{CORE}/applying.py",
        "max(invoice.balance_minor - awaited, 0)",
        "max(invoice.balance_minor, 0)",
    ),
)
