"""What both systems hold in the end against what was done, by none of Crossfoot's code."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from local.sandbox.store import Record
from tests.kills.office import Office


def audit(office: Office) -> list[str]:
    """Find everything that is not as it should be; nothing, when nothing is lost and nothing twice (X2, P4, E7)."""
    name = office.partner.name
    return [f"{name}: {each}" for each in (*_audit_quickbooks(office), *_audit_connectwise(office))]


def _audit_quickbooks(office: Office) -> Iterator[str]:
    """Make sure that the books which ConnectWise is compared with are the ones that the accountant made."""
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for payment in office.partner.accountant.read_all("Payment"):
        for line in payment.get("Line", ()):
            paid[line["LinkedTxn"][0]["TxnId"]] += Decimal(line["Amount"])
    due = office.paid()
    for number in sorted(set(paid) | set(due)):
        if paid.get(number, Decimal(0)) != due.get(number, Decimal(0)):
            yield f"QuickBooks invoice {number} shows {paid.get(number)}, the accountant made {due.get(number)}"


def _audit_connectwise(office: Office) -> Iterator[str]:
    partner = office.partner
    rows: dict[str, list[Record]] = defaultdict(list)
    for row in partner.deployed.connectwise.get("/payments", company=partner.keys["company_id"]):
        rows[str(row["invoice"]["id"])].append(row)
    due, newest = office.paid(), office.newest()
    for number in sorted(set(rows) | set(partner.numbers)):
        amounts = [Decimal(row["amount"]) for row in rows[number]]
        wanted = [due[number]] if due.get(number) else []
        if amounts != wanted:
            yield f"ConnectWise invoice {number} holds the rows {amounts}, and should hold {wanted}"
        elif wanted and rows[number][0]["paymentDate"][:10] != newest[number].isoformat():
            yield f"ConnectWise invoice {number} is paid on {rows[number][0]['paymentDate'][:10]}, not {newest[number]}"
