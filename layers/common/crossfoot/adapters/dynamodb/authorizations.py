"""Started OAuth flows: a state is signed, kept for ten minutes, and used once (C1)."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import timedelta

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.failures import ConditionFailed
from crossfoot.adapters.dynamodb.table import Delete, Put, Table, When
from crossfoot.adapters.dynamodb.values import Item, text
from crossfoot.errors import Rejected
from crossfoot.ports import Clock

VALID_FOR = timedelta(minutes=10)
_MAX_STATE_LENGTH = 200


class TableAuthorizations:
    """The port Authorizations in our table. Takes: `signing_key` is asked for when first needed."""

    def __init__(self, table: Table, clock: Clock, signing_key: Callable[[], bytes]) -> None:
        self._table = table
        self._clock = clock
        self._signing_key = signing_key

    def start(self, tenant: str) -> str:
        """Begin a flow and give its state."""
        flow = secrets.token_urlsafe(24)
        until = self._clock.now() + VALID_FOR
        # The expiry attribute only cleans up, in its own time; `until` is what counts.
        item: Item = {"tenant": tenant, "until": keys.time_text(until), "expires_at": int(until.timestamp())}
        self._table.write(Put(keys.authorization(flow), item))
        return f"{flow}.{self._signature(flow)}"

    def finish(self, state: str) -> str:
        """Use a state up and give its tenant. Raises: Rejected("state_invalid") when forged, old or used."""
        flow, _, signature = state.partition(".")
        if len(state) > _MAX_STATE_LENGTH or not hmac.compare_digest(
            signature.encode(), self._signature(flow).encode()
        ):
            raise _invalid()
        in_time = When("attribute_exists(#pk) AND #until > :now", {"now": keys.time_text(self._clock.now())})
        try:
            return text(self._table.write(Delete(keys.authorization(flow), in_time)), "tenant")
        except ConditionFailed as error:
            raise _invalid() from error

    def _signature(self, flow: str) -> str:
        return hmac.new(self._signing_key(), flow.encode(errors="replace"), hashlib.sha256).hexdigest()


def _invalid() -> Rejected:
    return Rejected(
        "state_invalid",
        "this sign-in was not started here, has been used already, or was started more than ten minutes ago",
        "Start connecting again.",
    )
