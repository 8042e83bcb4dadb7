"""The ConnectWise batch of one bill: the flag, for every product, that it is in the books (S3)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from crossfoot.core.effects import Effect, Json, marker_of
from crossfoot.core.receipts import Operation

GL_BATCH = "gl_batch"
IDENTIFIER_LENGTH = 50
_UNUSUAL = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True)
class BatchWrite:
    """One write on the batch of a bill. Takes: `identifier` names it in ConnectWise; `id` is "" until it is known."""

    operation: Operation
    identifier: str
    record_ids: tuple[int, ...] = ()
    id: str = ""


def identifier_for(number: str, key: str) -> str:
    """Name a batch for people, by the invoice, and for us, by the effect that makes it. Source: S3.

    It is looked for by this name, in a condition: what could mean anything else there is left out.
    """
    marker = marker_of(key).removeprefix("xf:")
    return f"CF-{_UNUSUAL.sub('', number)[: IDENTIFIER_LENGTH - len(marker) - 4]}-{marker}"


def to_body(write: BatchWrite) -> dict[str, Json]:
    """Store a write in an effect's body."""
    return {
        "operation": write.operation.value,
        "identifier": write.identifier,
        "record_ids": list(write.record_ids),
        "id": write.id,
    }


def from_body(body: Mapping[str, Json]) -> BatchWrite:
    """Read a write back from an effect's body, or what stands after it from its result."""
    ids = tuple(cast(int, each) for each in cast("list[Json]", body["record_ids"]))
    return BatchWrite(
        Operation(cast(str, body["operation"])), cast(str, body["identifier"]), ids, cast(str, body["id"])
    )


def standing_batch(latest: Effect | None) -> BatchWrite | None:
    """Give the batch of ours that a bill is in, by its settled effects."""
    return from_body(latest.result) if latest is not None and latest.result else None
