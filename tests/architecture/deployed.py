"""Read template.yaml as data: intrinsic functions in their long form, loops unrolled, globals left where they are."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


class _Loader(yaml.CSafeLoader):
    """The one written in C: the other takes as long for the template as for all the tests of it."""


def _long_form(loader: _Loader, tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        return (
            {tag: value}
            if tag in {"Ref", "Condition"}
            else {f"Fn::{tag}": value.split(".") if tag == "GetAtt" else value}
        )
    if isinstance(node, yaml.SequenceNode):
        return {f"Fn::{tag}": loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {tag if tag == "Ref" else f"Fn::{tag}": loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _long_form)


@cache
def template() -> dict[str, Any]:
    """The whole template."""
    read: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), _Loader)
    return read


@cache
def resources() -> dict[str, dict[str, Any]]:
    """Every resource by its logical id."""
    found: dict[str, dict[str, Any]] = {}
    for name, body in template()["Resources"].items():
        found |= _unroll(body) if name.startswith("Fn::ForEach::") else {name: body}
    return found


def _unroll(loop: list[Any]) -> dict[str, dict[str, Any]]:
    variable, values, body = loop
    text = json.dumps(body)
    unrolled: dict[str, dict[str, Any]] = {}
    for value in values:
        unrolled |= json.loads(text.replace("${" + variable + "}", value))
    return unrolled


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of every resource of a type, by logical id."""
    return {name: body["Properties"] for name, body in resources().items() if body["Type"] == kind}


def steps() -> dict[str, dict[str, Any]]:
    """The functions' properties by step: the name of the folder that their code is in."""
    functions = of_type("AWS::Serverless::Function").values()
    return {function["CodeUri"].removeprefix("functions/").rstrip("/"): function for function in functions}


def role_of(function: dict[str, Any]) -> str:
    """The logical id of a function's role."""
    role: str = function["Role"]["Fn::GetAtt"][0]
    return role


def statements(role: str) -> list[dict[str, Any]]:
    """What a role allows."""
    policies = resources()[role]["Properties"]["Policies"]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def as_list(value: Any) -> list[Any]:
    """A policy's one-or-many, as many."""
    return value if isinstance(value, list) else [value]


def timing(stage: str, value: Any) -> int:
    """A number of the template in one stage, looked up in `Timing` where it depends on the stage."""
    if isinstance(value, dict):
        value = template()["Mappings"]["Timing"][stage][value["Fn::FindInMap"][2]]
    return int(value)
