"""E-mail on SES."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore import exceptions as aws
from botocore.config import Config

from crossfoot.errors import AwsUnavailable, BadMessage, OutcomeUnknown

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

    from crossfoot.core.mails import Mail

# One attempt: whoever sends again has to note it first, for SES takes the same mail twice.
_CONFIG = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1})
# Refused for now: nothing was sent, and later it may be.
_BUSY = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling", "LimitExceededException"})
_NEVER_ARRIVED = (aws.EndpointConnectionError, aws.ConnectTimeoutError, aws.ProxyConnectionError)


class SesMailbox:
    """The port Mailbox on SES. Takes: the sender, an address of an identity that SES has verified."""

    def __init__(self, sender: str) -> None:
        self._sender = sender

    @cached_property
    def client(self) -> SESV2Client:
        """The AWS client."""
        client: SESV2Client = boto3.client("sesv2", config=_CONFIG)
        return client

    def send(self, to: Sequence[str], mail: Mail, key: str) -> None:
        """Hand a mail over, to all of its recipients or to none.

        No error tells what SES said: its words hold addresses, and errors are logged.
        Takes: `key` goes along as a header, by which a recipient can tell a mail that came twice.
        Raises: AwsUnavailable, BadMessage (sender or recipient not verified, sending paused …), OutcomeUnknown.
        Source: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
        """
        try:
            self.client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": list(to)},
                Content={
                    "Simple": {
                        "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
                        "Body": {
                            "Text": {"Data": mail.text, "Charset": "UTF-8"},
                            "Html": {"Data": mail.html, "Charset": "UTF-8"},
                        },
                        "Headers": [{"Name": "X-Crossfoot-Notice", "Value": key}],
                    }
                },
            )
        except aws.ClientError as error:
            raise _own_error(error) from None
        except _NEVER_ARRIVED as error:
            raise AwsUnavailable(f"SES was not reached: {type(error).__name__}") from None
        except (aws.ConnectionError, aws.HTTPClientError) as error:
            raise OutcomeUnknown(f"SES did not answer: {type(error).__name__}") from None


def _own_error(error: aws.ClientError) -> AwsUnavailable | BadMessage | OutcomeUnknown:
    code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    if status >= 500:
        return OutcomeUnknown(f"SES failed over a mail: {code}")
    return AwsUnavailable(f"SES is busy: {code}") if code in _BUSY else BadMessage(f"SES refused a mail: {code}")
