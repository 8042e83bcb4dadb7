"""Every code that can hold a payment, a payout or a payable up has a plain name and a fix, or passes by itself (X1)."""

import ast
from collections.abc import Iterator
from pathlib import Path

from crossfoot.core.remedies import BY_ITSELF, REMEDIES

LAYER = Path(__file__).parents[2] / "layers/common/crossfoot"
# Where it is decided on payments, payouts and payables, by whoever notes what holds them up.
DECIDING = (
    "core/depositing.py",
    "core/eligibility.py",
    "core/holds.py",
    "core/payables/building.py",
    "core/payables/differing.py",
    "core/payables/holding.py",
    "core/payables/lacking.py",
    "core/payables/paying.py",
    "core/payables/planning.py",
    "core/payables/refusals.py",
    "core/planning.py",
    "core/receiving.py",
    "core/slip_lines.py",
    "core/sync/checking.py",
    "steps/mirror_bill",
    "steps/mirror_payment",
    "steps/record_deposit.py",
    "steps/sync_batch/posting.py",
    "steps/sweep.py",
)
HOLDING = ("waits", "refused")
# Said of a bill in its run, and holds nothing up: it can be synced again.
ENDS_ONLY = frozenset({"undone_meanwhile"})


def _sources() -> Iterator[Path]:
    for name in DECIDING:
        path = LAYER / name
        yield from path.rglob("*.py") if path.is_dir() else (path,)


def _codes() -> Iterator[str]:
    for path in _sources():
        tree = ast.parse(path.read_text())
        named = dict(_named_texts(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in HOLDING:
                code = node.args[2]
                if isinstance(code, ast.Name):
                    code = named[code.id]
                assert isinstance(code, ast.Constant), f"{path.name}:{node.lineno} makes its code up as it goes"
                yield str(code.value)


def _named_texts(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """List the module's own constants: a code that is asked for elsewhere has a name."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def test_x1_every_code_that_holds_a_payment_or_payout_up_says_what_mends_it() -> None:
    found = set(_codes())
    assert len(found) > 25
    assert found - {*REMEDIES, *BY_ITSELF, *ENDS_ONLY} == set()
    assert {*REMEDIES, *BY_ITSELF} - found == set(), "nothing is held up by these any more"


def test_x1_whoever_decides_on_payments_or_payouts_is_looked_at() -> None:
    """A new module that the two steps import from core and that parks something has to be named above."""
    parking = {
        f"core/{path.name}"
        for path in (LAYER / "core").glob("*.py")
        if any(f"{call}(pay" in path.read_text() for call in HOLDING)
    }
    assert parking - {*DECIDING, "core/tying.py"} == set()


def test_x1_whoever_decides_on_payables_is_looked_at() -> None:
    """What only shows how far a payable has come parks nothing."""
    parking = {
        f"core/payables/{path.name}"
        for path in (LAYER / "core/payables").glob("*.py")
        if any(f"{call}(" in path.read_text() for call in HOLDING)
    }
    assert parking - {*DECIDING, "core/payables/progress.py"} == set()
