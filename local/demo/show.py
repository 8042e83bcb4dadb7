"""Print how the demo came out: each payment with what happened and why, the vendor calls, the crossfoot line."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from local.demo.payables import Paid
from local.demo.play import Ending, Spent
from local.demo.records import BILL_NUMBER, VENDOR_NAME
from local.demo.stories import Story

COLOURS = {
    "synced": "green",
    "paid": "green",
    "waiting": "yellow",
    "pending": "yellow",
    "skipped": "cyan",
    "refused": "red",
}
# Wide enough to read, narrow enough for a plain terminal; a file has no width of its own.
WIDTH = 100


def make_console() -> Console:
    """Make a console that writes plain text when it does not write to a terminal."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH)


def show(console: Console, ending: Ending) -> None:
    """Print it all; the crossfoot line comes last when all is well."""
    console.print()
    console.print(payments_table(ending.told))
    if ending.paid:
        console.print(bill_table(ending.paid))
    console.print(calls_table(ending.spent))
    console.print()
    for wrong in ending.wrong:
        console.print(Text(f"wrong: {wrong}", style="red"), soft_wrap=True)
    if ending.wrong:
        console.print(Text(f"The report says: {ending.report['line']}"), soft_wrap=True)
    else:
        console.print(Text(ending.report["line"], style="bold green"), soft_wrap=True)


def payments_table(told: list[tuple[Story, dict[str, Any], dict[str, Any]]]) -> Table:
    """Lay out each payment with its end state and its story."""
    table = _stories_table("Payment in QuickBooks")
    for story, payment, explained in told:
        state = Text(payment["status"], style=COLOURS.get(payment["status"], "red"))
        happened = Text("\n".join(_happened(story, payment, explained)))
        table.add_row(_what(story, payment), f"{Decimal(payment['total']):,}", state, happened)
    return table


def bill_table(paid: Paid) -> Table:
    """Lay out the bill with how it was paid, and what is open of it in both books."""
    table, bill = _stories_table("Bill in QuickBooks"), paid.bill
    effects = [line["why"] for line in paid.explained["story"] if line["effect"]]
    lines = [f"{why['rule']}  {why['sentence']}" for why in (bill["reason"], *effects)]
    lines.append(f"Open on the platform {bill['open']}, in QuickBooks {bill['open_in_quickbooks']}.")
    what = Text.assemble(("Vendor's bill", "bold"), (f"\n{VENDOR_NAME}\nbill {BILL_NUMBER}", "dim"))
    state = Text(bill["status"], style=COLOURS.get(bill["status"], "red"))
    table.add_row(what, f"{Decimal(bill['total']):,}", state, Text("\n".join(lines)))
    return table


def _stories_table(of: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, leading=1)
    table.add_column(of, width=27)
    table.add_column("Amount", justify="right", no_wrap=True)
    table.add_column("State", no_wrap=True)
    table.add_column("What happened, and why", ratio=1)
    return table


def calls_table(spent: list[Spent]) -> Table:
    """Lay out the vendor calls. QuickBooks meters what is read and lets what is written go free."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="Vendor calls that Crossfoot spent", title_justify="left")
    table.add_column("For")
    for column in ("QuickBooks metered", "QuickBooks free", "ConnectWise reads", "ConnectWise writes"):
        table.add_column(column, justify="right")
    for part in spent:
        calls = (part.quickbooks.reads, part.quickbooks.writes, part.connectwise.reads, part.connectwise.writes)
        table.add_row(part.part, *(str(count) for count in calls))
    return table


def _what(story: Story, payment: dict[str, Any]) -> Text:
    numbers = ", ".join(invoice.number for invoice in story.invoices)
    word = "invoice" if len(story.invoices) == 1 else "invoices"
    lines = f"\n{story.customer.name}\npayment {payment['id'].partition('-')[2]}\n{word} {numbers}"
    return Text.assemble((story.title, "bold"), (lines, "dim"))


def _happened(story: Story, payment: dict[str, Any], explained: dict[str, Any]) -> Iterator[str]:
    writes = [line for line in explained["story"] if line["effect"]]
    yield from (f"{line['why']['rule']}  {line['why']['sentence']}" for line in writes)
    if not writes or payment["status"] != "synced":
        reason = payment["reason"]
        yield f"{reason['rule']}  {reason['sentence']}"
        if reason["fix"]:
            yield f"Fix: {reason['fix']}"
    if story.met:
        yield story.met
