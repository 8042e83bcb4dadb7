"""What a partner chooses of its payables, and presses: preferences, the profile, Sync Now, retry (B3, B5, B6, B7)."""

from dataclasses import replace

from crossfoot.core.model import ACCOUNTING
from crossfoot.core.payables.preferences import Direction, PayablesPreferences
from crossfoot.core.payables.profile import PaymentSync, ProfileFacts
from crossfoot.core.payables.syncs import SyncStarter, new_sync
from crossfoot.messages import RetryParked, SyncPayables

from tests.fakes.receipts import BANK, CARD, COSTS, FEES
from tests.fakes.world import World
from tests.simulation.people import Office

READY = PayablesPreferences(expense_account_id=FEES, income_account_id="1", bank_account_id=BANK, card_account_id=CARD)


class Steering:
    """Whoever of one partner steers its payables."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._pressed = 0

    def open(self) -> None:
        """Choose how payables sync."""
        self._world.connections.connected_at[ACCOUNTING] = self._world.clock.now()
        self._save(READY if self._office.choices.chance(90) else PayablesPreferences())
        profile = self._office.choices.one_of((PaymentSync.TWO_WAY, PaymentSync.TWO_WAY, PaymentSync.CLASSIC))
        self._world.payables_settings.save_facts(self._world.tenant, ProfileFacts(override=profile))

    def make_ready(self) -> None:
        """Choose what is missing, so that everything can go; which way it goes stays as it was chosen."""
        now = self._world.payables_settings.load(self._world.tenant) or READY
        chosen = replace(READY, direction=now.direction, auto_sync=now.auto_sync, needs_approval=now.needs_approval)
        self._save(replace(chosen, card_account_id=now.card_account_id))

    def retry_everything(self) -> None:
        """Have everything tried again that somebody has seen to."""
        again = self._world.clock.stamp()
        self._world.queue.send([RetryParked(tenant=self._world.tenant, because=again, again=again)])

    def sync(self) -> None:
        """Press Sync Now; a second press joins the first."""
        self._begin(dies=False)

    def sync_now(self) -> None:
        """Press Sync Now, among faults."""
        self._begin(dies=self._office.choices.chance(8))

    def _begin(self, *, dies: bool) -> None:
        """Begin a sync; who dies before it is queued leaves it to the sweep."""
        self._pressed += 1
        token = f"{self._pressed}"
        sync = self._world.payable_syncs.begin(
            self._world.tenant, new_sync(SyncStarter.PERSON, self._world.worker_clock.now(), token)
        )
        self._office.say(f"presses Sync Now{', and it is not queued' if dies else ''}: {sync.id}")
        if not dies:
            stamp = self._world.clock.stamp()
            self._world.queue.send([SyncPayables(tenant=self._world.tenant, sync=sync.id, because=stamp)])

    def retry(self) -> None:
        """Have everything tried again, and say so."""
        self._office.say("retries what is held up")
        self.retry_everything()

    def prefer(self) -> None:
        """Choose direction, approval, auto-sync or accounts otherwise; or support changes the profile."""
        now = self._world.payables_settings.load(self._world.tenant) or READY
        one_way = Direction.TO_ACCOUNTING if now.direction is Direction.TWO_WAY else Direction.TWO_WAY
        profile = self._office.choices.one_of((PaymentSync.TWO_WAY, PaymentSync.CLASSIC))
        chosen = self._office.choices.one_of(
            (
                replace(READY, direction=now.direction),
                replace(now, direction=one_way),
                replace(now, auto_sync=not now.auto_sync),
                replace(now, needs_approval=not now.needs_approval),
                replace(now, card_account_id="" if now.card_account_id else CARD),
                replace(now, expense_account_id=self._office.choices.one_of(("", COSTS, FEES))),
                now,
            )
        )
        self._save(chosen)
        if chosen == now:
            self._office.say(f"has the profile {profile}")
            self._world.payables_settings.save_facts(self._world.tenant, ProfileFacts(override=profile))

    def _save(self, preferences: PayablesPreferences) -> None:
        self._office.say(f"chooses {preferences}")
        self._world.payables_settings.save(self._world.tenant, preferences)
        self.retry_everything()

    @property
    def _world(self) -> World:
        return self._office.world
