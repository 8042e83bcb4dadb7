"""Workers: each runs one message, and stops at every call to a port, where the scheduler decides how it goes on."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from crossfoot.errors import AuthExpired, Conflict, OutcomeUnknown, RateLimited, RemoteUnavailable
from crossfoot.messages import Message
from greenlet import getcurrent, greenlet

from tests.fakes.trip import VENDOR_WRITES, Crash, Wired
from tests.fakes.world import World

# The longest life of a function (template.yaml); AWS ends it then, wherever it is.
FUNCTION_TIMEOUT = timedelta(seconds=30)

type Strike = Callable[[str], str]
type Postpone = Callable[[Callable[[], object]], None]


class Worker:
    """One invocation of one step."""

    def __init__(self, number: int, world: World, message: Message, now: datetime, postpone: Postpone) -> None:
        self.number = number
        self._postpone = postpone
        self.message = message
        self.tenant = message.tenant
        self.ends_at = now + FUNCTION_TIMEOUT
        self.at = "start"
        self.failed: BaseException | None = None
        self._world = world
        self._undisturbed = False
        self._thread = greenlet(self._run)

    @property
    def done(self) -> bool:
        """Tell whether it came to an end, well or not."""
        return bool(self._thread.dead)

    def go_on(self, strike: str = "") -> None:
        """Run until the next call to a port; `strike` says what goes wrong with the one that it stands at."""
        self._thread.switch(strike)

    def finish(self) -> None:
        """Run to the end, and stop nowhere."""
        self._undisturbed = True
        self._thread.switch("")

    def kill(self) -> None:
        """End it where it stands."""
        self._thread.throw(Crash("killed"))

    def wire(self, port: Any) -> Any:
        """Stop at every method of a port."""
        return port if self._undisturbed else Wired(port, self.call)

    def call(self, name: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self._undisturbed:
            return method(*args, **kwargs)
        self.at = name
        scheduler = getcurrent().parent
        assert scheduler is not None
        strike = scheduler.switch()
        return self._struck(strike, name, method, *args, **kwargs) if strike else method(*args, **kwargs)

    def _struck(self, strike: str, name: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if strike == "crash before":
            raise Crash(name)
        if strike == "refused connection":
            raise RemoteUnavailable(name)
        if strike == "throttled":
            raise RateLimited(name, 30)
        if strike == "token rotates":
            raise Conflict(name)
        if strike == "keys refused":
            raise AuthExpired(name, "Connect again.")
        if strike in LATE:
            self._postpone(lambda: method(*args, **kwargs))
            raise Crash(name) if strike == CRASH_AND_LATE else OutcomeUnknown(name)
        result = method(*args, **kwargs)
        if strike == "crash after":
            raise Crash(name)
        if strike == "answer lost":
            raise OutcomeUnknown(name) if name in VENDOR_WRITES else RemoteUnavailable(name)
        return result

    def _run(self, _strike: str) -> None:
        try:
            self._world.work(self.message, self)
        except BaseException as error:
            self.failed = error


CRASH_AND_LATE = "crash, carried out late"
LATE = frozenset({"answer lost, carried out late", CRASH_AND_LATE})
STRIKES = (
    "crash before",
    "crash after",
    "answer lost",
    "refused connection",
    "throttled",
    "token rotates",
    "keys refused",
    *sorted(LATE),
)
VENDOR_READS = frozenset(
    f"fetch_{what}"
    for what in (
        "changes",
        "catalogue",
        "company",
        "credit_memos",
        "deposit",
        "ids",
        "invoices",
        "payments",
        "postings",
        "receipt",
        "records",
        "rows",
        "sale",
    )
) | {"find_receipt", "find_deposit", "find_sale", "find_batch", "fetch", "find", "find_vendors"}
# Where something is decided: a vendor's write, a move in the ledger, work handed on, the cursor.
TURNING_POINTS = VENDOR_WRITES | {
    *("insert", "replace", "send", "move", "move_walk", "fetch_rows", "find_receipt", "note_marker", "note_receipt"),
    *("find_deposit", "note_deposit"),
    *("find_sale", "find_batch", "fetch_postings", "save_items", "save_links", "begin"),
    *("fetch", "find", "find_vendors", "note_copy", "put", "remove"),
}
ONLY_VENDORS = frozenset({"throttled", "keys refused"})


def possible_strikes(name: str) -> tuple[str, ...]:
    """List what can go wrong at a call: vendors throttle and refuse keys, opening one meets a rotating token."""
    vendor = name in VENDOR_WRITES or name in VENDOR_READS
    return tuple(
        strike
        for strike in STRIKES
        if (strike not in ONLY_VENDORS or vendor)
        and (strike != "token rotates" or name in VENDOR_READS)
        and (strike not in LATE or name in VENDOR_WRITES)
    )
