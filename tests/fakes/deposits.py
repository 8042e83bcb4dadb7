"""The deposits that we keep in QuickBooks, in memory: as the port shows them, with what QuickBooks refuses."""

from datetime import date, datetime, timedelta

from crossfoot.core.model import Deposit, DepositLine, Kind, Payment, Ref, Standing
from crossfoot.core.slips import Slip, SlipLine, as_asked
from crossfoot.errors import Conflict, Rejected

from tests.fakes.answering import Answering
from tests.fakes.filing import NEW
from tests.fakes.receipts import FUNDS, FakeReceipts

_FIRST_ID = 8001
_CLOCK_ERROR = timedelta(minutes=5)


class FakeDeposits(Answering):
    """Writes into the fake QuickBooks company that the receipts are in.

    Takes: `adds_minor` is what it makes more of the lines than they come to, which no documented company does.
    `writes` counts what was carried out, not what was answered from memory; `notes` are those that were left on what was
    made.
    """

    def __init__(self, receipts: FakeReceipts) -> None:
        super().__init__()
        self._receipts, self.quickbooks = receipts, receipts.quickbooks
        self.adds_minor = self.reads = 0
        self.notes: dict[Ref, str] = {}
        self._made: dict[Ref, tuple[datetime, str]] = {}

    def create_deposit(self, slip: Slip, currency: str, note: str, request_id: str) -> Slip:
        marker = next((word for word in note.split() if word.startswith("xf:")), "")

        def create() -> Slip:
            ref = Ref(self.quickbooks.system, Kind.DEPOSIT, str(_FIRST_ID + len(self._made)))
            made = self._keep(ref, slip, currency)
            self._made[ref] = self.quickbooks.clock.now(), marker
            self.notes[ref] = note
            return made

        return self._once(request_id, create)

    def update_deposit(self, slip: Slip, currency: str, request_id: str) -> Slip:
        return self._once(request_id, lambda: self._keep(self._changeable(slip).ref, slip, currency))

    def delete_deposit(self, slip: Slip, request_id: str) -> None:
        def delete() -> None:
            if self._living(slip.id) is not None:
                self._changeable(slip)
                self.quickbooks.delete_deposit(slip.id)

        self._once(request_id, delete)

    def fetch_deposit(self, id_: str, currency: str) -> Slip | None:
        self.reads += 1
        found = self._living(id_)
        return _shown(found) if found is not None else None

    def find_deposit(self, marker: str, since: datetime, currency: str) -> Slip | None:
        self.reads += 1
        recent = [
            ref for ref, (made_at, note) in self._made.items() if note == marker and made_at >= since - _CLOCK_ERROR
        ]
        living = (self._living(ref.id) for ref in recent)
        return next((_shown(each) for each in living if each is not None), None)

    def _keep(self, ref: Ref, slip: Slip, currency: str) -> Slip:
        self._check_open_day(slip.deposited_on)
        for account_id in {slip.account_id, *(line.account_id for line in slip.lines if not line.receipt_id)}:
            self._check_account(account_id)
        for line in slip.lines:
            if line.receipt_id:
                self._check_held(ref, line)
        total_minor = sum(line.amount_minor for line in slip.lines) + self.adds_minor
        if total_minor < 0:
            raise Rejected("6000", "the total of a deposit cannot be negative")
        account = self._receipts.company.account(slip.account_id)
        assert account is not None
        stored = self.quickbooks.keep_deposit(
            Deposit(
                ref, NEW, Standing.LIVE, slip.deposited_on, slip.account_id, account.name, currency, total_minor,
                tuple(map(self._line, slip.lines)),
            )
        )  # fmt: skip
        return as_asked(_shown(stored), slip)

    def _line(self, line: SlipLine) -> DepositLine:
        if line.receipt_id:
            return DepositLine(Ref(self.quickbooks.system, Kind.PAYMENT, line.receipt_id), 0)
        return DepositLine(None, line.amount_minor, line.account_id, line.memo)

    def _check_held(self, deposit: Ref, line: SlipLine) -> None:
        found = self.quickbooks.records.get(Ref(self.quickbooks.system, Kind.PAYMENT, line.receipt_id))
        if not isinstance(found, Payment) or found.standing is Standing.DELETED:
            raise Rejected("610", f"payment {line.receipt_id} was deleted")
        if found.deposit != deposit:
            in_funds = self._receipts.account_of(found.ref) == FUNDS
            if found.standing is not Standing.LIVE or found.deposit is not None or not in_funds:
                raise Rejected(
                    "620", f"payment {line.receipt_id} is void, on another deposit, or not in undeposited funds"
                )
        if found.total_minor != line.amount_minor:
            raise Rejected("6000", f"payment {line.receipt_id} is deposited whole or not at all")

    def _changeable(self, slip: Slip) -> Deposit:
        standing = self._living(slip.id)
        if standing is None:
            raise Rejected("610", f"deposit {slip.id} was deleted")
        if standing.revision != slip.revision:
            raise Conflict(f"deposit {slip.id} is no longer at {slip.revision}")
        assert standing.deposited_on is not None
        self._check_open_day(standing.deposited_on)
        return standing

    def _check_open_day(self, day: date) -> None:
        if self._receipts.company.is_closed(day):
            raise Rejected("6210", "the account period has closed", "Open it, or change the date.")

    def _check_account(self, account_id: str) -> None:
        account = self._receipts.company.account(account_id)
        if account is None or not account.active:
            raise Rejected("2500", f"account {account_id} is not there or inactive", "Make it active.")

    def _living(self, id_: str) -> Deposit | None:
        found = self.quickbooks.records.get(Ref(self.quickbooks.system, Kind.DEPOSIT, id_))
        return found if isinstance(found, Deposit) and found.standing is Standing.LIVE else None


def _shown(deposit: Deposit) -> Slip:
    assert deposit.deposited_on is not None
    lines = (
        SlipLine(line.amount_minor, line.payment.id if line.payment else "", line.account_id, line.memo)
        for line in deposit.lines or ()
    )
    return Slip(
        deposit.ref.id, deposit.account_id, deposit.deposited_on, tuple(lines), deposit.total_minor, deposit.revision
    )
