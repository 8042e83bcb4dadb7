"""Say in plain words, by the type of a mistake, what is wrong with a member of a request."""

import re
from collections.abc import Mapping
from typing import Any

from crossfoot.messages.patterns import WORDS

_TEXT, _WHOLE, _FLAG = "This has to be text.", "This has to be a whole number.", "This has to be true or false."
_DAY = "This has to be a day, written like 2026-11-03."
_TIME = "This has to be a time with its zone, written like 2026-11-03T17:00:00Z."
_OBJECT = "This has to be an object with members."

# The words take what the mistake says of itself by name.
_BY_TYPE = {
    "missing": "This is missing.",
    "extra_forbidden": "There is no such member here.",
    "string_type": _TEXT,
    "string_unicode": "This is no readable text.",
    "string_too_short": "This has to have at least {min_length} characters.",
    "string_too_long": "This may have at most {max_length} characters.",
    "enum": "This has to be {expected}.",
    "literal_error": "This has to be {expected}.",
    "bool_type": _FLAG,
    "bool_parsing": _FLAG,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "greater_than": "This has to be more than {gt}.",
    "greater_than_equal": "This has to be {ge} or more.",
    "less_than": "This has to be less than {lt}.",
    "less_than_equal": "This has to be {le} or less.",
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "datetime_object_invalid": _TIME,
    "timezone_aware": _TIME,
    "list_type": "This has to be a list.",
    "too_short": "There have to be at least {min_length} of these.",
    "too_long": "There may be at most {max_length} of these.",
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
}
_EMPTY = "This may not be empty."
_UNKNOWN = "This is not as our description of the API has it."


def to_words(type_: str, context: Mapping[str, Any], message: str) -> str:
    """Say what is wrong.

    Takes: `type_`, `context` and `message` as pydantic has them; the message of a `value_error` is in our own words.
    """
    match type_:
        case "value_error":
            return message.removeprefix("Value error, ")
        case "string_pattern_mismatch":
            return WORDS.get(context["pattern"], _UNKNOWN)
        case "string_too_short" | "too_short" if context["min_length"] == 1:
            return _EMPTY
        case "enum" | "literal_error":
            return _BY_TYPE[type_].format(expected=_to_choices(context["expected"]))
        case _:
            return _BY_TYPE.get(type_, _UNKNOWN).format_map(context)


def _to_choices(expected: str) -> str:
    """Show each choice by its value alone, and not by the name that it has in our code."""
    return re.sub(r"<\w+\.\w+: ('[^']*')>", r"\1", expected)
