"""What a line of a ConnectWise bill is called in the mappings (S6)."""

from crossfoot.core.model import Line, LineKind


def item_key(line: Line) -> str:
    """Name what a line sells: the work of a time entry, the type of an expense, a product, an agreement. Source: S6."""
    return f"{line.kind}:{line.labour if line.kind is LineKind.TIME else line.item}"
