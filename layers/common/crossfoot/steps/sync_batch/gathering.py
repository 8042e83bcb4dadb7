"""What the messages about a partner's bills that come together have in common, read once for all of them."""

from collections.abc import Callable, Sequence
from functools import cache, partial

from crossfoot.core.effects import Effect
from crossfoot.core.model import Billed, CreditMemo, Invoice, Kind, Ref
from crossfoot.core.sync.batching import GL_BATCH
from crossfoot.core.sync.effects import SALE, standing_sale
from crossfoot.messages import PostBatch
from crossfoot.ports import Psa
from crossfoot.steps.sync_batch.needs import Ports

type OpenPsa = Callable[[], Psa]


class Gathered:
    """What is read once for the messages of a batch. Takes: those that have bills posted."""

    def __init__(self, tenant: str, posts: Sequence[PostBatch], ports: Ports) -> None:
        """Gather. Raises: errors of our table."""
        # Only where it is called for: most of what is asked needs no ConnectWise, and whoever does says why there is none.
        self.open_psa: OpenPsa = cache(partial(ports.systems.psa, tenant))
        bills = list(dict.fromkeys(post.bill for post in posts))
        self._entered = _load_entered(tenant, bills, ports) if bills else {}

    def take(self, bill: Ref) -> Effect | None:
        """Give what entered a bill that was seen to lack a batch, and nothing else; None where there is more to be read.

        Given once: whoever is at the bill again in the same batch finds it otherwise.
        """
        return self._entered.pop(bill, None)


def _load_entered(tenant: str, bills: Sequence[Ref], ports: Ports) -> dict[Ref, Effect]:
    """Read which bills stand in the accounting, were never in a batch, and are held up by nothing."""
    sales, batches = (ports.effects.load_latest_of(tenant, kind, bills) for kind in (SALE, GL_BATCH))
    parked = ports.attention.load(tenant, bills)
    return {
        bill: sale
        for bill, sale in sales.items()
        if standing_sale(sale) is not None and bill not in batches and not parked[bill].reasons
    }


def fetch_bill(bill: Ref, psa: Psa) -> Billed | None:
    """Read a bill as it is in ConnectWise now; None when it is gone."""
    found = psa.fetch_records(Kind.INVOICE, [bill.id]).records
    return next((each for each in found if isinstance(each, Invoice | CreditMemo) and each.ref == bill), None)
