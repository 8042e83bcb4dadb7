"""Faults in what goes out and comes in of payables."""

from tests.mutants.mutant import CORE, STEPS, Mutant

PAYABLES = f"{CORE}/payables"
MIRROR = f"{STEPS}/mirror_bill"
SYNC = f"{STEPS}/sync_payables"

OF_THE_PAYABLES = (
    Mutant(
        "a vendor credit is written below zero",
        f"{PAYABLES}/paying.py",
        "        credits=_parts(case, [(part.credit, part.amount_minor) for part in payment.credits]),\n",
        "        credits=_parts(case, [(part.credit, -part.amount_minor) for part in payment.credits]),\n",
    ),
    Mutant(
        "the marker of an entry is noted after it was sent",
        f"{MIRROR}/hands.py",
        "        if marker := _marker(effect, write):\n"
        "            self._origins.note_marker(effect.tenant, marker, effect.subject)\n",
        "",
    ),
    Mutant(
        "a bill that did not come in is paid",
        f"{PAYABLES}/paying.py",
        "    if named.is_left_out:\n",
        "    if False:\n",
    ),
    Mutant(
        "more is paid than is open",
        f"{PAYABLES}/paying.py",
        "    if wanted <= room.unclaimed_minor - room.contested_minor:\n",
        "    if wanted:\n",
    ),
    Mutant(
        "a vendor that stands for another one is taken over too",
        f"{MIRROR}/gathering.py",
        "each for each in found.values() if standing_for.get(vendor_ref(each), case.record.ref) == case.record.ref\n",
        "each for each in found.values()\n",
    ),
    Mutant(
        "a sync is over before all that it sent off was tried",
        f"{SYNC}/closing.py",
        "    if any(_is_still(tenant, each, sync, ports) for each in here):\n",
        "    if False:\n",
        unseen="what is not tried then is tried all the same, a moment after the sync has said that it is through",
    ),
    Mutant(
        "what people change in QuickBooks is written over",
        f"{PAYABLES}/planning.py",
        "    if not case.brings_back:\n        if is_changed_here",
        "    if case.brings_back:\n        if is_changed_here",
    ),
    Mutant(
        "what somebody takes over while it is read is shown as another one",
        f"{SYNC}/filing.py",
        "        self._join_late()\n        kept_out",
        "        kept_out",
    ),
    Mutant(
        "what was paid before the connection comes in",
        f"{PAYABLES}/eligibility.py",
        "sum(part_minor(each, (bill.ref,)) for each in since)",
        "sum(part_minor(each, (bill.ref,)) for each in payments)",
    ),
)
