"""Texts that we write into the accounting: QuickBooks takes ISO-8859-1 only of a company in the United States."""

import unicodedata

_UNKNOWN = "?"


def to_latin(text: str, length: int) -> str:
    """Say a text in printable ISO-8859-1, on one line and cut to a length; what was said so already stays as it is.

    Letters lose the marks that it lacks (`ő` is `o`), and what it lacks altogether is a question mark.
    """
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(map(_letter, composed)).split())[:length].rstrip()


def _letter(letter: str) -> str:
    if _is_latin(letter):
        return letter
    if letter.isspace() or unicodedata.category(letter) in ("Cc", "Cf", "Mn"):
        return "" if unicodedata.category(letter) in ("Cf", "Mn") else " "
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if _is_latin(part))
    return plain or _UNKNOWN


def _is_latin(letter: str) -> bool:
    return letter.isprintable() and ord(letter) < 0x100
