"""DynamoDB's errors, named for what happens next."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore import exceptions as aws

from crossfoot.errors import AwsUnavailable, Conflict

_BUSY = frozenset(
    (
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingError",
        "ThrottlingException",
    )
)


class ConditionFailed(Conflict):
    """The item is no longer what the write expects."""


class TransactionFailed(Conflict):
    """A transaction was not carried out, in no part; `failed` tells for each write whether its condition was the cause."""

    def __init__(self, message: str, failed: tuple[bool, ...]) -> None:
        super().__init__(message)
        self.failed = failed


@contextmanager
def own_errors() -> Iterator[None]:
    """Translate what goes wrong inside; a bug of ours passes as it is and crashes."""
    try:
        yield
    except aws.ClientError as error:
        own = _own_error(error)
        if own is None:
            raise
        raise own from error
    except (aws.ConnectionError, aws.HTTPClientError) as error:
        raise AwsUnavailable(f"DynamoDB did not answer: {type(error).__name__}") from error


def _own_error(error: aws.ClientError) -> Exception | None:
    """Name an error for what happens next; None for a bug of ours, which is to crash as it is."""
    code = error.response["Error"]["Code"]
    if code == "ConditionalCheckFailedException":
        return ConditionFailed("the item has changed")
    if code == "TransactionCanceledException":
        return _transaction_error(error)
    if code in ("TransactionConflictException", "TransactionInProgressException"):
        return Conflict("another transaction holds the item")
    if code in _BUSY or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
        return AwsUnavailable(f"DynamoDB is busy: {code}")
    return None


def _transaction_error(error: aws.ClientError) -> Exception | None:
    response: Mapping[str, Any] = error.response
    codes = tuple(str(reason.get("Code", "None")) for reason in response.get("CancellationReasons", ()))
    if "ValidationError" in codes:
        return None
    if _BUSY.intersection(codes):
        return AwsUnavailable(f"DynamoDB is busy: {', '.join(codes)}")
    return TransactionFailed(
        f"a transaction was cancelled: {', '.join(codes)}", tuple(code == "ConditionalCheckFailed" for code in codes)
    )
