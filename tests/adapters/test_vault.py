"""The vault: what was sealed for one partner and system opens for no other."""

from collections.abc import Iterator

import boto3
import pytest
from botocore import exceptions as aws_errors
from botocore.stub import Stubber
from crossfoot.adapters.vault import MAX_PARTS, PART_BYTES, KmsVault
from crossfoot.core.model import System
from crossfoot.errors import RemoteUnavailable
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

QBO, CW = System.QUICKBOOKS, System.CONNECTWISE
TENANT, OTHER_TENANT = "t_00000001", "t_00000002"


@pytest.fixture(scope="module")
def vault() -> Iterator[KmsVault]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        with mock_aws():
            yield KmsVault(boto3.client("kms").create_key()["KeyMetadata"]["KeyId"])


@settings(max_examples=20, deadline=None)
@given(st.binary(min_size=1, max_size=200))
def test_what_was_sealed_is_opened_for_the_same_partner_and_system(vault: KmsVault, plain: bytes) -> None:
    sealed = vault.seal(TENANT, QBO, plain)
    assert vault.open(TENANT, QBO, sealed) == plain
    assert len(plain) < 8 or plain not in b"".join(sealed)


@pytest.mark.parametrize(("tenant", "system"), [(OTHER_TENANT, QBO), (TENANT, CW)])
def test_x6_nobody_else_can_open_it(vault: KmsVault, tenant: str, system: System) -> None:
    sealed = vault.seal(TENANT, QBO, b"refresh token")
    with pytest.raises(aws_errors.ClientError, match="InvalidCiphertext"):
        vault.open(tenant, system, sealed)


@pytest.mark.parametrize("size", [PART_BYTES, PART_BYTES + 1, PART_BYTES * MAX_PARTS])
def test_tokens_longer_than_kms_takes_at_once_are_sealed_in_parts(vault: KmsVault, size: int) -> None:
    plain = bytes(place % 251 for place in range(size))
    sealed = vault.seal(TENANT, QBO, plain)
    assert len(sealed) == -(-size // PART_BYTES)
    assert vault.open(TENANT, QBO, sealed) == plain


def test_parts_open_in_their_own_places_only(vault: KmsVault) -> None:
    sealed = vault.seal(TENANT, QBO, bytes(PART_BYTES + 1))
    for wrong in (sealed[::-1], sealed[:1]):
        with pytest.raises(aws_errors.ClientError, match="InvalidCiphertext"):
            vault.open(TENANT, QBO, wrong)


@pytest.mark.parametrize("size", [0, PART_BYTES * MAX_PARTS + 1])
def test_what_can_be_no_secret_is_refused(vault: KmsVault, size: int) -> None:
    with pytest.raises(ValueError, match="bytes"):
        vault.seal(TENANT, QBO, bytes(size))


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("ThrottlingException", 400, RemoteUnavailable),
        ("KMSInternalException", 500, RemoteUnavailable),
        ("AccessDeniedException", 400, aws_errors.ClientError),
        ("DisabledException", 409, aws_errors.ClientError),
    ],
)
def test_a_busy_kms_is_tried_again_later_and_a_missing_right_crashes(
    code: str, status: int, expected: type[Exception]
) -> None:
    vault = KmsVault("key")
    client = boto3.client("kms", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    vault.__dict__["client"] = client
    with Stubber(client) as stubber:
        stubber.add_client_error("encrypt", code, http_status_code=status)
        with pytest.raises(expected):
            vault.seal(TENANT, QBO, b"x")
