"""Documents in S3: streamed in parts, whole or not at all, and given out by links that end."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import pytest
from botocore.stub import Stubber
from crossfoot.adapters.documents import PART_BYTES, S3Documents, disposition
from crossfoot.errors import RemoteUnavailable
from moto import mock_aws

from tests.fakes.aws import clients_made_once
from tests.fakes.clock import FakeClock

TENANT, OTHER = "t_00000001", "t_00000002"
BUCKET, NAME = "documents", "invoices/quickbooks-7/0123abcd.pdf"


@pytest.fixture(scope="module")
def cloud() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        with mock_aws(), clients_made_once():
            boto3.client("s3").create_bucket(Bucket=BUCKET)
            yield


@pytest.fixture
def documents(cloud: None) -> S3Documents:
    return S3Documents(BUCKET, FakeClock())


def read(key: str) -> bytes:
    body: bytes = boto3.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return body


@pytest.mark.parametrize("size", [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES + 7])
def test_what_streams_in_is_stored_to_the_byte(documents: S3Documents, size: int) -> None:
    content = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    name = f"invoices/quickbooks-7/{size}.pdf"
    assert not documents.has(TENANT, name)
    documents.store(TENANT, name, (content[at : at + 65_536] for at in range(0, size, 65_536)))
    assert documents.has(TENANT, name)
    assert read(f"{TENANT}/{name}") == content


def test_a_part_is_held_at_a_time_and_not_the_document(documents: S3Documents, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next chunk is asked for only when all full parts before it were sent."""
    sent: list[int] = []
    asked_at: list[int] = []
    send = documents.client.upload_part

    def counted(**given: Any) -> Any:
        sent.append(len(given["Body"]))
        return send(**given)

    def chunks() -> Iterator[bytes]:
        for _ in range(4):
            asked_at.append(sum(sent))
            yield bytes(PART_BYTES)

    monkeypatch.setattr(documents.client, "upload_part", counted)
    documents.store(TENANT, "large.pdf", chunks())
    assert sent == [PART_BYTES] * 4
    assert asked_at == [0, 0, 2 * PART_BYTES, 3 * PART_BYTES]


@pytest.mark.parametrize("good_parts", [0, 1, 3])
def test_one_that_breaks_off_leaves_nothing_behind(documents: S3Documents, good_parts: int) -> None:
    def broken() -> Iterator[bytes]:
        yield from [bytes(PART_BYTES)] * good_parts
        raise RemoteUnavailable("the vendor hung up")

    with pytest.raises(RemoteUnavailable, match="hung up"):
        documents.store(TENANT, "broken.pdf", broken())
    assert not documents.has(TENANT, "broken.pdf")
    assert "Uploads" not in boto3.client("s3").list_multipart_uploads(Bucket=BUCKET)


def test_x6_each_partner_has_a_folder_that_no_name_leaves(documents: S3Documents) -> None:
    documents.store(TENANT, NAME, iter([b"ours"]))
    assert not documents.has(OTHER, NAME)
    documents.store(OTHER, "a?b#c%2F/d.pdf", iter([b"theirs"]))
    keys = {each["Key"] for each in boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=OTHER)["Contents"]}
    assert keys == {f"{OTHER}/a%3Fb%23c%252F/d.pdf"}


def test_a_link_names_the_file_and_ends_in_minutes(documents: S3Documents) -> None:
    url, expires_at = documents.link(TENANT, NAME, "Invoice 7.pdf")
    parts, query = urlsplit(url), parse_qs(urlsplit(url).query)
    assert unquote(parts.path).endswith(f"{TENANT}/{NAME}")
    assert query["X-Amz-Expires"] == ["300"]
    assert expires_at == FakeClock().now() + timedelta(minutes=5)
    assert query["response-content-type"] == ["application/pdf"]
    assert query["response-content-disposition"] == [
        "attachment; filename=\"Invoice 7.pdf\"; filename*=UTF-8''Invoice%207.pdf"
    ]


@pytest.mark.parametrize(
    ("number", "plain"),
    [('a"; filename=b.exe', "a__ filename=b.exe"), ("../../etc", "..-..-etc"), ("Größe 🧾\r\nX: y", "Gr__e ___X: y")],
)
def test_a_number_cannot_break_out_of_the_file_name(number: str, plain: str) -> None:
    header = disposition(number)
    assert header.startswith(f"attachment; filename=\"{plain}\"; filename*=UTF-8''")
    assert header.isascii()
    assert header.isprintable()
    assert len(disposition(number * 200)) < 1_500


@pytest.mark.parametrize(("code", "status"), [("SlowDown", 503), ("InternalError", 500)])
def test_a_busy_store_is_no_bug_of_ours(documents: S3Documents, code: str, status: int) -> None:
    with Stubber(documents.client) as stub:
        stub.add_client_error("head_object", code, http_status_code=status)
        with pytest.raises(RemoteUnavailable, match=code):
            documents.has(TENANT, NAME)


def test_who_may_not_list_is_not_told_that_something_is_not_there(documents: S3Documents) -> None:
    with Stubber(documents.client) as stub:
        stub.add_client_error("head_object", "403", http_status_code=403)
        assert documents.has(TENANT, NAME) is False
