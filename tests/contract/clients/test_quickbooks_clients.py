"""Clients written by others work against the QuickBooks sandbox unchanged: python-quickbooks and intuit-oauth.

They live in an environment of their own below `.tools/`, made once from a lock with hashes, because they pin what they
need. Plain http is allowed to them by their own variable, as their documentation says for tests on one machine.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
REQUIREMENTS = HERE / "quickbooks-requirements.txt"
MAKE_S, RUN_S = 300, 60


def _client_python() -> Path:
    """Return the interpreter of the clients' environment, made when it is missing or was not finished."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    place = ROOT / ".tools" / "clients" / f"quickbooks-{digest}"
    python, finished = place / "bin" / "python", place / "finished"
    if not finished.exists():
        _run([sys.executable, "-m", "venv", "--clear", str(place)])
        _run([str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(REQUIREMENTS)])
        finished.touch()
    return python


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=MAKE_S)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        said = str(error.stderr or error).strip().splitlines()
        pytest.skip(f"the clients' environment could not be made: {said[-1] if said else error}")


def _seen(module: str) -> dict[str, Any]:
    """Run a client's module against a sandbox of its own, and return what it saw."""
    sandbox = subprocess.Popen(
        [sys.executable, "-m", "local.sandbox.quickbooks", "--port", "0", "--switch", "rate_limits=false"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert sandbox.stdout is not None
        return run_client(module, sandbox.stdout.readline())
    finally:
        sandbox.terminate()
        sandbox.communicate(timeout=RUN_S)


def run_client(module: str, told: str) -> dict[str, Any]:
    """Run a client's module in its own environment, and return what it saw. Takes: `told` is its only argument."""
    ran = subprocess.run(
        [str(_client_python()), "-m", f"tests.contract.clients.{module}", told],
        check=False,
        capture_output=True,
        text=True,
        timeout=RUN_S,
        cwd=ROOT,
        env={"OAUTHLIB_INSECURE_TRANSPORT": "1", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    """What the clients saw while they went through the whole scenario once."""
    return _seen("quickbooks_scenario")


@pytest.fixture(scope="module")
def breadth() -> dict[str, Any]:
    """What python-quickbooks saw of every entity."""
    return _seen("quickbooks_breadth")


def test_intuit_oauth_connects_refreshes_and_is_refused_an_old_token(seen: dict[str, Any]) -> None:
    assert seen["connected"] == {
        "state": True,
        "realm": True,
        "rotated": True,
        "expires_in": 3600,
        "reuse": "invalid_grant",
    }


def test_accounts_items_and_customers(seen: dict[str, Any]) -> None:
    assert seen["names"] == {
        "item": ["Nightly", "1", 5],
        "account": "Revenue",
        "customer": ["likes birds", "1"],
        "choose": ["1"],
        "gone": ["Leaving (deleted)", 1, 2],
        "duplicate": ["QuickbooksException", 6240],
    }


def test_invoices_and_payments(seen: dict[str, Any]) -> None:
    assert seen["sales"] == {
        "invoice": [100.0, "1", "edited", "1001"],
        "paid": [39.9, "Payment"],
        "replayed": True,
        "edited": ["check 7", "1", 0, 60.1],
        "stale": ["QuickbooksException", 5010],
        "too_much": ["QuickbooksException", 6000],
        "found": [True],
        "voided": ["Voided", 100.0],
        "void_invoice": [0, "Voided - edited"],
        "deleted": ["ObjectNotFoundException", 610],
        "left": 0,
    }


def test_batches_and_change_data_capture(seen: dict[str, Any]) -> None:
    assert seen["batches"] == {
        "made": [2, ["6240"]],
        "changed": ["batched", "batched"],
        "deleted": ["Deleted", "Deleted"],
    }
    assert seen["changes"] == {"customers": 4, "statuses": ["Deleted"]}


def test_company_info_preferences_and_exact_money(seen: dict[str, Any]) -> None:
    assert seen["company"] == {"info": ["Larkspur LLC", True], "preferences": [True, "Customers"], "queried": 1}
    assert seen["exact"] == {"total": ["Decimal", "1234567.89"]}


def test_refusals_reach_the_client_as_its_own_errors(seen: dict[str, Any]) -> None:
    assert seen["trouble"] == {
        "unknown": ["ObjectNotFoundException", 610],
        "query": ["ValidationException", 4001],
        "syntax": ["ValidationException", 4000],
        "missing": ["ValidationException", 2020],
        "revoked": ["True"],
        "after": ["AuthorizationException", "invalid_grant"],
    }


_VOIDED = {"voided": [0, "Voided"]}
_DELETED = {"deleted": [610, ["Deleted", "Deleted"]]}
_INACTIVE = {"inactive": "(deleted)"}
# How each entity ends, as far as the client knows a way: it cannot void a credit memo, and the vendor neither.
ENDS = {
    **dict.fromkeys(["Customer", "Vendor", "Employee", "Account", "Item"], _INACTIVE),
    **dict.fromkeys(["Class", "Department", "Term", "PaymentMethod"], _INACTIVE),
    **dict.fromkeys(["Invoice", "Payment", "BillPayment"], _VOIDED | _DELETED),
    **dict.fromkeys(["CreditMemo", "Deposit", "Bill", "VendorCredit", "JournalEntry"], _DELETED),
}


@pytest.mark.parametrize(("kind", "ends"), ENDS.items())
def test_every_entity_is_made_read_changed_queried_captured_batched_and_ended(
    breadth: dict[str, Any], kind: str, ends: dict[str, Any]
) -> None:
    assert breadth["walked"][kind] == {
        "updated": ["1", True],
        "queried": ["1"],
        "counted": True,
        "batch": [2, ["1", "1"], 0],
        "captured": True,
        **ends,
    }


def test_the_client_walked_through_every_entity_and_no_other(breadth: dict[str, Any]) -> None:
    assert breadth["walked"].keys() == ENDS.keys()


def test_credit_memos_deposits_tax_and_pdf(breadth: dict[str, Any]) -> None:
    assert breadth["sold"] == {
        "invoice": 0,
        "memo": 0,
        "deposit": [57.5, [70.0, -2.5], 6540],
        "freed": 70.0,
        "tax": [4.0, 54.0, 8, 3],
        "sent": "EmailSent",
        "pdf": ["%PDF-", True],
        "attachment": "KeyError",  # of the client: in a success it looks for the record, and finds the fault instead
    }


def test_bills_vendor_credits_their_payments_and_journal_entries(breadth: dict[str, Any]) -> None:
    assert breadth["bought"] == {
        "bill": [100.0, 0, "BillPaymentCreditCard"],
        "credit": 0,
        "vendor": 0,
        "repeated": 6140,
        "voided": [100.0, 45.76],
        "journal": [12.5, ["0", "1"], 12.5],
    }
