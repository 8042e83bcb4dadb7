"""Read JSON into a shape, and name every member that is not as it should be."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from crossfoot.messages.fields import BadFields
from crossfoot.messages.mistakes import to_words
from crossfoot.messages.routes import Shape

_JSON = TypeAdapter[Any](Any)


def read_json(raw: bytes) -> Any:
    """Read JSON exactly as it is written. Raises: BadFields."""
    try:
        return _JSON.validate_json(raw)
    except ValidationError:
        raise BadFields([("body", "This is not JSON.")]) from None


def read_shape[S: Shape](shape: type[S], given: object, where: str = "", *, strict: bool = False) -> S:
    """Read a shape from JSON's values.

    Takes: `where` stands before the name of each member, as in "path."; with `strict` a text is no number and no boolean.
    Raises: BadFields.
    """
    try:
        return shape.model_validate_json(_JSON.dump_json(given), strict=strict)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        raise BadFields(
            [(_name(where, each["loc"]), to_words(each["type"], each.get("ctx", {}), each["msg"])) for each in found]
        ) from None


def _name(where: str, location: Sequence[int | str]) -> str:
    return where + ".".join(map(str, location)) if location else where.rstrip(".") or "body"
