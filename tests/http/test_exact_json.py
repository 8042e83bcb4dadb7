"""JSON as vendors write it, and the halves of characters in it."""

from typing import Any

import pytest
from crossfoot.http import read_json

CUT, MISSING, EMOJI = "\\ud83d", "\N{REPLACEMENT CHARACTER}", "\N{GRINNING FACE}"


@pytest.mark.parametrize("as_bytes", [True, False])
@pytest.mark.parametrize(
    ("text", "value"),
    [
        (f'{{"a": ["cut {CUT}", 1.50]}}', {"a": [f"cut {MISSING}", 1.50]}),
        (f'"{CUT}{CUT}\\ude00"', f"{MISSING}{EMOJI}"),
        ('"\\ude00 behind"', f"{MISSING} behind"),
        (f'{{"{CUT}": null}}', {MISSING: None}),
        (f'"{CUT}\\ude00 {EMOJI} \\u00e9"', f"{EMOJI} {EMOJI} é"),
        ('"\ud83d"', MISSING),
    ],
)
def test_x5_half_of_a_character_does_not_sink_what_it_stands_in(text: str, value: Any, as_bytes: bool) -> None:
    found = read_json(text.encode(errors="surrogatepass") if as_bytes else text)
    assert found == value
    assert "\ud83d" not in str(found)
    str(found).encode()
