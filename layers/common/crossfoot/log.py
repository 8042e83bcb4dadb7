"""One JSON line per event, and nothing secret in any of them.

Modules log with `logging.getLogger(__name__)` and put what a search needs into `extra`. The entry decides once per worker
how that is written: `start_logging` everywhere, `guard_logging` where Powertools would cost too much of a cold start.
"""

import json
import logging
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

REDACTED = "[redacted]"

_NAMES = (
    "token|secret|passw|authorization|(?:private|public|api|signing)[_-]?key|client[_-]?id|signature|credential|cookie"
)
_SECRET_NAME = re.compile(f"(?i){_NAMES}")
# A name like one of those before a value, in JSON, a query string, a header dump or Python's own repr.
_NAMED_VALUE = re.compile(
    rf"(?i)(?P<name>[\w.-]*(?:{_NAMES})[\w.-]*\\?[\"']?\s*[:=]\s*)"
    r"(?P<value>\\?\"[^\"]*\"|'[^']*'|(?:(?:bearer|basic)\s+)?[^\s,;&}\"']+)"
)
_OAUTH_RETURN = re.compile(r"(?i)(?P<name>[?&\s](?:code|state)=)[^&\s\"']+")
_SCHEME = re.compile(r"(?i)\b(?P<name>bearer|basic)\s+[\w.~+/=-]{8,}")
_JOSE = re.compile(r"\beyJ[\w=-]{8,}\.[\w.=-]*")
_CALLBACK = re.compile(r"(?P<name>/webhooks/connectwise/)[^/?\s\"']+")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def redact_text(text: str) -> str:
    """Blank out what looks like a secret in running text."""
    text = _JOSE.sub(REDACTED, text)
    text = _CALLBACK.sub(rf"\g<name>{REDACTED}", text)
    text = _NAMED_VALUE.sub(rf"\g<name>{REDACTED}", text)
    text = _SCHEME.sub(rf"\g<name> {REDACTED}", text)
    return _OAUTH_RETURN.sub(rf"\g<name>{REDACTED}", text)


def redact(value: Any) -> Any:
    """Blank out secrets in a value of JSON's shape: whole fields by their name, text by its look."""
    match value:
        case str():
            return redact_text(value)
        case Mapping():
            return {key: REDACTED if _SECRET_NAME.search(str(key)) else redact(item) for key, item in value.items()}
        case list() | tuple():
            return [redact(item) for item in value]
        case None | bool() | int():
            return value
        case _:
            return redact_text(str(value))


class Guard(logging.Filter):
    """Redacts a record before any formatter sees it; for workers that bring no formatter of their own."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the message, the extra fields and the traceback."""
        record.msg, record.args = redact_text(record.getMessage()), ()
        for name in record.__dict__.keys() - _STANDARD:
            setattr(record, name, REDACTED if _SECRET_NAME.search(name) else redact(getattr(record, name)))
        if record.exc_info:
            # Formatters print `exc_text` when it is there. The live exception goes, because others print that.
            record.exc_text = redact_text(logging.Formatter().formatException(record.exc_info))
            record.msg, record.exc_info = f"{record.msg}\n{record.exc_text}", None
            record.exc_text = None
        return True


_formatter: "LambdaPowertoolsFormatter | None" = None


def start_logging(service: str, level: str) -> None:
    """Write every record of this worker as a JSON line. Calling it again changes nothing but the names."""
    global _formatter
    from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

    _formatter = LambdaPowertoolsFormatter(
        json_serializer=_to_line, service=service, utc=True, use_rfc3339=True,
        log_record_order=["level", "timestamp", "service", "message"],
    )  # fmt: skip
    for handler in _prepare_root(level):
        handler.setFormatter(_formatter)


def guard_logging(level: str) -> None:
    """Leave the writing to the Lambda runtime (template.yaml: LogFormat JSON), and only keep secrets out."""
    for handler in _prepare_root(level):
        if not any(isinstance(present, Guard) for present in handler.filters):
            handler.addFilter(Guard())


def bind(**keys: str) -> None:
    """Put fields, for example the request id, into every line from now on; those bound before are dropped."""
    if _formatter is not None:
        _formatter.clear_state()
        _formatter.append_keys(**keys)


def _prepare_root(level: str) -> list[logging.Handler]:
    """Make sure that the root logger writes somewhere; the Lambda runtime has a handler of its own there."""
    root = logging.getLogger()
    root.setLevel(level)
    # They print request and response lines at DEBUG, which is never worth a partner's data.
    for noisy in ("boto3", "botocore", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    if not root.handlers:
        root.addHandler(logging.StreamHandler())
    return root.handlers


def _to_line(fields: Any) -> str:
    return json.dumps(redact(fields), ensure_ascii=False)
