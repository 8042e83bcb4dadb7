"""On the deployed template: whatever went well or wrong before, no secret stands in any log line."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from crossfoot.adapters.clock import SystemClock
from crossfoot.adapters.dynamodb.secrets import TableSecrets
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.adapters.vault import KmsVault
from crossfoot.core.model import CONNECTED

from local.stack.record import load_record
from local.stack.settings import PLATFORM_SECRETS
from tests.e2e.partner import Deployed, Partner


@pytest.fixture
def kept(deployed: Deployed, owner: None) -> TableSecrets:
    """The partners' secrets, opened with the rights of the stack's owner."""
    functions: Any = deployed.stack.session.client("lambda", endpoint_url=deployed.urls["aws"])
    given = functions.get_function_configuration(FunctionName="crossfoot-local-api")["Environment"]["Variables"]
    return TableSecrets(Table(given["TABLE_NAME"]), KmsVault(given["TOKEN_KEY_ID"]), SystemClock())


def test_no_secret_of_anybody_is_in_any_log(
    deployed: Deployed, two: tuple[Partner, Partner], kept: TableSecrets
) -> None:
    deployed.wait_for_rest("the partners' import")
    secrets = dict(_secrets(deployed, two, kept))
    answers = [answer.text for partner in two for answer in _let_it_go_wrong(deployed, partner)]
    deployed.wait_for_rest("what went wrong")
    secrets |= {f"{name}, later": value for name, value in _secrets(deployed, two, kept)}
    assert len(set(secrets.values())) >= 20, "the canaries themselves"
    lines = list(_log_lines(deployed))
    heard = ("api", "fetch_new_data", "platform_webhook")
    assert {group for group, _ in lines} >= {f"/crossfoot-local/{step}" for step in heard}
    for name, secret in secrets.items():
        assert not [line for _, line in lines if secret in line], name
        assert not [text for text in answers if secret in text], name


def test_no_function_crashed_or_lacked_a_right_in_all_that_was_done(deployed: Deployed) -> None:
    said = [(group, line) for group, line in _log_lines(deployed) if group.startswith("/crossfoot-local/")]
    assert said
    assert [each for each in said if "Traceback" in each[1] or "AccessDenied" in each[1]] == []


def _secrets(deployed: Deployed, two: tuple[Partner, Partner], kept: TableSecrets) -> Iterator[tuple[str, str]]:
    """Name every secret that there is: the product's own, the partners', and those of their users."""
    manager: Any = deployed.stack.session.client("secretsmanager", endpoint_url=deployed.urls["aws"])
    app = manager.get_secret_value(SecretId=deployed.stack.outputs["AppSecretArn"])["SecretString"]
    settings = json.loads(app)
    for name in ("state_signing_key", "quickbooks_client_secret", "connectwise_client_id"):
        yield name, settings[name]
    for token in load_record(deployed.home).sandboxes["quickbooks"]["verifier_token"], *_texts(settings):
        yield f"verifier token {token[:3]}", token
    for secret in settings[PLATFORM_SECRETS]:
        yield "the platform's signing secret", secret
    for partner in two:
        yield f"{partner.name}'s ID token", partner.token.rpartition(".")[2]
        yield f"{partner.name}'s password", partner.invitation.password
        pair = f"{partner.keys['company_id']}+{partner.keys['public_key']}:{partner.keys['private_key']}"
        yield f"{partner.name}'s Basic", base64.b64encode(pair.encode()).decode()
        for system in CONNECTED:
            for name, value in kept.load(partner.tenant, system).values.items():
                if not name.endswith("_at"):
                    yield f"{partner.name}'s {system} {name}", value


def _texts(settings: dict[str, Any]) -> list[str]:
    return [token for token in settings["quickbooks_verifier_tokens"] if token]


def _let_it_go_wrong(deployed: Deployed, partner: Partner) -> Iterator[requests.Response]:
    """Make every kind of mistake that a person or a vendor can make."""
    url, headers = deployed.urls["api"], {"Authorization": partner.token}
    keys = {name: partner.keys[name] for name in ("site_url", "company_id", "public_key", "private_key")}
    wrong = [keys | {"private_key": keys["private_key"] + "x"}, keys | {"site_url": "https://127.0.0.1.invalid"}]
    wrong += [keys | {"company_id": keys["private_key"]}, {"private_key": keys["private_key"]}]
    for body in wrong:
        yield requests.post(f"{url}/v1/connections/connectwise", json=body, headers=headers, timeout=90)
    started = requests.post(f"{url}/v1/connections/quickbooks", json={}, headers=headers, timeout=90)
    state = started.json()["authorize_url"].partition("state=")[2].partition("&")[0]
    back = f"{url}/v1/connections/quickbooks/callback"
    for query in ({"state": state, "code": "no-such-code", "realmId": "1"}, {"state": state, "code": "again"}):
        yield requests.get(back, params=query, timeout=90)
    for fault in ("server_error", "proxy_html", "throttle", "expired_token"):
        deployed.quickbooks.arm(fault, times=3)
        yield requests.get(f"{url}/v1/connections/quickbooks/accounts", headers=headers, timeout=90)
        deployed.quickbooks.clear_faults()
    for path in ("/v1/records/payment/quickbooks-1/explain", "/v1/invoices?cursor=x", "/v1/nothing"):
        yield requests.get(f"{url}{path}", headers=headers, timeout=90)
    event = {"Metadata": {"key_url": f"{keys['site_url']}/nothing"}}
    yield requests.post(f"{url}/webhooks/connectwise/nobodys-address", json=event, timeout=90)
    yield requests.post(f"{url}/webhooks/platform", json={"type": "payment.succeeded"}, timeout=90)


def _log_lines(deployed: Deployed) -> Iterator[tuple[str, str]]:
    """Read every line of every log group, and what the emulator itself wrote of our functions' output."""
    logs: Any = deployed.stack.session.client("logs", endpoint_url=deployed.urls["aws"])
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            name = group["logGroupName"]
            for events in logs.get_paginator("filter_log_events").paginate(logGroupName=name):
                yield from ((name, event["message"]) for event in events["events"])
    text = deployed.home.log("ministack").read_text(errors="replace")
    yield from (("the emulator", line) for line in text.splitlines())
