"""What QuickBooks Online refuses, in its own codes and words.

Source: the vendor's error code pages and recorded answers; where they differ, the recorded wording.
"""

from typing import Any

_INACTIVE = (
    "Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees."
)
_LOCKED = "If you want to change or delete it, you must edit the deposit it appears on and remove it first."


class Refusal(Exception):
    """One `Fault` with one error, and the HTTP status that carries it."""

    def __init__(
        self,
        code: int,
        message: str,
        detail: str,
        element: str | None = "",
        *,
        timed: bool = True,
    ) -> None:
        super().__init__(f"{code} {detail}")
        self.code, self.message, self.detail, self.element, self.timed = code, message, detail, element, timed

    def fault(self) -> dict[str, Any]:
        """Return the `Fault` object, as it also stands inside a batch item."""
        error = {"Message": self.message, "Detail": self.detail, "code": str(self.code)}
        if self.element is not None:
            error["element"] = self.element
        return {"Error": [error], "type": "ValidationFault"}


def unsupported(operation: str) -> Refusal:
    return Refusal(500, "Unsupported Operation", f"Operation {operation} is not supported.", None)


def duplicate_request(request_id: str) -> Refusal:
    return Refusal(600, "Duplicate Request ID", f"Duplicate Request Id : {request_id}")


def not_found() -> Refusal:
    return Refusal(610, "Object Not Found", f"Object Not Found : {_INACTIVE}")


def cannot_link(txn_id: str, why: str) -> Refusal:
    return Refusal(620, "Txn ID Cannot Be Linked", f"Transaction {txn_id} cannot be linked : {why}")


def batch_too_large(limit: int) -> Refusal:
    return Refusal(
        1040, "Batch size exceeds allowed limit", f"The batch size exceeds the limit of {limit} requests.", None
    )


def unknown_property(name: str, owner: str, known: list[str]) -> Refusal:
    listed = ", ".join(f'"{each}"' for each in known)
    detail = (
        f'Property Name:Unrecognized field "{name}" (class com.intuit.schema.finance.v3.{owner}), not marked as '
        f"ignorable ({len(known)} known properties: {listed}])\n specified is unsupported or invalid"
    )
    return Refusal(2010, "Request has invalid or unsupported property", detail, None)


def unreadable(what: str) -> Refusal:
    return Refusal(
        2010,
        "Request has invalid or unsupported property",
        f"Property Name:{what} specified is unsupported or invalid",
        None,
    )


def missing(parameter: str) -> Refusal:
    return Refusal(
        2020,
        "Required param missing, need to supply the required value for the API",
        f"Required parameter {parameter} is missing in the request",
        parameter,
    )


def invalid_id(value: object) -> Refusal:
    return Refusal(2030, "Invalid ID", f"Id should be a valid number. Supplied value:{value}", "Id", timed=False)


def invalid_text(element: str, value: str) -> Refusal:
    return Refusal(2040, "Invalid String", f"Element contains invalid characters: {value}", element)


def too_long(element: str, limit: int, length: int) -> Refusal:
    return Refusal(
        2050,
        "Invalid String Length",
        f"String length specified does not match the supported length. Min:0, Max:{limit}, supplied length:{length}",
        element,
    )


def invalid_date(value: object) -> Refusal:
    return Refusal(2070, "Invalid Date", f"Date should be a valid value. Supplied value:{value}")


def invalid_decimal(value: object) -> Refusal:
    return Refusal(2110, "Invalid Decimal", f"Decimal should be a valid value. Supplied value:{value}")


def invalid_request_id(why: str) -> Refusal:
    return Refusal(2130, "Invalid Request Id Format", f"The format of the request id is invalid : {why}", "requestid")


def invalid_choice(value: object) -> Refusal:
    return Refusal(2170, "Invalid Enumeration", f"Invalid Enumeration : {value}")


def inactive_reference(element: str) -> Refusal:
    return Refusal(2500, "Invalid Reference Id", f"Invalid Reference Id : {_INACTIVE}", element)


def unknown_reference(element: str, family: str, value: str) -> Refusal:
    return Refusal(
        2500, "Invalid Reference Id", f"Invalid Reference Id : {family} element id {value} not found", element
    )


def unparsable_query(detail: str) -> Refusal:
    return Refusal(4000, "Error parsing query", f"QueryParserError: {detail}", None)


def invalid_query(detail: str) -> Refusal:
    return Refusal(4001, "Invalid query", f"QueryValidationError: {detail}", None)


def stale(user: str) -> Refusal:
    return Refusal(
        5010,
        "Stale Object Error",
        f"Stale Object Error : You and {user} were working on this at the same time. "
        f"{user} finished before you did, so your work was not saved.",
    )


def business(detail: str) -> Refusal:
    return Refusal(
        6000,
        "A business validation error has occurred while processing your request",
        f"Business Validation Error: {detail}",
    )


def account_type_missing() -> Refusal:
    return Refusal(
        6010,
        "Invalid Account.AccountType && Account.SubType",
        "Either Account.AccountType or Account.AccountSubType must be specified.",
    )


def wrong_amount(value: object) -> Refusal:
    return Refusal(
        6070,
        "Amount calculation incorrect in the request",
        f"Amount is not equal to UnitPrice * Qty. Supplied value:{value}",
        "Line.Amount",
    )


def no_name() -> Refusal:
    return Refusal(
        6080,
        "No Name Provided",
        "At least one of the following must be provided: "
        "Title, GivenName, MiddleName, FamilyName, DisplayName, Suffix.",
    )


def discount_incomplete() -> Refusal:
    return Refusal(6090, "Discount Line missing required info", "A discount amount or percent is required.")


def wrong_tax_code(value: object) -> Refusal:
    return Refusal(
        6100,
        "Invalid Line TaxCode in the request",
        f"Line TaxCode should be either TAX or NON in the request. Supplied value:{value}",
    )


def duplicate_number(number: str, kind: str, txn_id: str) -> Refusal:
    return Refusal(
        6140,
        "Duplicate Document Number Error",
        "Duplicate Document Number Error : You must specify a different number. This number has already been used. "
        f" DocNumber={number} is assigned to TxnType={kind} with TxnId={txn_id}",
    )


def too_deep() -> Refusal:
    return Refusal(6180, "Sub Level Limit", "You can nest up to 5 levels.")


def period_closed() -> Refusal:
    return Refusal(
        6210,
        "Account Period Closed",
        "The account period has closed and the account books cannot be updated through the QBO Services API. "
        "Please use the QBO website to make these changes.",
    )


def has_balance() -> Refusal:
    return Refusal(6220, "Delete Entity Has Balance Error", "The entity you are trying to delete has an open balance.")


def duplicate_name() -> Refusal:
    return Refusal(
        6240,
        "Duplicate Name Exists Error",
        "The name supplied already exists. : Another customer, vendor or employee is already using this name. "
        "Please use a different name.",
    )


def deposited() -> Refusal:
    return Refusal(6540, "Deposited Transaction cannot be changed", f"This transaction has been deposited. {_LOCKED}")
