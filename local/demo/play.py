"""The demo, act by act, on a stack that is up."""

import os
import secrets
import signal
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from crossfoot.adapters.clock import SystemClock

from local.demo.api import Api
from local.demo.audit import Held, audit
from local.demo.errors import DemoError
from local.demo.payables import Paid, Payables, wrong_books
from local.demo.people import Accountant, Bookkeeper
from local.demo.records import (
    COMPANY_ZONE,
    connectwise_ids,
    connectwise_records,
    payable_records,
    quickbooks_ids,
    quickbooks_records,
)
from local.demo.rest import Patience, Work
from local.demo.sandboxes import Calls, ConnectWiseSandbox, QuickBooksSandbox
from local.demo.seed import INVOICES, MSP, make_books
from local.demo.stories import Share, Story, make_stories, wrong_ending
from local.stack.aws import emulated_stack
from local.stack.partners import add_partner, sign_in
from local.stack.paths import Home
from local.stack.progress import Progress
from local.stack.record import load_record
from local.stack.workers import worker_pids

# Long enough to find the worker and kill it while it waits for the answer.
SLOW_S = 5.0


@dataclass(frozen=True, slots=True)
class Spent:
    """The vendor calls that Crossfoot made in one part of the demo."""

    part: str
    quickbooks: Calls
    connectwise: Calls


