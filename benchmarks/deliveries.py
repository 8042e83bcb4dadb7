"""Webhook deliveries as Intuit makes and signs them, one event each."""

import base64
import hashlib
import hmac
import json
from typing import Any

TENANT = "t_00000001"
REALM = "9341453000000001"
VERIFIER_TOKEN = "made-up-for-the-benchmarks"
APP_SECRET = {"state_signing_key": "made up, too", "quickbooks_verifier_tokens": [VERIFIER_TOKEN]}


def make_delivery(number: int, realm: str = REALM) -> bytes:
    """Write the body of a delivery: payment `number` was created."""
    event = {
        "specversion": "1.0", "id": f"6f1c2f0e-5f0b-4c52-8f2e-{number:012}", "source": "intuit.made-up",
        "type": "qbo.payment.created.v1", "datacontenttype": "application/json", "time": "2026-11-21T19:59:58.412345678Z",
        "intuitentityid": str(number), "intuitaccountid": realm, "data": {},
    }  # fmt: skip
    return json.dumps([event]).encode()


def sign(body: bytes, verifier_token: str = VERIFIER_TOKEN) -> str:
    """Sign a body as Intuit does."""
    return base64.b64encode(hmac.new(verifier_token.encode(), body, hashlib.sha256).digest()).decode()


def make_event(number: int) -> dict[str, Any]:
    """Write the event with which API Gateway hands a delivery to the function."""
    body = make_delivery(number)
    headers = {"content-type": "application/json", "intuit-signature": sign(body)}
    return {
        "resource": "/webhooks/quickbooks", "path": "/webhooks/quickbooks", "httpMethod": "POST", "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()}, "queryStringParameters": None,
        "multiValueQueryStringParameters": None, "pathParameters": None, "stageVariables": None,
        "requestContext": {"requestId": f"r-{number}", "stage": "production", "httpMethod": "POST"},
        "body": body.decode(), "isBase64Encoded": False,
    }  # fmt: skip
