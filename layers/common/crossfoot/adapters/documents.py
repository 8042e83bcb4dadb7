"""Documents in S3: uploaded in parts as they stream in, given out by presigned links."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import quote

import boto3
from botocore import exceptions as aws
from botocore.config import Config

from crossfoot.errors import AwsUnavailable
from crossfoot.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

# S3 takes no smaller part but the last one: so much of a document is held at a time.
PART_BYTES = 5 * 1024 * 1024
LINK_LIFE = timedelta(minutes=5)
MAX_FILE_NAME_LENGTH = 100
_CONFIG = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 4},
    signature_version="s3v4",
)
_TYPE = "application/pdf"


class S3Documents:
    """Implements the port Documents. The partner is the first part of every object's key."""

    def __init__(self, bucket: str, clock: Clock) -> None:
        self._bucket, self._clock = bucket, clock

    @cached_property
    def client(self) -> S3Client:
        """The AWS client."""
        client: S3Client = boto3.client("s3", config=_CONFIG)
        return client

    def has(self, tenant: str, name: str) -> bool:
        """Tell whether a document is there."""
        with _own_errors():
            try:
                self.client.head_object(Bucket=self._bucket, Key=_key(tenant, name))
            except aws.ClientError as error:
                # To who may not list the bucket, S3 does not say that something is not there.
                if error.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 404):
                    return False
                raise
        return True

    def store(self, tenant: str, name: str, chunks: Iterator[bytes]) -> None:
        """Store a document as it streams in; one that breaks off leaves nothing behind.

        Raises: what the chunks raise, after the parts that were sent are taken back.
        """
        key, parts = _key(tenant, name), _parts(chunks)
        first, second = next(parts, b""), next(parts, b"")
        with _own_errors():
            if second:
                self._store_parts(key, chain((first, second), parts))
            else:
                self.client.put_object(Bucket=self._bucket, Key=key, Body=first, ContentType=_TYPE)

    def link(self, tenant: str, name: str, file_name: str) -> tuple[str, datetime]:
        """Make a link that anybody who has it can download from, and say until when (minutes).

        It ends sooner where the credentials that sign it do: those of a function live for hours, and are renewed ahead.
        """
        expires_at = self._clock.now() + LINK_LIFE
        url = self.client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": _key(tenant, name),
                "ResponseContentDisposition": disposition(file_name),
                "ResponseContentType": _TYPE,
            },
            ExpiresIn=int(LINK_LIFE.total_seconds()),
        )
        return url, expires_at

    def _store_parts(self, key: str, parts: Iterator[bytes]) -> None:
        upload = self.client.create_multipart_upload(Bucket=self._bucket, Key=key, ContentType=_TYPE)["UploadId"]
        try:
            sent = [self._send_part(key, upload, number, part) for number, part in enumerate(parts, 1)]
            self.client.complete_multipart_upload(
                Bucket=self._bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": sent}
            )
        except BaseException:
            # Parts that nobody completes are paid for until the bucket's own rule ends them.
            self.client.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload)
            raise

    def _send_part(self, key: str, upload: str, number: int, part: bytes) -> CompletedPartTypeDef:
        answer = self.client.upload_part(Bucket=self._bucket, Key=key, UploadId=upload, PartNumber=number, Body=part)
        return {"PartNumber": number, "ETag": answer["ETag"]}


def disposition(file_name: str) -> str:
    """Say that the file is to be saved, and under which name.

    A number may hold anything, so the plain form is cut to what no browser misreads, and the full name goes beside it.
    Source: RFC 6266.
    """
    shown = file_name.replace("/", "-").replace("\\", "-")[:MAX_FILE_NAME_LENGTH]
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"%;' else "_" for letter in shown
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(shown, safe='')}"


def _key(tenant: str, name: str) -> str:
    """Name the object. A name is percent-encoded part by part, so that none leaves its partner's folder."""
    return "/".join([quote(tenant, safe=""), *(quote(part, safe="") for part in name.split("/"))])


def _parts(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Gather chunks into parts."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= PART_BYTES:
            yield bytes(held[:PART_BYTES])
            del held[:PART_BYTES]
    if held:
        yield bytes(held)


@contextmanager
def _own_errors() -> Iterator[None]:
    try:
        yield
    except aws.ClientError as error:
        code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        if code == "SlowDown" or status >= 500:
            raise AwsUnavailable(f"S3 is busy: {code}") from error
        raise
    except (aws.ConnectionError, aws.HTTPClientError) as error:
        raise AwsUnavailable(f"S3 did not answer: {type(error).__name__}") from error