@dataclass(slots=True)
class Ending:
    """How it came out. `wrong` lists in words everything that is not as it should be."""

    told: list[tuple[Story, dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    paid: Paid | None = None
    spent: list[Spent] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


class Demo:
    """One run: a new partner, and new companies in both sandboxes.

    Raises: DemoError, from every act, when it cannot go on.
    """

    def __init__(self, home: Home, progress: Progress, seed: int, limit_s: float) -> None:
        self._home, self._progress = home, progress
        self._patience = Patience(limit_s)
        self._today = SystemClock().now().astimezone(COMPANY_ZONE).date()
        self.books = make_books(seed, self._today)
        self.stories = make_stories(self.books, self._today)
        record = load_record(home)
        self._api_url = record.urls["api"]
        self._stack = emulated_stack(record.urls["aws"])
        self._quickbooks = QuickBooksSandbox(record.urls["quickbooks"])
        self._connectwise = ConnectWiseSandbox(record.urls["connectwise"])
        self._work = Work(self._stack, self._quickbooks)
        self._ending = Ending()

    def play(self) -> Ending:
        """Play all acts. Its own faults are switched off at the end, however it ends."""
        self._work.leave_to_others()
        try:
            with self._progress.stage(f"{MSP}: 40 customers, {INVOICES} invoices, a partner (seed {self.books.seed})"):
                self._set_the_stage()
            with self._progress.stage("connected: QuickBooks by OAuth, ConnectWise by its keys"):
                self._connect()
            with self._progress.stage("imported both systems, matched their invoices, and took in a vendor's bill"):
                self._payables.begin()
                self._await_import()
            self._close_account("the import")
            with self._progress.stage("turned on: Enable external payments sync; the payments of before taken over"):
                chosen = self._api.get("/v1/preferences")
                self._api.put("/v1/preferences", {**chosen, "external_payments_enabled": True})
                self._await_rest("the payments of before to be taken over")
            self._close_account(f"{len(self.books.paid)} older payments")
            self._make_payments()
            self._close_account("today's payments")
            with self._progress.stage("crossfooted: both systems read afresh and compared"):
                self._crossfoot()
            self._close_account("the live crossfoot")
            with self._progress.stage("audited: the demo's own reading of both systems"):
                self._judge()
        finally:
            for sandbox in (self._quickbooks, self._connectwise):
                sandbox.clear_own_faults()
        return self._ending

    # --- acts ---------------------------------------------------------------------------------------------------------

    def _set_the_stage(self) -> None:
        self._realm = self._quickbooks.add_company(MSP)
        self._keys = self._connectwise.add_company(MSP)
        records = chain(quickbooks_records(self.books), payable_records(self._today))
        self._quickbooks.load(self._realm["realm_id"], records)
        self._connectwise.load(self._keys["company_id"], connectwise_records(self.books))
        self._accountant, self._bookkeeper = Accountant(self._realm), Bookkeeper(self._add_member("rwalsh"))
        self._accounted = self._all_calls()
        partner = add_partner(self._stack, MSP, f"{secrets.token_hex(4)}@harborlight.example", permanent_password=True)
        self._api = Api(self._api_url, sign_in(self._stack, partner.email, partner.password))
        self._payables = Payables(self._api, self._accountant, self._today)

    def _add_member(self, identifier: str) -> dict[str, str]:
        return self._connectwise.add_member(self._keys["company_id"], identifier)

    def _connect(self) -> None:
        self._api.connect_quickbooks(self._realm["realm_id"])
        self._api.connect_connectwise(self._keys)

    def _await_import(self) -> None:
        def was_read() -> bool:
            connections = self._api.get("/v1/connections")["connections"]
            is_read = all(each["last_read_at"] for each in connections)
            return is_read and self._work.at_rest() and self._payables.is_synced()

        self._patience.wait_for("the import", was_read, self._what_is_under_way)
        invoices = self._api.list_all("invoices")
        in_both = sum(1 for invoice in invoices if len(invoice["copies"]) > 1)
        meant = (INVOICES, len(connectwise_ids(self.books)))
        if (len(invoices), in_both) != meant:
            seen = f"{len(invoices)} invoices, {in_both} of them in both systems; expected {meant[0]} and {meant[1]}"
            raise DemoError("The import is not complete", "see .crossfoot/logs", seen)

    def _make_payments(self) -> None:
        self._quickbooks.arm("duplicate_webhook", times=None)
        self._connectwise.arm("duplicate_webhook", times=None)
        with self._progress.stage("the vendor's bill paid on the platform, in part with a vendor credit"):
            self._payables.pay()
        with self._progress.stage("a full payment; its worker killed while ConnectWise took the write"):
            self._record_and_kill()
        with self._progress.stage("six more payments; every webhook sent twice, one answer lost"):
            self._record_the_others()
        with self._progress.stage("one of them edited, one voided, once they stood in ConnectWise"):
            self._edit_and_void()
        with self._progress.stage("at rest: nothing under way, every payment at its end"):
            self._await_rest("the payments to come to rest")

    def _record_and_kill(self) -> None:
        slow = self._connectwise.arm("slow", seconds=SLOW_S, **self._writes_of(self.stories.full))
        self._record(self.stories.full)
        self._patience.wait_for(
            "a worker to write the full payment", lambda: self._connectwise.used(slow) > 0, self._what_is_under_way
        )
        workers = worker_pids(self._home, "mirror_payment")
        if not workers:
            raise DemoError("No worker of mirror_payment was found to kill", "see .crossfoot/logs/ministack.log")
        for worker in workers:
            os.kill(worker, signal.SIGKILL)

    def _record_the_others(self) -> None:
        by_hand = self.stories.by_hand
        for invoice, amount in by_hand.last:
            self._bookkeeper.enter_payment(connectwise_ids(self.books)[invoice.number], amount, self._today)
        lost = self._connectwise.arm("lost_answer", **self._writes_of(self.stories.partial))
        for story in self.stories:
            if story is not self.stories.full:
                self._record(story)
        self._patience.wait_for(
            "an answer of ConnectWise to be lost", lambda: self._connectwise.used(lost) > 0, self._what_is_under_way
        )

    def _edit_and_void(self) -> None:
        edited, voided = self.stories.edited, self.stories.voided

        def stand() -> bool:
            states = self._states()
            return all(states.get(story.id) == "synced" for story in (edited, voided))

        self._patience.wait_for("two payments to stand in ConnectWise", stand, self._what_is_under_way)
        edited.payment = self._accountant.edit_payment(edited.payment, self._to_parts(edited.last))
        voided.payment = self._accountant.void_payment(voided.payment)

    def _crossfoot(self) -> None:
        before = self._api.newest_report() or {"at": ""}
        self._api.post("/v1/crossfoot", {"live": True})

        def is_new() -> bool:
            report = self._ending.report = self._api.newest_report() or before
            # One that was to be live and is not says so: it is judged, not waited for.
            return bool(report["at"] != before["at"] and (report["live"] or report["unread"]))

        self._patience.wait_for("the crossfoot report", is_new, self._what_is_under_way)
        self._await_rest("what the report set off")

    def _judge(self) -> None:
        shown = {payment["id"]: payment for payment in self._api.list_all("payments")}
        for story in self.stories:
            payment, explained = shown[story.id], self._api.explain(story.id)
            self._ending.told.append((story, payment, explained))
            if wrong := wrong_ending(story, payment, explained):
                self._ending.wrong.append(wrong)
        known = {story.id for story in self.stories}
        unfinished = [each for each in shown.values() if each["id"] not in known and each["status"] != "synced"]
        self._ending.wrong += [
            f"Payment {each['id']} is {each['status']}: {each['reason']['sentence']}" for each in unfinished
        ]
        self._ending.wrong += audit(self.books, self.stories, self._today, self._read_both())
        self._ending.paid = self._payables.look()
        self._ending.wrong += wrong_books(self._ending.paid)
        self._judge_report(live_payments=sum(1 for each in shown.values() if each["standing"] == "live"))

    def _judge_report(self, live_payments: int) -> None:
        report, wrong = self._ending.report, self._ending.wrong
        payments = len(self.books.paid) + sum(1 for story in self.stories if story.last)
        meant = f"crossfoot: {INVOICES} invoices, {payments} payments, 0 differences"
        if report["line"] != meant:
            wrong.append(f"The report says `{report['line']}`, expected `{meant}`")
        wrong += [difference["sentence"] for difference in report["differences"]]
        if live_payments != payments:
            wrong.append(f"The API lists {live_payments} live payments, expected {payments}")

    # --- what the acts share ------------------------------------------------------------------------------------------

    def _record(self, story: Story) -> None:
        reference = f"{story.customer.number:03}-{story.invoices[0].number}"
        parts = self._to_parts(story.first)
        story.payment = self._accountant.record_payment(str(story.customer.number), parts, self._today, reference)

    def _to_parts(self, shares: tuple[Share, ...]) -> list[Any]:
        ids = quickbooks_ids(self.books)
        return [(ids[invoice.number], amount) for invoice, amount in shares]

    def _writes_of(self, story: Story) -> dict[str, str]:
        """Tell a fault which writes it shall meet: new payment rows on the story's first invoice."""
        invoice_id = connectwise_ids(self.books)[story.invoices[0].number]
        return {"method": "POST", "path_contains": f"/finance/invoices/{invoice_id}/payments"}

    def _await_rest(self, what: str) -> None:
        self._patience.wait_for(what, self._work.at_rest, self._what_is_under_way)

    def _states(self) -> dict[str, str]:
        return {payment["id"]: payment["status"] for payment in self._api.list_all("payments")}

    def _what_is_under_way(self) -> str:
        return f"under way, of this and other partners: {self._work.under_way()}"

    def _read_both(self) -> Held:
        return Held(
            self._accountant.read_all("Invoice"),
            self._accountant.read_all("Payment"),
            self._bookkeeper.read_invoices(),
            self._connectwise.get("/payments", company=self._keys["company_id"]),
        )

    def _all_calls(self) -> tuple[Calls, Calls]:
        """Give what Crossfoot has called so far: the sandboxes' counts, less what our people called."""
        return (
            self._quickbooks.calls(self._realm["realm_id"]) - self._accountant.spent,
            self._connectwise.calls(self._keys["company_id"]) - self._bookkeeper.spent,
        )

    def _close_account(self, part: str) -> None:
        before, now = self._accounted, self._all_calls()
        self._ending.spent.append(Spent(part, now[0] - before[0], now[1] - before[1]))
        self._accounted = now
