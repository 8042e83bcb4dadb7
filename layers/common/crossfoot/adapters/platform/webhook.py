"""Is a post the platform's? Source: the Standard Webhooks specification (www.standardwebhooks.com)."""

from collections.abc import Iterable, Mapping

from standardwebhooks import Webhook, WebhookVerificationError

SIGNATURE = "webhook-signature"


def verify(raw: bytes, headers: Mapping[str, str], secrets: Iterable[str]) -> bool:
    """Tell whether one of the secrets (two, while one is being replaced) signed these very bytes, within five minutes.

    Takes: header names in lower case.
    Raises: ValueError for a secret that is none.
    """
    return any(_is_signed(raw, headers, Webhook(secret)) for secret in secrets)


def _is_signed(raw: bytes, headers: Mapping[str, str], webhook: Webhook) -> bool:
    try:
        webhook.verify(raw, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        # The library reads the headers and the bytes as text without asking whether they can be: then they are not signed.
        return False
    return True
