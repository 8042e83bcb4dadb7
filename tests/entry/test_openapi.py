"""The OpenAPI document: valid, complete, and true to what is served."""

import json
from typing import Any

import pytest
from crossfoot.entry.openapi import DESCRIPTION_PATH
from crossfoot.messages.api.problems import ProblemShape
from crossfoot.messages.routes import Route
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.payables_routes import PAYABLES_CONTROL
from crossfoot.steps.api.routes import ROUTES
from crossfoot.steps.api.sync_routes import SYNC
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.schemas import schema_v31
from referencing import Resource

from tests.fakes.api import FakeApi, claims_of
from tests.fakes.whole import BODIES, path_of, whole_api
from tests.fakes.world import TENANT


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = FakeApi().call("GET", DESCRIPTION_PATH, tenant=None).body
    return found


class _Indexed(OpenAPIV31SpecValidator):
    """The schema of OpenAPI, gone through once for what it refers to: it would be anew at every reference otherwise."""

    schema_validator = Draft202012Validator(
        schema_v31,
        registry=REGISTRY.with_resource(schema_v31["$id"], Resource.from_contents(dict(schema_v31))).crawl(),
    )


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["operationId"]: each for path in document["paths"].values() for each in path.values()}


def test_it_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert list(_Indexed(document).iter_errors()) == []


def test_it_names_every_route_that_is_served_and_no_other(document: dict[str, Any]) -> None:
    named = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert named == {(route.method, route.path) for route in ROUTES} | {("GET", DESCRIPTION_PATH)}


def test_every_route_tells_its_problems(document: dict[str, Any]) -> None:
    for route in ROUTES:
        responses = operations(document)[route.name]["responses"]
        assert str(route.status) in responses
        if route.media_type != "application/json":
            continue
        expected = {400, 413, 500, *route.problems} | (set() if route.is_open else {401, 403, 429})
        assert {int(status) for status in responses} == {route.status, *expected}
        for status in expected:
            schema = responses[str(status)]["content"]["application/problem+json"]["schema"]
            assert schema["$ref"].endswith("/ProblemShape")


def test_only_open_routes_ask_for_no_token(document: dict[str, Any]) -> None:
    unlocked = {name for name, operation in operations(document).items() if not operation["security"]}
    assert unlocked == {"getOpenApi", "finishQuickBooks"}


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    for reference in {part.partition('"')[0] for part in text.split('"$ref": "')[1:]}:
        node: Any = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
        assert node


@pytest.fixture(scope="module")
def whole() -> FakeApi:
    """A world that every route reads something from."""
    return whole_api()


READING = [route for route in ROUTES if route.method == "GET" and route.media_type == "application/json"]


@pytest.mark.parametrize("route", READING, ids=lambda route: route.name)
def test_what_is_served_is_what_is_described(document: dict[str, Any], whole: FakeApi, route: Route[Ports]) -> None:
    schema = operations(document)[route.name]["responses"]["200"]["content"]["application/json"]["schema"]
    reply = whole.call("GET", path_of(route))
    assert reply.status == 200, reply.text
    _check(document, schema, reply.body)
    lists = [value for value in reply.body.values() if isinstance(value, list)]
    assert not lists or any(lists), "an empty answer shows nothing"


WRITING = [route for route in (*SYNC, *PAYABLES_CONTROL) if route.method != "GET"]


@pytest.mark.parametrize("route", WRITING, ids=lambda route: route.name)
def test_what_is_answered_to_a_deed_is_what_is_described(document: dict[str, Any], route: Route[Ports]) -> None:
    described = operations(document)[route.name]["responses"][str(route.status)]["content"]["application/json"]
    claims = {**claims_of(TENANT), "cognito:groups": route.group}
    reply = whole_api().call(route.method, path_of(route), body=BODIES.get(route.name, {}), claims=claims)
    assert reply.status == route.status, reply.text
    _check(document, described["schema"], reply.body)


def test_a_problem_is_what_is_described(document: dict[str, Any]) -> None:
    reply = FakeApi().call("PUT", "/v1/preferences", body={"primary": "xero"})
    ProblemShape.model_validate(reply.body)
    _check(document, {"$ref": "#/components/schemas/ProblemShape"}, {"errors": None, **reply.body})


def _check(document: dict[str, Any], schema: dict[str, Any], body: object) -> None:
    whole = {**schema, "components": document["components"]}
    assert [error.message for error in Draft202012Validator(whole).iter_errors(body)] == []
