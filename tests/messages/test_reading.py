"""What people sent is refused in plain words, with the member named."""

from collections.abc import Iterator
from typing import Any

import pytest
from crossfoot.messages.api.connections import OAuthReturn
from crossfoot.messages.api.filters import FiltersShape
from crossfoot.messages.api.matches import MatchDecision, MatchQuery
from crossfoot.messages.fields import BadFields
from crossfoot.messages.mistakes import to_words
from crossfoot.messages.patterns import WORDS
from crossfoot.messages.platform import PlatformPayment, PlatformPayout
from crossfoot.messages.reading import read_shape
from crossfoot.messages.routes import Shape
from crossfoot.steps.api.routes import ROUTES

REQUESTS = tuple(
    {
        shape: None
        for route in ROUTES
        for shape in (route.path_shape, route.query, route.body, PlatformPayment, PlatformPayout)
        if shape is not None
    }
)
DECISION = {"accounting": "quickbooks-1", "psa": "connectwise-2", "verdict": "same"}
FILTERS: dict[str, Any] = {name: [] for name in FiltersShape.model_fields} | {"from": None, "to": None}
del FILTERS["first"], FILTERS["last"]


def complaints(shape: type[Shape], given: object, *, strict: bool = True) -> dict[str, str]:
    with pytest.raises(BadFields) as refused:
        read_shape(shape, given, strict=strict)
    return dict(refused.value.errors)


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"psa": "2"}, "psa", "This has to be a record's id as our API gives it, like quickbooks-129."),
        ({"psa": 2}, "psa", "This has to be text."),
        ({"verdict": "perhaps"}, "verdict", "This has to be 'same' or 'different'."),
        ({"kind": "payout"}, "kind", "This has to be 'invoice' or 'customer'."),
        ({"although_different": "yes"}, "although_different", "This has to be true or false."),
        ({"colour": "red"}, "colour", "There is no such member here."),
    ],
)
def test_a_bad_member_is_named_and_said_in_plain_words(changed: dict[str, Any], field: str, words: str) -> None:
    assert complaints(MatchDecision, {**DECISION, **changed}) == {field: words}


def test_a_missing_member_and_a_body_that_is_no_object_are_said_too() -> None:
    assert complaints(MatchDecision, {}) == dict.fromkeys(("accounting", "psa", "verdict"), "This is missing.")
    assert complaints(MatchDecision, [1]) == {"body": "This has to be an object with members."}


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"location": "11"}, "location", "This has to be a list."),
        ({"location": [""]}, "location.0", "This may not be empty."),
        ({"location": ["x" * 101]}, "location.0", "This may have at most 100 characters."),
        ({"location": ["x"] * 1_001}, "location", "There may be at most 1000 of these."),
        ({"from": "11/03/2026"}, "from", "This has to be a day, written like 2026-11-03."),
    ],
)
def test_lists_texts_and_days_are_said_with_their_limits(changed: dict[str, Any], field: str, words: str) -> None:
    assert complaints(FiltersShape, {**FILTERS, **changed}) == {field: words}


def test_numbers_are_said_with_their_limits() -> None:
    assert complaints(MatchQuery, {"limit": "many"}, strict=False) == {"limit": "This has to be a whole number."}
    assert complaints(MatchQuery, {"limit": "0"}, strict=False) == {"limit": "This has to be 1 or more."}
    assert complaints(MatchQuery, {"limit": "201"}, strict=False) == {"limit": "This has to be 200 or less."}


def test_our_own_words_stay_and_what_nobody_foresaw_is_still_no_riddle() -> None:
    assert to_words("value_error", {}, "Value error, that is no time of ours") == "that is no time of ours"
    assert to_words("multiple_of", {"multiple_of": 5}, "Input should be a multiple of 5").startswith("This is not")


def test_every_pattern_of_a_request_has_words() -> None:
    used = {pattern for shape in REQUESTS for pattern in _patterns(shape.model_json_schema())}
    assert used
    assert used <= WORDS.keys()


# What Intuit adds to our address is answered by a page.
@pytest.mark.parametrize(
    "shape", [shape for shape in REQUESTS if shape is not OAuthReturn], ids=lambda shape: shape.__name__
)
@pytest.mark.parametrize("wrong", ["", 7, None, [], {"a": 1}, "\n"])
def test_no_request_is_refused_in_the_words_of_a_library(shape: type[Shape], wrong: object) -> None:
    names = [field.alias or name for name, field in shape.model_fields.items()]
    said = complaints(shape, {**dict.fromkeys(names, wrong), "nonsense": wrong})
    assert said["nonsense"] == "There is no such member here."
    for words in said.values():
        assert "should" not in words
        assert "nput" not in words
        assert "our description of the API" not in words, "nobody foresaw it"


def _patterns(schema: object) -> Iterator[str]:
    match schema:
        case dict():
            if isinstance(schema.get("pattern"), str):
                yield schema["pattern"]
            for each in schema.values():
                yield from _patterns(each)
        case list():
            for each in schema:
                yield from _patterns(each)
