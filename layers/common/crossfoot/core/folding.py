"""What people type differently, folded into one."""


def normalise(text: str) -> str:
    """Fold what people type differently: case, spaces and punctuation."""
    folded = text.casefold()
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))
