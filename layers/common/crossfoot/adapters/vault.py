"""The vault: secrets encrypted by KMS, with partner and system as the encryption context.

KMS itself encrypts at most 4,096 bytes. ConnectWise keys and most token pairs fit into one part; an access token may have
4,096 characters alone, so longer plaintext goes in several parts, each bound to its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import batched
from typing import TYPE_CHECKING

import boto3
from botocore import exceptions as aws
from botocore.config import Config

from crossfoot.core.model import System
from crossfoot.errors import AwsUnavailable

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

PART_BYTES = 4096
MAX_PARTS = 4
_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 4})
_BUSY = frozenset(
    ("DependencyTimeoutException", "KMSInternalException", "LimitExceededException", "ThrottlingException")
)


class KmsVault:
    """Seals under a KMS key; what was sealed for one partner and system opens for no other."""

    def __init__(self, key_id: str) -> None:
        self._key_id = key_id

    @cached_property
    def client(self) -> KMSClient:
        """The AWS client."""
        client: KMSClient = boto3.client("kms", config=_CONFIG)
        return client

    def seal(self, tenant: str, system: System, plain: bytes) -> tuple[bytes, ...]:
        """Encrypt. Raises: ValueError when it is longer than any secrets of a vendor."""
        parts = [bytes(part) for part in batched(plain, PART_BYTES, strict=False)]
        if not 0 < len(parts) <= MAX_PARTS:
            raise ValueError(f"secrets have 1 to {MAX_PARTS * PART_BYTES} bytes, not {len(plain)}")
        return tuple(
            self._encrypt(part, _context(tenant, system, place, len(parts))) for place, part in enumerate(parts)
        )

    def open(self, tenant: str, system: System, sealed: Sequence[bytes]) -> bytes:
        """Decrypt what was sealed for this partner and system; anything else is an error of KMS that crashes."""
        return b"".join(
            self._decrypt(part, _context(tenant, system, place, len(sealed))) for place, part in enumerate(sealed)
        )

    def _encrypt(self, plain: bytes, context: dict[str, str]) -> bytes:
        with _own_errors():
            return self.client.encrypt(KeyId=self._key_id, Plaintext=plain, EncryptionContext=context)["CiphertextBlob"]

    def _decrypt(self, sealed: bytes, context: dict[str, str]) -> bytes:
        with _own_errors():
            answer = self.client.decrypt(KeyId=self._key_id, CiphertextBlob=sealed, EncryptionContext=context)
            return answer["Plaintext"]


def _context(tenant: str, system: System, place: int, parts: int) -> dict[str, str]:
    return {"tenant": tenant, "system": system.value, "part": f"{place + 1}/{parts}"}


@contextmanager
def _own_errors() -> Iterator[None]:
    try:
        yield
    except aws.ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _BUSY or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise AwsUnavailable(f"KMS is busy: {code}") from error
        raise
    except (aws.ConnectionError, aws.HTTPClientError) as error:
        raise AwsUnavailable(f"KMS did not answer: {type(error).__name__}") from error
