"""Faults in syncing ConnectWise's bills into the accounting."""

from tests.mutants.mutant import ADAPTERS, CORE, LAYER, LEDGER, STEPS, Mutant

SYNC = f"{STEPS}/sync_batch"

OF_THE_SYNC = (
    Mutant(
        "the ConnectWise batch is made before the entry",
        f"{SYNC}/syncing.py",
        "            # One alone is written singly, which is free.\n",
        "            for each in group:\n"
        '                psa, name = self._ports.systems.psa(self._tenant), f"CF-{each.item.number}"\n'
        "                psa.create_batch(name, each.entry.record_ids)\n",
    ),
    Mutant(
        "the posting is not read before writing, but remembered from the first time",
        f"{LAYER}/billing.py",
        "    postings = ports.systems.psa(tenant).fetch_postings([*records.values()]) if records else {}\n",
        "    postings = vars(ports.book).setdefault('postings', {})\n"
        "    unread = [bill for ref, bill in records.items() if ref not in postings]\n"
        "    postings |= ports.systems.psa(tenant).fetch_postings(unread) if unread else {}\n",
        unseen="what is remembered so lasts as long as one worker there",
    ),
    Mutant(
        "the generation is missing from the sale's key: synced, undone, synced again does nothing",
        f"{CORE}/sync/effects.py",
        "        kind=SALE,\n        subject=bill,\n        generation=next_generation(latest),\n",
        "        kind=SALE,\n        subject=bill,\n        generation=1,\n",
    ),
    Mutant(
        "the digest of what was previewed is not compared",
        f"{SYNC}/syncing.py",
        '        if item.previewed not in ("", plan.sale.digest):\n',
        "        if False:\n",
    ),
    Mutant(
        "undo deletes the ConnectWise batch first",
        f"{SYNC}/undoing.py",
        "        now = shown[item.bill]\n",
        "        batches = BatchLedger(self._tenant, item.bill, self._ports)\n"
        "        flagged = batches.load()\n"
        "        if flagged is not None and standing_batch(flagged) is not None:\n"
        "            batches.take_back(item.number, flagged)\n"
        "        now = shown[item.bill]\n",
    ),
    Mutant(
        "a lost answer of a batch of thirty is not looked for",
        LEDGER,
        "        for each in taken:\n            _give_up(each, error, store, clock, patience)\n",
        "        for each in taken:\n            _release(each, store)\n",
    ),
    Mutant(
        "two bills of one number swap their postings",
        f"{ADAPTERS}/connectwise/postings.py",
        "    by_number = {bill.number: bill for bill in bills if bill.number and asked[bill.number] == 1}\n"
        "    told = Counter(map(number_of, transactions))\n",
        "    by_number = {bill.number: bill for bill in bills if bill.number and asked[bill.number]}\n"
        "    told: Counter[str] = Counter()\n",
        unseen="it is in the adapter, and the simulation's ConnectWise is in memory",
    ),
    Mutant(
        "what was written when its run was over never gets its batch",
        f"{SYNC}/__init__.py",
        "        left = _work(running, ports) if run.finished_at is None else 0\n",
        "        left = _work(running, ports)\n        if run.finished_at is not None:\n            return\n",
        unseen="no two workers are at one run there, and one alone writes nothing after its end",
    ),
)
