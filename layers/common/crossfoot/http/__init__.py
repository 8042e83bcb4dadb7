"""The one door to the internet. What goes through it is bounded, pinned, exact, and every failure has a name."""

from crossfoot.http.door import (
    CHUNK_BYTES,
    DEFAULT_RETRY_AFTER_S,
    MAX_ANSWER_BYTES,
    READ_TIMEOUT_S,
    TOTAL_TIMEOUT_S,
    Answer,
    Door,
    Download,
    retry_after_s,
)
from crossfoot.http.exact_json import Wire, read_json, write_json
from crossfoot.http.hosts import LOCAL, RESOLUTION_LIFE_S, STRICT, Policy, check_url, is_public
from crossfoot.http.line import Line

__all__ = [
    "CHUNK_BYTES",
    "DEFAULT_RETRY_AFTER_S",
    "LOCAL",
    "MAX_ANSWER_BYTES",
    "READ_TIMEOUT_S",
    "RESOLUTION_LIFE_S",
    "STRICT",
    "TOTAL_TIMEOUT_S",
    "Answer",
    "Door",
    "Download",
    "Line",
    "Policy",
    "Wire",
    "check_url",
    "is_public",
    "read_json",
    "retry_after_s",
    "write_json",
]
