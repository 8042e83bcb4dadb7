"""What all three books hold in the end against what was done, by none of Crossfoot's code."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from local.sandbox.store import Record
from tests.kills.office import Office

TAKEN_BACK = {"succeeded": None, "refunded": "refunded", "returned": "returned", "deleted": "deleted"}


def audit(office: Office) -> list[str]:
    """Find everything that is not as it should be; nothing, when nothing is lost and nothing twice (X2, P4, E7, D2)."""
    payments = office.partner.accountant.read_all("Payment")
    found = (
        *_audit_quickbooks(office, payments),
        *_audit_receipts(office, payments),
        *_audit_deposits(office),
        *_audit_connectwise(office),
        *_audit_platform(office),
    )
    return [f"{office.partner.name}: {each}" for each in found]


def _audit_quickbooks(office: Office, payments: list[Record]) -> Iterator[str]:
    """Make sure that QuickBooks holds what the accountant made and what the customers paid, and nothing else."""
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for payment in payments:
        for line in payment.get("Line", ()):
            paid[line["LinkedTxn"][0]["TxnId"]] += Decimal(line["Amount"])
    due = office.paid()
    for number in sorted(set(paid) | set(due)):
        if paid.get(number, Decimal(0)) != due.get(number, Decimal(0)):
            yield f"QuickBooks invoice {number} shows {paid.get(number)}, and {due.get(number)} was paid"


def _audit_receipts(office: Office, payments: list[Record]) -> Iterator[str]:
    """Make sure that each payment of the platform is in QuickBooks once, and not at all when it was taken back."""
    for id_, told in office.customers.told.items():
        found = [each for each in payments if f"({id_})" in each.get("PrivateNote", "")]
        amounts = [Decimal(each["TotalAmt"]) for each in found if Decimal(each["TotalAmt"])]
        if amounts != ([told.left] if told.left else []):
            yield f"QuickBooks holds {amounts} for {id_}, of which {told.left} counts"


def _audit_deposits(office: Office) -> Iterator[str]:
    """Make sure that each payout is one deposit, to the cent, whatever was taken back since."""
    notes: dict[str, list[Decimal]] = defaultdict(list)
    for deposit in office.partner.accountant.read_all("Deposit"):
        note = deposit.get("PrivateNote", "")
        payout = next((id_ for id_ in office.customers.payouts if f"Payout {id_} of" in note), "")
        notes[payout].append(Decimal(deposit["TotalAmt"]))
    for id_, amount in office.customers.payouts.items():
        if notes[id_] != [amount]:
            yield f"QuickBooks holds the deposits {notes[id_]} for {id_} of {amount}"


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


def _audit_platform(office: Office) -> Iterator[str]:
    """Make sure that the platform's own book says what it was told, and that nobody was taken to have deleted anything."""
    told = office.customers.told
    shown: dict[str, Any] = {
        each["id"]: each for each in office.partner.api.list_all("payments") if each["id"].startswith("platform-")
    }
    if set(shown) != {f"platform-{id_}" for id_ in told}:
        yield f"the platform's book has {len(shown)} payments, and was told of {len(told)}"
        return
    for id_, payment in told.items():
        found = shown[f"platform-{id_}"]
        # One that was taken back as a whole may go on to say of how much it was.
        total = Decimal(found["total"]) if payment.left else Decimal(0)
        if (total, found["taken_back"]) != (payment.left, TAKEN_BACK[payment.status]):
            said = f"{found['total']} and {found['taken_back']}"
            yield f"the platform's book says {said} of {id_}, which is {payment.status}, {payment.left} left"
    for id_ in office.customers.payouts:
        proof = office.partner.api.get(f"/v1/payouts/platform-{id_}")
        if not proof["tied"]:
            yield f"payout {id_} is not tied: {proof['reason']}"
