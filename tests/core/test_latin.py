"""What is written into QuickBooks is in letters that every company of it takes."""

import pytest
from crossfoot.core.latin import to_latin
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.letters import LETTERS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pay_01HV7", "pay_01HV7"),
        ("Café Müller", "Café Müller"),
        ("Cafe\u0301", "Café"),
        ("Őrség Łódź", "Orség ?ódz"),
        ("支払 INV-7", "?? INV-7"),
        ("paid 🚗 today", "paid ? today"),
        ("a\tb\r\n c\u200b\x00d", "a b c d"),
        ("４２", "42"),
        ("it’s “done” – 3 sites…", 'it\'s "done" - 3 sites...'),
        ("• ⅓ hour → €5 — next", "- 1/3 hour -> EUR5 - next"),
    ],
)
def test_a_text_is_said_in_latin_letters(text: str, said: str) -> None:
    assert to_latin(text, 40) == said


@given(st.text(LETTERS, max_size=40), st.integers(1, 21))
def test_whatever_is_said_once_stays_as_it_is_and_fits(text: str, length: int) -> None:
    said = to_latin(text, length)
    assert len(said) <= length
    assert said.encode("latin-1").decode("latin-1") == said
    assert said.isprintable()
    assert to_latin(said, length) == said
