"""The answers around the records: the envelope, and the five shapes in which trouble comes.

1. 400 with `Fault`; 2. 401 and 403 with a lower-case `fault`; 3. 429, XML whatever was asked for; 4. 200 with a Fault
inside (batch items); 5. a gateway's HTML or an empty 5xx (see `local.sandbox.faults`).
"""

import secrets
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from starlette.responses import Response

from local.sandbox.quickbooks.refusals import Refusal
from local.sandbox.quickbooks.switches import Switches
from local.sandbox.quickbooks.times import envelope_time
from local.sandbox.store import dump_json

_JSON_ANSWER = "application/json;charset=utf-8"
_THROTTLED = "message=ThrottleExceeded; errorCode=003001; statusCode=429"


def success(content: dict[str, Any], moment: datetime) -> str:
    """Return the body of a success: the content and the time."""
    return dump_json(content | {"time": envelope_time(moment)})


def json_response(body: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Wrap a body as the vendor sends it."""
    media = _JSON_ANSWER if status == 200 else "application/json"
    return Response(body, status, {**_trace(), **(headers or {})}, media)


def pdf_response(content: bytes) -> Response:
    """Wrap a PDF as the vendor sends it."""
    return Response(content, 200, _trace(), "application/pdf")


def refused(refusal: Refusal, moment: datetime) -> Response:
    """Shape 1: a request that the vendor understood and will not carry out."""
    body: dict[str, Any] = {"Fault": refusal.fault()}
    if refusal.timed:
        body["time"] = envelope_time(moment)
    return json_response(dump_json(body), 400)


def unauthenticated(detail: str, moment: datetime) -> Response:
    """Shape 2: the token is missing, unknown, revoked or too old."""
    message = "message=AuthenticationFailed; errorCode=003200; statusCode=401"
    headers = {"WWW-Authenticate": 'Bearer realm="Intuit", error="invalid_token"'}
    return json_response(_lower_case_fault("3200", message, detail, "AUTHENTICATION", moment), 401, headers)


def unauthorized(detail: str, moment: datetime) -> Response:
    """Shape 2: the token is good, but not for this company."""
    message = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403"
    return json_response(_lower_case_fault("3100", message, detail, "SERVICE", moment), 403)


def throttled(switches: Switches, moment: datetime) -> Response:
    """Shape 3: too many requests; no Retry-After, as the vendor sends none."""
    if switches.throttle_body == "json":
        return json_response(_lower_case_fault("3001", _THROTTLED, "Request limit exceeded.", "SERVICE", moment), 429)
    body = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<IntuitResponse time="{envelope_time(moment)}" xmlns="http://schema.intuit.com/finance/v3">'
        f'<Fault type="SERVICE"><Error code="3001"><Message>{escape(_THROTTLED)}</Message></Error></Fault>'
        "</IntuitResponse>"
    )
    return Response(body, 429, _trace(), "application/xml")


def system_failure(moment: datetime) -> Response:
    """Answer 500 in the vendor's own form."""
    error = {
        "Message": "An application error has occurred while processing your request",
        "Detail": "System Failure Error",
        "code": "10000",
        "element": "",
    }
    body = {"Fault": {"Error": [error], "type": "SystemFault"}, "time": envelope_time(moment)}
    return json_response(dump_json(body), 500)


def _lower_case_fault(code: str, message: str, detail: str, kind: str, moment: datetime) -> str:
    return dump_json(
        {
            "warnings": None,
            "intuitObject": None,
            "fault": {
                "error": [{"message": message, "detail": detail, "code": code, "element": None}],
                "type": kind,
            },
            "report": None,
            "queryResponse": None,
            "batchItemResponse": [],
            "attachableResponse": [],
            "syncErrorResponse": None,
            "requestId": None,
            "time": int(moment.timestamp() * 1000),
            "status": None,
            "cdcresponse": [],
        }
    )


def _trace() -> dict[str, str]:
    return {
        "intuit_tid": f"1-{secrets.token_hex(4)}-{secrets.token_hex(12)}",
        "QBO-Version": "2001.100",
        "Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private",
    }
