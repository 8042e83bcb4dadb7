"""The vendors' recorded answers, where they lie beside the project: read by other means than the code under test."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

RECORDINGS = Path(__file__).parents[3] / "shared" / "vendor" / "recordings"
QUICKBOOKS, CONNECTWISE = RECORDINGS / "quickbooks-online", RECORDINGS / "connectwise-psa"
SEEN = "2026-11-03T09:00:00.5-08:00"

needs_recordings = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings do not lie beside the project")


def exact(text: str) -> Any:
    """Parse JSON without losing a digit."""
    return json.loads(text, parse_float=Decimal)


def quickbooks_texts() -> Iterator[tuple[str, str]]:
    """Give every recorded JSON body with its file's name: of answers, and of a fixture that is one itself."""
    for path in sorted(QUICKBOOKS.rglob("*.json")):
        text = path.read_text()
        recorded = json.loads(text)
        if isinstance(recorded, list) and recorded and isinstance(recorded[0], dict) and "response" in recorded[0]:
            bodies = (exchange["response"].get("body") or "" for exchange in recorded)
            yield from ((path.name, body) for body in bodies if body.lstrip().startswith("{"))
        else:
            yield path.name, text


def found(body: Any, entity: str) -> Iterator[dict[str, Any]]:
    """Find every record of an entity type anywhere in a body: alone, in a list, in a query, a batch or a change read."""
    if isinstance(body, list):
        for each in body:
            yield from found(each, entity)
    elif isinstance(body, dict):
        for name, value in body.items():
            records = value if isinstance(value, list) else [value]
            if name == entity:
                yield from (each for each in records if isinstance(each, dict) and "Id" in each)
            else:
                yield from found(value, entity)


@cache
def recorded(entity: str) -> tuple[dict[str, Any], ...]:
    """Give every record of an entity type that an answer holds under its name."""
    return tuple(record for _, text in quickbooks_texts() for record in found(exact(text), entity))


def in_utc(time: str) -> str:
    """Write a vendor's time as we keep it."""
    return datetime.fromisoformat(time).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
