"""What the records of one partner that a batch of messages names have in common, read once."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from crossfoot.core.company import Company
from crossfoot.core.model import ACCOUNTING, Kind, Ref
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.profile import PaymentSync, payment_sync_of
from crossfoot.errors import NeedsPartner
from crossfoot.ports import PayableEntries, is_connected
from crossfoot.steps.mirror_bill.gathering import Gathering
from crossfoot.steps.mirror_bill.needs import Ports
from crossfoot.steps.mirror_bill.reads import Reads


@dataclass(frozen=True, slots=True)
class Terms:
    """What a partner chose, and whether its accounting may be written."""

    preferences: PayablesPreferences
    payment_sync: PaymentSync
    connected: bool


def load_terms(tenant: str, ports: Ports) -> Terms:
    """Read them as they are now."""
    preferences = ports.payables_settings.load(tenant) or PayablesPreferences()
    payment_sync = payment_sync_of(ports.payables_settings.load_facts(tenant))
    return Terms(preferences, payment_sync, is_connected(ports.connections, tenant, ACCOUNTING))


class Batch:
    """What was read for a batch before the first of its records is mirrored.

    It goes as far as the fence: a write may be planned from it, and whatever else is said of a record rests on reads of
    its own. Of a record that was mirrored since, or that rests on such a one, it says nothing any more.
    """

    def __init__(self, tenant: str, records: Sequence[Ref], ports: Ports) -> None:
        """Gather. Raises: errors of reads; nothing was written by then."""
        self._tenant, self._ports = tenant, ports
        # What a vendor may be taken for is told by lists, which are read for each.
        self._untouched = {ref for ref in records if ref.kind is not Kind.VENDOR}
        self._touched: set[Ref] = set()
        self._entries: PayableEntries | None = None
        self.reads, self.company = Reads(tenant, ports), self._load_company()
        if self.company is None:
            self._untouched.clear()
        Gathering(self.reads).read_ahead(self._untouched)
        self.parked = ports.attention.load(tenant, self._untouched) if self._untouched else {}

    @cached_property
    def terms(self) -> Terms:
        """What the partner chose when the batch was gathered."""
        return load_terms(self._tenant, self._ports)

    def take(self, ref: Ref) -> bool:
        """Tell whether a record is as it was read, as far as this worker knows; it is about to be mirrored.

        One that nobody told of was not read: that is found by whoever reads it.
        """
        is_good = ref in self._untouched and self.company is not None and bool(self.reads.load_payables([ref]))
        self._untouched.discard(ref)
        self._touched.add(ref)
        return is_good

    def is_any_touched(self, refs: Iterable[Ref]) -> bool:
        """Tell whether any of these was mirrored meanwhile."""
        return not self._touched.isdisjoint(refs)

    def forget_company(self) -> None:
        """Have nothing more planned from the company as it was read: the accounting refused what it lets expect."""
        self._ports.companies.forget(self._tenant)
        self.company = None

    def entries(self) -> PayableEntries:
        """Open the partner's entries, once. Raises: NeedsPartner."""
        if self._entries is None:
            self._entries = self._ports.systems.payables(self._tenant)
        return self._entries

    def _load_company(self) -> Company | None:
        """Read the company; None where nobody needs it, or it cannot be read, which each record is then told by itself."""
        if self._untouched and self.terms.connected:
            with suppress(NeedsPartner):
                return self._ports.companies.load(self._tenant)
        return None
