"""Texts that we write into the accounting: QuickBooks takes ISO-8859-1 only of a company in the United States."""

import unicodedata

_UNKNOWN = "?"
# What programs for writing put in by themselves, as a keyboard has it: notes on time are full of it.
_TYPED = str.maketrans({
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2032": "'", "\u2039": "'", "\u203a": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u2033": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
    "\u2022": "-", "\u25cf": "-", "\u25aa": "-", "\u2044": "/", "\u2192": "->", "\u20ac": "EUR",
})  # fmt: skip


def to_latin(text: str, length: int) -> str:
    """Say a text in printable ISO-8859-1, on one line and cut to a length; what was said so already stays as it is.

    Letters lose the marks that it lacks (`ő` is `o`), quotes and dashes become those of a keyboard, and what it lacks
    altogether is a question mark.
    """
    composed = unicodedata.normalize("NFC", text).translate(_TYPED)
    return " ".join("".join(map(_letter, composed)).split())[:length].rstrip()


def _letter(letter: str) -> str:
    if _is_latin(letter):
        return letter
    if letter.isspace() or unicodedata.category(letter) in ("Cc", "Cf", "Mn"):
        return "" if unicodedata.category(letter) in ("Cf", "Mn") else " "
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter).translate(_TYPED) if _is_latin(part))
    return plain or _UNKNOWN


def _is_latin(letter: str) -> bool:
    return letter.isprintable() and ord(letter) < 0x100
