"""ConnectWise's callbacks: is it the partner's own site that calls? Standard library only: ingest must start fast."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping


def verify(raw: bytes, signature: str, signing_key: str) -> bool:
    """Tell whether the site's signing key signed these very bytes."""
    key = hashlib.sha256(signing_key.encode()).digest()
    expected = base64.b64encode(hmac.new(key, raw, hashlib.sha256).digest())
    return hmac.compare_digest(signature.strip().encode("utf-8", "replace"), expected)


def read_key_url(raw: bytes) -> str:
    """Find where the body says that its signing key is. It is unverified: fetch it only from the partner's own host.

    Raises: ValueError when the body names none.
    """
    body = json.loads(raw)
    metadata = body.get("Metadata") if isinstance(body, Mapping) else None
    url = metadata.get("key_url") if isinstance(metadata, Mapping) else None
    if not isinstance(url, str) or not url:
        raise ValueError("the callback names no signing key")
    return url
