"""What a planted fault is, and where faults are planted."""

from dataclasses import dataclass

LAYER = "layers/common/crossfoot"
CORE = f"{LAYER}/core"
STEPS = f"{LAYER}/steps"
ADAPTERS = f"{LAYER}/adapters"
LEDGER = f"{LAYER}/ledger.py"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault.

    Takes: `old` stands exactly once in `path`; `unseen` says why the simulation cannot see it, where it cannot: the
    ordinary tests must catch it all the same.
    """

    name: str
    path: str
    old: str
    new: str
    unseen: str = ""
