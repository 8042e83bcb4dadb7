"""Faults in telling partners by e-mail."""

from tests.mutants.mutant import LAYER, Mutant

_UNSEEN = "no partner of the simulation wants e-mail"

OF_THE_MAILS = (
    Mutant(
        "a mail is not noted before it is sent",
        f"{LAYER}/notifying.py",
        "        begun = notices.save(self.tenant, self.about, before.begun(wanted, now))\n",
        "        begun = before.begun(wanted, now)\n",
        unseen=_UNSEEN,
    ),
    Mutant(
        "a turn that comes while the partner is told is forgotten",
        f"{LAYER}/notifying.py",
        "    ports.notices.end_turn(tenant, stamp)\n\n",
        "    ports.notices.end_turn(tenant, ports.notices.load_turn(tenant))\n\n",
        unseen=_UNSEEN,
    ),
)
