"""E-mail on SES: what it is handed, and what is certain about a mail that it did not take."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore import exceptions as aws
from botocore.stub import ANY, Stubber
from crossfoot.adapters.ses import SesMailbox
from crossfoot.core.mails import Mail
from crossfoot.errors import AwsUnavailable, BadMessage, CrossfootError, OutcomeUnknown
from moto import mock_aws
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

SENDER, TO = "crossfoot@crossfoot.example", ("one-canary@example.com", "two-canary@example.com")
MAIL = Mail("Crossfoot: ConnectWise needs your attention", "Söhne\n", "<html><body>S&ouml;hne</body></html>")


@pytest.fixture(scope="module")
def cloud() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        with mock_aws():
            boto3.client("sesv2").create_email_identity(EmailIdentity=SENDER)
            yield


@pytest.fixture(scope="module")
def mailbox(cloud: None) -> SesMailbox:
    return SesMailbox(SENDER)


def test_a_mail_is_handed_over_to_all_of_its_recipients_at_once(mailbox: SesMailbox) -> None:
    mailbox.send(TO, MAIL, "9f2c")
    (sent,) = get_backend("ses")[DEFAULT_ACCOUNT_ID]["us-east-1"].sent_messages
    assert (sent.source, sent.subject, sent.body) == (SENDER, MAIL.subject, MAIL.html)
    assert sent.destinations == {"ToAddresses": list(TO)}


def test_both_forms_and_the_key_go_along(mailbox: SesMailbox) -> None:
    with Stubber(mailbox.client) as stub:
        stub.add_response("send_email", {"MessageId": "m-1"}, {
            "FromEmailAddress": SENDER,
            "Destination": ANY,
            "Content": {"Simple": {
                "Subject": {"Data": MAIL.subject, "Charset": "UTF-8"},
                "Body": {
                    "Text": {"Data": MAIL.text, "Charset": "UTF-8"}, "Html": {"Data": MAIL.html, "Charset": "UTF-8"}
                },
                "Headers": [{"Name": "X-Crossfoot-Notice", "Value": "9f2c"}],
            }},
        })  # fmt: skip
        mailbox.send(TO, MAIL, "9f2c")
        stub.assert_no_pending_responses()


def test_a_sender_that_is_not_verified_is_refused(cloud: None) -> None:
    with pytest.raises(BadMessage, match="MessageRejected"):
        SesMailbox("nobody-canary@example.com").send(TO, MAIL, "9f2c")


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("TooManyRequestsException", 429, AwsUnavailable),
        ("LimitExceededException", 400, AwsUnavailable),
        ("MessageRejected", 400, BadMessage),
        ("MailFromDomainNotVerifiedException", 400, BadMessage),
        ("AccountSuspendedException", 400, BadMessage),
        ("SendingPausedException", 400, BadMessage),
        ("AccessDeniedException", 403, BadMessage),
        ("InternalServiceErrorException", 500, OutcomeUnknown),
    ],
)
def test_a_refusal_is_named_for_what_is_certain_and_repeats_no_address(
    mailbox: SesMailbox, code: str, status: int, error: type[CrossfootError]
) -> None:
    with Stubber(mailbox.client) as stub:
        stub.add_client_error("send_email", code, f"Address not verified: {TO[0]}", status)
        raised = _raised(mailbox, error)
        stub.assert_no_pending_responses()
    assert code in str(raised)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (aws.EndpointConnectionError(endpoint_url="https://canary@ses"), AwsUnavailable),
        (aws.ConnectTimeoutError(endpoint_url="https://canary@ses"), AwsUnavailable),
        (aws.ReadTimeoutError(endpoint_url="https://canary@ses"), OutcomeUnknown),
        (aws.ConnectionClosedError(endpoint_url="https://canary@ses"), OutcomeUnknown),
    ],
)
def test_only_what_never_left_us_certainly_was_not_sent(
    mailbox: SesMailbox, monkeypatch: pytest.MonkeyPatch, said: Exception, error: type[CrossfootError]
) -> None:
    def fail(**_: Any) -> None:
        raise said

    monkeypatch.setattr(mailbox.client, "send_email", fail)
    _raised(mailbox, error)


def test_a_call_is_never_repeated_by_the_client_itself(mailbox: SesMailbox) -> None:
    """SES has no idempotency key: whoever sends again notes it first."""
    config: Any = mailbox.client.meta.config
    assert config.retries["total_max_attempts"] == 1


def _raised(mailbox: SesMailbox, error: type[CrossfootError]) -> CrossfootError:
    with pytest.raises(error) as raised:
        mailbox.send(TO, MAIL, "9f2c")
    told: BaseException | None = raised.value
    assert type(told) is error
    assert "canary" not in str(told)
    assert told.__suppress_context__, "a trace would repeat what SES said"
    return raised.value
