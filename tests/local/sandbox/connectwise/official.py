"""The official schemas and the index of endpoints, where the recordings lie beside the project."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from local.sandbox.store import dump_json

RECORDINGS = Path(__file__).parents[5] / "shared" / "vendor" / "recordings" / "connectwise-psa"
OFFICIAL = RECORDINGS / "openapi" / "connectwise-psa-2026.4-GET-subset.official.json"
ASSEMBLED = RECORDINGS / "openapi" / "connectwise-psa-finance-slice.COMPOSITE.json"
INDEX = RECORDINGS / "openapi" / "all-endpoints-spring2025.json"
needs_recordings = pytest.mark.skipif(not OFFICIAL.exists(), reason=f"no vendor recordings at {RECORDINGS}")


@cache
def definitions() -> dict[str, Any]:
    """The official schemas, and the assembled ones for the rest, as JSON Schema.

    OpenAPI 3.0 says `nullable` where JSON Schema has a type of its own.
    """
    files = (json.loads(file.read_text())["components"]["schemas"] for file in (ASSEMBLED, OFFICIAL))
    known = {name: _as_json_schema(definition) for schemas in files for name, definition in schemas.items()}
    # Declared as an object; but the recorded patches of a real server carry texts.
    known["PatchOperation"]["properties"]["value"] = {}
    return known


def _as_json_schema(node: Any) -> Any:
    if isinstance(node, list):
        return [_as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    turned = {key: _as_json_schema(value) for key, value in node.items()}
    if turned.pop("nullable", False):
        turned["type"] = [turned["type"], "null"]
        if "enum" in turned:
            turned["enum"] = [*turned["enum"], None]
    return turned


@cache
def _validator(schema: str) -> Any:
    whole = {"components": {"schemas": definitions()}, **json.loads(schema)}
    return Draft202012Validator(whole)


def faults_of(schema: str | dict[str, Any], body: Any) -> list[str]:
    """Hold a body against a schema. Takes: the schema, or the name of one."""
    named = {"$ref": f"#/components/schemas/{schema}"} if isinstance(schema, str) else schema
    plain = json.loads(dump_json(body))
    found = _validator(json.dumps(named)).iter_errors(plain)
    return [f"{error.json_path}: {error.message}" for error in found]


@cache
def known_endpoints() -> frozenset[tuple[str, str]]:
    """Every official method and path; names in a path do not count, nor do case and a slash at the end."""
    listed = json.loads(INDEX.read_text())
    return frozenset((method.upper(), plain(each["path"])) for each in listed for method in each["methods"])


def plain(path: str) -> str:
    return re.sub(r"\{[^}]*\}|(?<=/)\d+(?=/|$)", "{}", path).rstrip("/").lower()


def request_schema(method: str, path: str) -> dict[str, Any] | None:
    """The schema of what may be sent. Returns: None where the recordings have none."""
    for template, operations in json.loads(ASSEMBLED.read_text())["paths"].items():
        if plain(template) == plain(path) and method.lower() in operations:
            content = operations[method.lower()].get("requestBody", {}).get("content", {})
            found: dict[str, Any] | None = content.get("application/json", {}).get("schema")
            return found
    return None
