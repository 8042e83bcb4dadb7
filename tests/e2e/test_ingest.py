"""On the deployed template: what Intuit did not sign goes nowhere (I8)."""

import base64
import hashlib
import hmac
import json

import requests

from local.demo.rest import Work
from local.stack.record import load_record
from tests.e2e.partner import Deployed, Partner

EVENT = {
    "specversion": "1.0", "id": "e-1", "type": "qbo.payment.updated.v1", "time": "2026-11-03T17:04:05.1Z",
    "intuitentityid": "1", "note": "é\u2028",
}  # fmt: skip


def test_i8_a_post_with_a_changed_byte_is_401_and_nothing_is_queued(
    deployed: Deployed, two: tuple[Partner, Partner]
) -> None:
    first, _ = two
    deployed.wait_for_rest("the partners' import")
    work = Work(deployed.stack, deployed.quickbooks)
    body = json.dumps([EVENT | {"intuitaccountid": first.realm["realm_id"]}], ensure_ascii=False).encode()
    token = load_record(deployed.home).sandboxes["quickbooks"]["verifier_token"]
    signature = base64.b64encode(hmac.new(token.encode(), body, hashlib.sha256).digest()).decode()
    for place in (0, len(body) // 2, len(body) - 1):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        assert _post(deployed, changed, signature) == 401
    assert _post(deployed, body, "") == 401
    # A nudge would lie there for three seconds, held back by the queue.
    assert not any(work.count().values())
    assert _post(deployed, body, signature) == 200
    assert work.count()["nudges"] == 1
    deployed.wait_for_rest("the genuine nudge")


def _post(deployed: Deployed, body: bytes, signature: str) -> int:
    headers = {"Content-Type": "application/json", "intuit-signature": signature}
    url = f"{deployed.urls['api']}/webhooks/quickbooks"
    return requests.post(url, data=body, headers=headers, timeout=90).status_code
