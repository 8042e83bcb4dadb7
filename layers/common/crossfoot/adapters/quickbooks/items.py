"""The items that we make in a QuickBooks company, on the partner's request (S4)."""

from typing import Any

from crossfoot.adapters.quickbooks.catalogue import to_item
from crossfoot.adapters.quickbooks.client import QuickBooksClient
from crossfoot.core.latin import to_latin
from crossfoot.core.sync.catalogue import Item
from crossfoot.errors import OutcomeUnknown, Rejected
from crossfoot.http import Wire

NAME_LENGTH = 100
_NAME_TAKEN = "6240"
# QuickBooks tells what is below what by a colon.
_COLON, _IN_ITS_PLACE = ":", "-"


def create_item(client: QuickBooksClient, name: str, account_id: str) -> Item:
    """Make an item for services; one of the name that posts to the account and is active is taken over.

    It has no request id: QuickBooks refuses a second item of a name, and an answer remembered from long ago could be about
    an item that is gone.
    Raises: Rejected("item_taken") when what has the name posts elsewhere, or is not active; as write().
    """
    name = to_latin(name.replace(_COLON, _IN_ITS_PLACE), NAME_LENGTH)
    body: dict[str, Wire] = {"Name": name, "Type": "Service", "IncomeAccountRef": {"value": account_id}}
    try:
        answer = client.write("/item", body, request_id="")
    except Rejected as refusal:
        if refusal.code != _NAME_TAKEN:
            raise
        return _taken_over(client, name, account_id, refusal)
    try:
        return to_item(answer["Item"])
    except (AttributeError, LookupError, TypeError) as error:
        raise OutcomeUnknown("QuickBooks answered the making of an item in a form that we cannot read") from error


def _taken_over(client: QuickBooksClient, name: str, account_id: str, refusal: Rejected) -> Item:
    quoted = name.replace("\\", "\\\\").replace("'", "\\'")
    reply = client.query(f"SELECT * FROM Item WHERE Name = '{quoted}' AND Active IN (true, false)")  # noqa: S608 - quoted
    wires: list[Any] = (reply.body.get("QueryResponse") or {}).get("Item") or []
    # One of that name below another item is called by both their names.
    item = next((each for each in map(to_item, wires) if each.name.casefold() == name.casefold()), None)
    if item is None:
        raise refusal
    if not (item.active and item.sellable and item.account_id == account_id):
        raise Rejected(
            "item_taken",
            f"QuickBooks has an item {item.name} already, and it is inactive or posts to another account",
            "Give it the account that is meant and make it active, or choose another name.",
        )
    return item
