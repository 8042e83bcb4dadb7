"""Which effects can be undone: those that entered something, which still stands by them (X1)."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from crossfoot.core.depositing import DEPOSIT
from crossfoot.core.effects import Effect, EffectState, Json
from crossfoot.core.model import ACCOUNTING, PLATFORM, PSA, Kind, PaymentRow, Ref
from crossfoot.core.payables.entries import PAYABLE
from crossfoot.core.planning import PAYMENT_ROWS
from crossfoot.core.receipts import Receipt
from crossfoot.core.receipts import to_result as receipts_result
from crossfoot.core.receiving import RECEIPTS
from crossfoot.core.rows import Standing, to_result
from crossfoot.core.slips import Slip
from crossfoot.core.slips import to_result as slip_result
from crossfoot.core.sync.batching import GL_BATCH
from crossfoot.core.sync.effects import JOURNAL, SALE
from crossfoot.core.undoing import judge_undo

DAY = date(2026, 11, 3)
NOW = datetime(2026, 11, 3, 17, tzinfo=UTC)
INVOICE, PAYMENT, PAYOUT = (
    Ref(PSA, Kind.INVOICE, "501"), Ref(PLATFORM, Kind.PAYMENT, "pay_1"), Ref(PLATFORM, Kind.PAYOUT, "po_1"),
)  # fmt: skip


def write(
    kind: str, subject: Ref, generation: int, operation: str, result: dict[str, Json], state: EffectState
) -> Effect:
    return Effect(
        "t_1", kind, subject, generation, {"operation": operation}, "P1", "", (), state,
        possible_sends=state is not EffectState.PLANNED, settled_at=NOW, result=result,
    )  # fmt: skip


def rows(*writes: tuple[str, str], state: EffectState = EffectState.CONFIRMED) -> list[Effect]:
    """Give a chain of writes on rows: what each did, and which payments they carry afterwards. The last has the state."""
    return [
        write(
            PAYMENT_ROWS, INVOICE, place + 1, operation,
            to_result(Standing(place, (PaymentRow("9", 1, DAY),), tuple(carries.split()))),
            state if place + 1 == len(writes) else EffectState.CONFIRMED,
        )
        for place, (operation, carries) in enumerate(writes)
    ]  # fmt: skip


def receipts(*writes: tuple[str, str]) -> list[Effect]:
    return [
        write(
            RECEIPTS, PAYMENT, place + 1, operation,
            receipts_result(Receipt(id_, Ref(ACCOUNTING, Kind.CUSTOMER, id_), 1, DAY, (), "4") for id_ in ids.split()),
            EffectState.CONFIRMED,
        )
        for place, (operation, ids) in enumerate(writes)
    ]  # fmt: skip


def deposits(*writes: tuple[str, str]) -> list[Effect]:
    return [
        write(
            DEPOSIT, PAYOUT, place + 1, operation, slip_result(Slip(id_, "35", DAY, (), 1) if id_ else None),
            EffectState.CONFIRMED,
        )
        for place, (operation, id_) in enumerate(writes)
    ]  # fmt: skip


def judged(chain: list[Effect]) -> list[str]:
    """Say of each write of a chain what is held to undo it, or why there is nothing to undo."""
    undos = [judge_undo(effect, chain) for effect in chain]
    return [undo.reason or " ".join((undo.system, *(str(ref) for ref in undo.records))) for undo in undos]


BACK = "It took something back, and entered nothing."
SINCE = "It was taken back since."
ANEW = "A later write entered it anew: undo that one."
ROW_FOLLOWS = RECEIPT_FOLLOWS = "It follows the payment: change the payment, and this changes with it."
IN_PSA, IN_BOOKS = "connectwise quickbooks-77", "quickbooks platform-pay_1"


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        (rows(("create", "77")), [IN_PSA]),
        (rows(("create", "77"), ("update", "77")), [IN_PSA, ROW_FOLLOWS]),
        (rows(("create", "77"), ("update", "77 platform-pay_1")), [IN_PSA, "connectwise platform-pay_1"]),
        (rows(("create", "77 78")), ["connectwise quickbooks-77 quickbooks-78"]),
        (rows(("create", "77 78"), ("update", "78")), ["connectwise quickbooks-78", ROW_FOLLOWS]),
        (rows(("create", "77"), ("delete", "")), [SINCE, BACK]),
        (rows(("create", "77"), ("delete", ""), ("create", "77")), [ANEW, BACK, IN_PSA]),
        (rows(("adopt", "77")), ["It was there already; Crossfoot entered nothing."]),
        (rows(("adopt", "77"), ("update", "77 78")), [
            "It was there already; Crossfoot entered nothing.", "connectwise quickbooks-78",
        ]),
        (receipts(("create", "1")), [IN_BOOKS]),
        (receipts(("create", "1"), ("update", "1")), [IN_BOOKS, RECEIPT_FOLLOWS]),
        (receipts(("create", "1"), ("create", "1 2")), [
            "A later write entered another part of this payment: undo that one, which takes all of it back.", IN_BOOKS,
        ]),
        (receipts(("create", "1"), ("create", "1 2"), ("delete", "1")), [IN_BOOKS, SINCE, BACK]),
        (receipts(("create", "1"), ("adopt", "1")), [
            IN_BOOKS, "It only takes over what somebody changed in QuickBooks; Crossfoot entered nothing.",
        ]),
        (deposits(("create", "9")), ["quickbooks platform-po_1"]),
        (deposits(("create", "9"), ("update", "9")), [
            "quickbooks platform-po_1",
            "It follows the payout and its payments: change those, and this changes with them.",
        ]),
        (deposits(("create", "9"), ("delete", ""), ("create", "10")), [SINCE, BACK, "quickbooks platform-po_1"]),
    ],
)  # fmt: skip
def test_x1_what_a_write_entered_and_nothing_took_back_since_can_be_undone(
    chain: list[Effect], expected: list[str]
) -> None:
    assert judged(chain) == expected


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (EffectState.REFUSED, "It was refused: nothing was entered."),
        (EffectState.WITHDRAWN, "It was never sent: nothing was entered."),
        (EffectState.PLANNED, "This is being written just now. Try again in a moment."),
        (EffectState.SENDING, "This is being written just now. Try again in a moment."),
        (EffectState.UNKNOWN, "This is being written just now. Try again in a moment."),
    ],
)
def test_x1_what_was_not_entered_cannot_be_undone(state: EffectState, reason: str) -> None:
    assert judged(rows(("create", "77"), state=state)) == [reason]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (EffectState.REFUSED, IN_PSA),
        (EffectState.WITHDRAWN, IN_PSA),
        (EffectState.PLANNED, IN_PSA),
        (EffectState.SENDING, "This is being written just now. Try again in a moment."),
        (EffectState.UNKNOWN, "This is being written just now. Try again in a moment."),
    ],
)
def test_x1_what_came_to_nothing_since_changes_nothing_and_what_is_on_its_way_is_waited_for(
    state: EffectState, expected: str
) -> None:
    # Such an effect holds what stands without it.
    assert judged(rows(("create", "77"), ("update", "77"), state=state))[0] == expected


@pytest.mark.parametrize("kind", [SALE, GL_BATCH, JOURNAL])
def test_s9_what_the_sync_tool_wrote_goes_back_by_the_tool(kind: str) -> None:
    made = write(kind, INVOICE, 1, "create", {}, EffectState.CONFIRMED)
    found = judge_undo(made, [made])
    assert not found.is_possible
    assert found.fix
    refused = replace(made, state=EffectState.REFUSED)
    assert judge_undo(refused, [refused]).reason == "It was refused: nothing was entered."


def test_b4_what_was_entered_for_a_payable_goes_back_with_the_platforms_record() -> None:
    made = write(PAYABLE, INVOICE, 1, "adopt", {}, EffectState.CONFIRMED)
    found = judge_undo(made, [made])
    assert not found.is_possible
    assert "void or delete" in found.reason
