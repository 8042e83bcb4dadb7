"""Faults in telling partners by e-mail."""

from tests.mutants.mutant import ADAPTERS, CORE, LAYER, STEPS, Mutant

_UNSEEN = "no partner of the simulation wants e-mail"

OF_THE_MAILS = (
    Mutant(
        "another worker's mail that is on its way is not waited for",
        f"{LAYER}/notifying.py",
        "        if before.is_held(now):\n",
        "        if False:\n",
        unseen=_UNSEEN,
    ),
    Mutant(
        "a mail is not noted before it is sent",
        f"{LAYER}/notifying.py",
        "        begun = notices.save(self.tenant, self.about, before.begun(wanted, now))\n",
        "        begun = before.begun(wanted, now)\n",
        unseen=_UNSEEN,
    ),
    Mutant(
        "a mail that was refused counts as told",
        f"{LAYER}/notifying.py",
        "begun.ended(begun.told))\n            raise",
        "begun.ended(wanted))\n            raise",
        unseen=_UNSEEN,
    ),
    Mutant(
        "a mail whose answer was lost is sent again for ever",
        f"{CORE}/notices.py",
        "self.mark == wanted and self.tries < MAX_TRIES",
        "self.mark == wanted",
        unseen=_UNSEEN,
    ),
    Mutant(
        "a turn that comes while the partner is told is forgotten",
        f"{LAYER}/notifying.py",
        "    ports.notices.end_turn(tenant, stamp)\n\n",
        "    ports.notices.end_turn(tenant, ports.notices.load_turn(tenant))\n\n",
        unseen=_UNSEEN,
    ),
    Mutant(
        "a day on which nothing needed attention is looked at again behind its hour",
        f"{LAYER}/notifying.py",
        "            if not before.is_told(wanted):\n",
        "            if self.about != DIGEST and not before.is_told(wanted):\n",
        unseen=_UNSEEN,
    ),
    Mutant(
        "what a vendor named is markup in a mail",
        f"{CORE}/mails.py",
        '"".join(f"<p>{escape(line)}</p>" for line in part.lines)',
        '"".join(f"<p>{line}</p>" for line in part.lines)',
        unseen=_UNSEEN,
    ),
    Mutant(
        "a stop is not noted for who tells of it",
        f"{ADAPTERS}/dynamodb/connections.py",
        "            self._put_event(tenant, system, reason),\n            self._put_turn(tenant),\n            # It would",
        "            self._put_event(tenant, system, reason),\n            # It would",
        unseen=_UNSEEN,
    ),
    Mutant(
        "a digest is asked for at every hour",
        f"{STEPS}/sweep.py",
        " for tenant, chosen in wanted if day_of_digest(chosen, now)]",
        " for tenant, chosen in wanted]",
        unseen=_UNSEEN,
    ),
)
