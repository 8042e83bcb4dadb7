"""Faults in keeping the book: importing, filters, tending, walks, lines, limits, matches."""

from tests.mutants.mutant import ADAPTERS, CORE, LAYER, STEPS, Mutant

IN_THE_TABLE = "it is in the real table, and the simulation's is in memory"

OF_THE_BOOK = (
    Mutant(
        "progress is counted without the cursor's transaction",
        f"{ADAPTERS}/dynamodb/cursors.py",
        "        self._table.transact(\n"
        "            put_position(tenant, system, seen, to), "
        "moved(tenant, seen.run, progress, self._clock.now(), done=done)\n"
        "        )\n",
        "        self._table.write(moved(tenant, seen.run, progress, self._clock.now(), done=done))\n"
        "        self._table.write(put_position(tenant, system, seen, to))\n",
        unseen=IN_THE_TABLE,
    ),
    Mutant(
        "a page of a comparison is counted by everybody who did it",
        f"{ADAPTERS}/dynamodb/reports.py",
        'When("#moves = :seen", {"seen": seen.moves})',
        'When("#moves >= :seen", {"seen": 0})',
        unseen=IN_THE_TABLE,
    ),
    Mutant(
        "a comparison that goes on forgets what it found",
        f"{CORE}/comparing.py",
        "            tally=self.tally + found,\n",
        "            tally=found,\n",
        unseen="what a report says is not looked at there",
    ),
    Mutant(
        "filters that are saved later leave out what was imported",
        f"{ADAPTERS}/dynamodb/merging.py",
        "left_out=new.left_out and kept.left_out",
        "left_out=new.left_out",
        unseen=IN_THE_TABLE,
    ),
    Mutant(
        "an unpaid invoice's pointer is removed before its record is written",
        f"{ADAPTERS}/dynamodb/shelves.py",
        "    return (record.version.updated_at, record.version.seen_at) > version\n",
        "    return True\n",
        unseen=IN_THE_TABLE,
    ),
    Mutant(
        "the former lines are removed before the record stands",
        f"{ADAPTERS}/dynamodb/saving.py",
        "        done = self._table.each(lambda change: self._write_record(tenant, change), changes)\n",
        "        self._table.delete_many(key for change in changes for key in _replaced_lines(tenant, change))\n"
        "        done = self._table.each(lambda change: self._write_record(tenant, change), changes)\n",
        unseen=IN_THE_TABLE,
    ),
    Mutant(
        "a manual fetch gives its turn back though it was begun",
        f"{STEPS}/api/fetches.py",
        "    return FetchesStarted(",
        "    ports.limits.give_back(tenant, kind)\n    return FetchesStarted(",
    ),
    Mutant(
        "new filters do not go back to the start",
        f"{STEPS}/api/filters.py",
        "FetchKind.RESYNC), from_start=True)",
        "FetchKind.RESYNC))",
    ),
    Mutant(
        "a PDF is named without the version of its invoice",
        f"{STEPS}/api/pdfs.py",
        "/{_state_of(invoice)}.pdf",
        ".pdf",
        unseen="nobody asks for a PDF there",
    ),
    Mutant(
        "a confirmed match is forgotten when its invoice is read again",
        f"{CORE}/matching.py",
        "    confirmed = verdicts.on(invoice.ref, theirs[0].ref) is Verdict.SAME\n",
        "    confirmed = False\n",
    ),
    Mutant(
        "what the partner separated stays joined",
        f"{LAYER}/linking/joining.py",
        "    return verdicts.separate(one, other) or any(",
        "    return any(",
    ),
    Mutant(
        "the invoices of a renamed customer keep its former name",
        f"{LAYER}/letting_in.py",
        "    return before.name_on_invoices != now.name_on_invoices or opens\n",
        "    return opens\n",
    ),
    Mutant(
        "customers are compared with the book once they are in it",
        f"{STEPS}/fetch_new_data.py",
        "    ports.queue.send(follow_changes(tenant, records, ports.clock.now().isoformat(), ports.book))\n"
        "    saved = ports.book.save(tenant, records)\n",
        "    saved = ports.book.save(tenant, records)\n"
        "    ports.queue.send(follow_changes(tenant, records, ports.clock.now().isoformat(), ports.book))\n",
    ),
    Mutant(
        "the census passes over credit memos",
        f"{STEPS}/tend_connection.py",
        "Kind.INVOICE: (Kind.INVOICE, Kind.CREDIT_MEMO)}",
        "Kind.INVOICE: (Kind.INVOICE,)}",
    ),
    Mutant(
        "a run is never done",
        f"{STEPS}/fetch_new_data.py",
        "        ports.cursors.move(tenant, system, seen, window.cursor, progress, done=not window.more)\n",
        "        ports.cursors.move(tenant, system, seen, window.cursor, progress, done=False)\n",
    ),
    Mutant(
        "the rest of an import is not handed on",
        f"{STEPS}/fetch_new_data.py",
        "            ports.queue.send([Nudge(tenant=tenant, system=system, because=because)])\n            return total\n",
        "            return total\n",
    ),
)
