"""ConnectWise's error bodies, worded as recorded from real servers where a recording exists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

LITERAL_RULES = (
    "String values should be enclosed with double or single quotes; DateTime values should be enclosed in square "
    "brackets; numbers should consist of only digits, and optionally a decimal point and a negation sign; boolean "
    "values should be indicated with the keywords true or false; null values should be indicated by the keyword null."
)


class RefusedError(Exception):
    """An answer other than success. Nothing was changed."""

    def __init__(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {body.get('message')}")
        self.status, self.body, self.headers = status, body, headers or {}


@dataclass(frozen=True)
class FieldFault:
    """What is wrong with one field of a record that was sent."""

    code: str
    message: str
    field: str


def invalid(resource: str, faults: Iterable[FieldFault]) -> RefusedError:
    """The 400 for a record that may not be stored. Takes: the model's name as in the API, first letter small."""
    errors = [{"code": f.code, "message": f.message, "resource": resource, "field": f.field} for f in faults]
    return RefusedError(400, {"code": "InvalidObject", "message": f"{resource} object is invalid", "errors": errors})


def missing_field(name: str) -> FieldFault:
    return FieldFault("MissingRequiredField", f"The {name} field is required.", name)


def too_long(name: str, limit: int) -> FieldFault:
    message = f"The field {name} must be a string with a maximum length of {limit}."
    return FieldFault("MaxLengthField", message, name)


def bad_condition(message: str) -> RefusedError:
    return RefusedError(400, {"code": "ApiFindCondition", "message": message})


def unknown_name(name: str) -> RefusedError:
    return bad_condition(f"{name} is not a recognized name.")


def wrong_literal(expected: str, found: str) -> RefusedError:
    return bad_condition(f"Expected a {expected} value, not a {found}. {LITERAL_RULES}")


def invalid_enum() -> RefusedError:
    return bad_condition("Enum value supplied was invalid")


def bad_request(message: str) -> RefusedError:
    return RefusedError(400, {"code": "InvalidRequest", "message": message})


def not_found(model: str, record_id: int) -> RefusedError:
    return RefusedError(404, {"code": "NotFound", "message": f"{model} {record_id} not found"})


def no_endpoint() -> RefusedError:
    return RefusedError(404, {"code": "ConnectWiseApi", "message": "The endpoint does not exist."})


def wrong_method(allowed: Iterable[str]) -> RefusedError:
    body = {"code": "ConnectWiseApi", "message": "The requested resource does not support this http method."}
    return RefusedError(405, body, {"Allow": ", ".join(sorted(allowed))})


def not_json() -> RefusedError:
    return RefusedError(415, {"code": "ConnectWiseApi", "message": "The request's media type is not supported."})


def no_permission() -> RefusedError:
    return RefusedError(
        403, {"code": "Security", "message": "You do not have security permission to perform this action."}
    )


def no_client_id() -> RefusedError:
    return RefusedError(403, {"code": "Security", "message": "A registered clientId is required."})


def not_authenticated() -> RefusedError:
    return RefusedError(401, {"code": "ConnectWiseApi", "message": "UserNotAuthenticated"})


def wrong_credentials() -> RefusedError:
    return RefusedError(401, {"code": "Unauthorized", "message": "The company, public key or private key is wrong."})


def too_many_requests(retry_after_s: int) -> RefusedError:
    message = f"Too many requests. Please try again in {retry_after_s} seconds."
    return RefusedError(429, {"error": "ConnectWiseAPI", "message": message}, {"Retry-After": str(retry_after_s)})
