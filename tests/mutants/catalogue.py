"""The faults: one replacement each, in the words of whoever would make it."""

from tests.mutants.mutant import ADAPTERS, CORE, LEDGER, STEPS, Mutant
from tests.mutants.of_the_book import OF_THE_BOOK
from tests.mutants.of_the_mails import OF_THE_MAILS
from tests.mutants.of_the_payables import OF_THE_PAYABLES
from tests.mutants.of_the_payouts import OF_THE_PAYOUTS
from tests.mutants.of_the_platform import OF_THE_PLATFORM
from tests.mutants.of_the_sync import OF_THE_SYNC

MUTANTS = (
    Mutant(
        "a fresh key for each retry",
        LEDGER,
        "    standing = store.load_latest(effect.tenant, effect.kind, effect.subject)\n",
        "    retried = replace(planned, generation=planned.generation + 1)\n"
        "    if store.insert(retried):\n"
        "        return retried\n"
        "    standing = store.load_latest(effect.tenant, effect.kind, effect.subject)\n",
    ),
    Mutant(
        "the cursor is moved before the follow-ups are queued",
        f"{STEPS}/fetch_new_data.py",
        "        progress = _take_in(",
        "        _move(tenant, system, position, window, Progress(), ports)\n"
        "        position = ports.cursors.load(tenant, system)\n"
        "        progress = _take_in(",
    ),
    Mutant(
        "a lost answer is not looked for",
        LEDGER,
        "        found = hands.look(taken)\n",
        "        found = None\n",
    ),
    Mutant(
        "a lease is not respected",
        f"{CORE}/effects.py",
        "now < effect.lease_until:",
        "now > effect.lease_until:",
    ),
    Mutant(
        "a move does not check the fence",
        f"{ADAPTERS}/dynamodb/effects.py",
        'When("#fence = :seen", {"seen": seen.fence})',
        'When("#fence >= :seen", {"seen": 0})',
        unseen="it is in DynamoDB's condition, and the simulation's table is in memory with a condition of its own",
    ),
    Mutant(
        "a worker that lost the race for an effect goes on",
        LEDGER,
        "    store.replace(seen, moved)\n",
        "    try:\n        store.replace(seen, moved)\n    except Conflict:\n        pass\n",
    ),
    Mutant(
        "a lost write is looked for while it may still be on its way",
        LEDGER,
        "        until = clock.now() + patience.longest_commit\n",
        "        until = clock.now()\n",
    ),
    Mutant(
        "our own payment is not recognised",
        f"{CORE}/eligibility.py",
        "    return payment.ref.system is ACCOUNTING and not payment.marker and payment.origin is None",
        "    return payment.ref.system is ACCOUNTING",
    ),
    Mutant(
        "follow-ups come from what was saved",
        f"{STEPS}/fetch_new_data.py",
        "    saved = ports.book.save(tenant, records)\n",
        "    stored = ports.book.load_many(tenant, [r.ref for r in records])\n"
        "    saved = ports.book.save(tenant, records)\n"
        "    records = tuple(\n"
        "        r for r in records\n"
        "        if r.ref not in stored or stored[r.ref].version.updated_at != r.version.updated_at\n"
        "    )\n",
    ),
    Mutant(
        "the queue's delay is shorter than the nudges' window",
        "template.yaml",
        "      DelaySeconds: !FindInMap [Timing, !Ref Stage, NudgeWindow]\n",
        "      DelaySeconds: 1\n",
        unseen="it is in the template, and the simulation's queue is not made from it",
    ),
    Mutant(
        "the partner is missing from a cache key",
        f"{ADAPTERS}/dynamodb/lists.py",
        "        used = {entry for record in records for entry in entries_of(tenant, record)} - self._known\n"
        "        there = self._table.get_many(used)\n"
        "        self._table.put_many({entry: {} for entry in used if entry not in there})\n"
        "        self._known |= used\n",
        "        used = {e for record in records for e in entries_of(tenant, record) if Key('', e.sk) not in self._known}\n"
        "        there = self._table.get_many(used)\n"
        "        self._table.put_many({entry: {} for entry in used if entry not in there})\n"
        "        self._known |= {Key('', entry.sk) for entry in used}\n",
        unseen="it is in the real table's directories of lists, and the simulation's table is in memory",
    ),
    Mutant(
        "the generation is missing from the effect's key: paid, voided, paid again does nothing",
        f"{CORE}/planning.py",
        "    generation = next_generation(latest)\n",
        "    generation = 1\n",
    ),
    Mutant(
        "work follows only from a link that is new",
        "layers/common/crossfoot/linking/__init__.py",
        "    return {invoice.ref: links[invoice.ref] for invoice in invoices if invoice.ref in links}\n",
        "    new = {ref for link in found for ref in (link.accounting, link.psa)} & links.keys()\n"
        "    return {invoice.ref: links[invoice.ref] for invoice in invoices if invoice.ref in new}\n",
    ),
    Mutant(
        "an unfinished effect is not settled before the next plan",
        f"{STEPS}/mirror_payment/rows.py",
        "        if latest is None or not latest.in_flight:\n",
        "        if latest is not None or latest is None:\n",
    ),
    Mutant(
        "a row by hand is not adopted",
        f"{CORE}/rows.py",
        "    adopted = _pair(new, hand_made)\n",
        "    adopted: dict[str, PaymentRow] = {}\n",
    ),
    Mutant(
        "a moved payment forgets where it came from",
        f"{CORE}/parts.py",
        "(part.invoice for part in payment.allocations), *payment.former_invoices)",
        "(part.invoice for part in payment.allocations),)",
    ),
    Mutant(
        "a refusal is held against a payment for ever",
        f"{CORE}/planning.py",
        "repeats_refusal(latest, write) and latest.body.get(SEEN) == situation.psa.version.updated_at",
        "repeats_refusal(latest, write)",
    ),
    Mutant(
        "another product's row is taken for one entered by hand",
        f"{CORE}/rows.py",
        "row.id not in kept and not row.foreign]",
        "row.id not in kept]",
    ),
    Mutant(
        "the nudge of one system is swallowed by the other's",
        "layers/common/crossfoot/messages/message.py",
        "        return hashlib.sha256(self.to_json().encode()).hexdigest()\n",
        "        said = {name: value for name, value in json.loads(self.to_json()).items() if name != 'system'}\n"
        "        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()\n",
    ),
    Mutant(
        "a census is believed whatever it misses",
        "layers/common/crossfoot/rereading.py",
        "    return gone <= max(FEW, known // SHARE)\n",
        "    return True\n",
        unseen="nobody's security role changes in the simulation, and of so few records a few are believed gone",
    ),
    Mutant(
        "what leaves the list of the unpaid is not noted before it is saved",
        f"{STEPS}/fetch_unpaid_invoices.py",
        "    if set(healing) - set(place.healing):\n",
        "    if False:\n",
    ),
    *OF_THE_BOOK,
    *OF_THE_PLATFORM,
    *OF_THE_PAYOUTS,
    *OF_THE_MAILS,
    *OF_THE_SYNC,
    *OF_THE_PAYABLES,
)
