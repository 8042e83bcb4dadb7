"""The OpenAPI 3.1 document, made from the table of routes that is served, so that the two cannot differ."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic.json_schema import JsonSchemaMode, models_json_schema

from crossfoot.entry.problems import MEDIA_TYPE
from crossfoot.messages.api.problems import ProblemShape
from crossfoot.messages.routes import Nothing, Route, Shape

DESCRIPTION_PATH = "/v1/openapi.json"
IDEMPOTENCY_KEY = "Idempotency-Key"

_KEY_PARAMETER = {
    "name": IDEMPOTENCY_KEY,
    "in": "header",
    "required": True,
    "description": "Made up by the caller, new for each request. For a day the same key with the same body gets the same "
    "answer, and with another body 422.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
_REF = "#/components/schemas/{model}"
_PROBLEMS = {
    400: "A member of the request is wrong; `errors` names it.",
    401: "The sign-in token is missing, wrong or has expired.",
    403: "The sign-in token names no partner, or a user who may not do this.",
    404: "There is no such thing, or it is another partner's.",
    409: "This needs something else first, or is being done; `fix` says what to do.",
    413: "The request is too large.",
    422: "It was understood and refused, by the connected system or because it does not fit what was sent before.",
    429: "Too many calls for now; see Retry-After.",
    500: "A mistake of ours.",
    503: "A connected system, which `system` names, or our own storage does not answer; see Retry-After.",
}
# What every route can answer, and what every route that asks for a token can.
_ALWAYS = (400, 413, 500)
_SIGNED_IN = (401, 403, 429)


def describe(routes: Sequence[Route[Any]], title: str, version: str) -> dict[str, Any]:
    """Describe the routes."""
    schemas = _Schemas(routes)
    paths: dict[str, dict[str, Any]] = {DESCRIPTION_PATH: {"get": _self_description()}}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "summary": "Three books in agreement, to the cent."},
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {
                "partner": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The ID token of a partner's user.",
                }
            },
        },
    }


class _Schemas:
    """The JSON schemas of every shape that the routes name, each told once."""

    def __init__(self, routes: Sequence[Route[Any]]) -> None:
        shapes = (shape for route in routes for shape in (route.path_shape, route.query, route.body))
        asked: set[type[Shape]] = {shape for shape in shapes if shape}
        told: set[type[Shape]] = {ProblemShape, *(route.answer for route in routes if route.answer)}
        pairs: list[tuple[type[Shape], JsonSchemaMode]] = [
            *((shape, "validation") for shape in _by_name(asked)),
            *((shape, "serialization") for shape in _by_name(told)),
        ]
        self._found, document = models_json_schema(pairs, ref_template=_REF)
        self.components: dict[str, Any] = document.get("$defs", {})

    def ref(self, shape: type[Shape], *, asked: bool = False) -> dict[str, Any]:
        """Point to a shape."""
        return self._found[shape, "validation" if asked else "serialization"]

    def members(self, shape: type[Shape]) -> Iterator[tuple[str, dict[str, Any], bool]]:
        """Give a shape's members: name, schema, and whether it must be there."""
        schema = self.components[self.ref(shape, asked=True)["$ref"].rpartition("/")[2]]
        for name, member in schema.get("properties", {}).items():
            yield name, member, name in schema.get("required", ())


def _by_name(shapes: set[type[Shape]]) -> list[type[Shape]]:
    return sorted(shapes, key=lambda shape: shape.__name__)


def _operation(route: Route[Any], schemas: _Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "security": [] if route.is_open else [{"partner": []}],
        "responses": {str(route.status): _success(route, schemas), **_problems(route, schemas)},
    }
    parameters = [*_parameters(route.path_shape, "path", schemas), *_parameters(route.query, "query", schemas)]
    if route.idempotent:
        parameters.append(_KEY_PARAMETER)
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None and route.body is not Nothing:
        content = {"application/json": {"schema": schemas.ref(route.body, asked=True)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(shape: type[Shape], place: str, schemas: _Schemas) -> Iterator[dict[str, Any]]:
    for name, schema, required in schemas.members(shape):
        yield {"name": name, "in": place, "required": required or place == "path", "schema": schema}


def _success(route: Route[Any], schemas: _Schemas) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": (route.answer.__doc__ if route.answer else None) or "Done."}
    if route.answer is not None:
        answer["content"] = {route.media_type: {"schema": schemas.ref(route.answer)}}
    elif route.media_type != "application/json":
        what = "A page." if route.media_type == "text/html" else "A file."
        answer = {"description": what, "content": {route.media_type: {"schema": {"type": "string"}}}}
    return answer


def _problems(route: Route[Any], schemas: _Schemas) -> dict[str, Any]:
    if route.media_type == "text/html":
        page = {"text/html": {"schema": {"type": "string"}}}
        return {"400": {"description": "A page that says why not.", "content": page}}
    statuses = {*_ALWAYS, *route.problems, *(() if route.is_open else _SIGNED_IN)}
    content = {MEDIA_TYPE: {"schema": schemas.ref(ProblemShape)}}
    return {str(status): {"description": _PROBLEMS[status], "content": content} for status in sorted(statuses)}


def _self_description() -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}}}
    return {
        "operationId": "getOpenApi",
        "summary": "This document",
        "security": [],
        "responses": {"200": {"description": "This document.", "content": content}},
    }
