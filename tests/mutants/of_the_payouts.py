"""Faults in keeping a payout as one deposit."""

from tests.mutants.mutant import CORE, LEDGER, STEPS, Mutant

OF_THE_PAYOUTS = (
    Mutant(
        "the total of a deposit is not compared with its payout",
        f"{CORE}/depositing.py",
        "    if total_minor != payout.total_minor:\n",
        "    if False:\n",
        unseen="what a payout holds always comes to its amount: the platform's events are refused otherwise",
    ),
    Mutant(
        "a payout that failed keeps its deposit",
        f"{CORE}/depositing.py",
        "    return payout.state is PayoutState.FAILED or payout.standing is not Standing.LIVE\n",
        "    return payout.standing is not Standing.LIVE\n",
    ),
    Mutant(
        "a deposit whose answer was lost is not looked for by its marker",
        f"{STEPS}/record_deposit.py",
        "            found = self._deposits.find_deposit(marker_of(effect.key), effect.planned_at, write.currency)\n",
        "            found = None\n",
    ),
    Mutant(
        "the deposit that locks a payment is not asked to let go of it",
        f"{CORE}/receiving.py",
        "    if payout is not None:\n        return ReceiptPlan(payout_first=payout)\n",
        "",
    ),
    Mutant(
        "a deposit takes in a payment whose receipt is being written",
        f"{STEPS}/record_deposit.py",
        "            if receiving.latest is not None and not receiving.latest.settled:\n",
        "            if False:\n",
    ),
    Mutant(
        "what could not be noted once it was sent counts as never sent",
        LEDGER,
        '        raise OutcomeUnknown(f"{what} was sent, and then: {error}") from error\n',
        "        raise\n",
    ),
)
