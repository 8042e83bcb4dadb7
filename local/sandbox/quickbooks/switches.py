"""The sandbox's switches: what no document settles, and what a test wants to turn.

| switch | default | what it settles |
|---|---|---|
| requestid | replay | a repeated requestid answers the stored answer, or `fault` 600; `forget` remembers none |
| doc_numbers | allow | whether a sales form may repeat a DocNumber, or `refuse` with 6140 |
| purchase_numbers | refuse | whether bills, vendor credits, bill payments and journal entries may repeat one: `allow` |
| invoice_token_moves | false | whether what links to a transaction moves its SyncToken (recordings show both) |
| linked_events | true | whether that also sends `updated` for the transaction that is linked to |
| over_application | refuse | a payment that applies more than is open is refused with 6000, or `reduce`d to it |
| paid_invoice_delete | unapply | deleting what is paid or used up frees the payment, or is `refuse`d with 6000 |
| merge_trace | true | whether a merge leaves a deletion marker and changes what it moves, or is seen by its webhook only |
| pdf_mb | 0 | megabytes that every PDF is larger by |
| cdc_window | answer | a look-back over 30 days answers what lives (recorded), or is `refuse`d; markers are gone |
| cdc_cap | 1000 | objects in one CDC answer |
| rate_limits | true | 500 requests a minute and 10 a second per company, 40 batches a minute, of all apps 120 |
| foreign_batches | 0 | batches a minute that other apps make of every company |
| throttle_body | xml | a 429 is XML whatever was asked for (recorded), or the lower-case `json` |
| metered_quota | 0 | metered reads a month for the whole app before every call is a 429; 0 is without end |
| refresh_reuse | refuse | an old refresh token is refused, and with `revoke` the whole connection dies |
| webhook_content_type | application/json | or `application/cloudevents+json`, which is seen too |
| webhook_delay_s | 0.2 | how long an event waits for others to travel with |
"""

import contextlib
from dataclasses import asdict, dataclass, fields
from typing import Literal, get_args, get_origin

from local.sandbox.store import Store

_SETTING = "switches"


@dataclass
class Switches:
    """The values; see the module's table."""

    requestid: Literal["replay", "fault", "forget"] = "replay"
    doc_numbers: Literal["allow", "refuse"] = "allow"
    purchase_numbers: Literal["refuse", "allow"] = "refuse"
    invoice_token_moves: bool = False
    linked_events: bool = True
    over_application: Literal["refuse", "reduce"] = "refuse"
    paid_invoice_delete: Literal["unapply", "refuse"] = "unapply"
    merge_trace: bool = True
    pdf_mb: int = 0
    cdc_window: Literal["answer", "refuse"] = "answer"
    cdc_cap: int = 1000
    rate_limits: bool = True
    foreign_batches: int = 0
    throttle_body: Literal["xml", "json"] = "xml"
    metered_quota: int = 0
    refresh_reuse: Literal["refuse", "revoke"] = "refuse"
    webhook_content_type: Literal["application/json", "application/cloudevents+json"] = "application/json"
    webhook_delay_s: float = 0.2

    def turn(self, wanted: dict[str, object]) -> None:
        """Set several switches, or none.

        Raises: ValueError naming the switch that is unknown or the value that does not fit.
        """
        checked = {name: self._checked(name, value) for name, value in wanted.items()}
        for name, value in checked.items():
            setattr(self, name, value)

    def _checked(self, name: str, value: object) -> object:
        kinds = {each.name: each.type for each in fields(self)}
        if name not in kinds:
            raise ValueError(f"There is no switch {name!r}; there are {', '.join(kinds)}.")
        kind = kinds[name]
        if get_origin(kind) is Literal:
            allowed = get_args(kind)
            if value not in allowed:
                raise ValueError(f"{name} is one of {', '.join(allowed)}, not {value!r}.")
            return value
        return _as_kind(name, kind, value)


def _as_kind(name: str, kind: object, value: object) -> object:
    if kind is bool and str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    if kind in (int, float) and not isinstance(value, bool):
        with contextlib.suppress(ValueError):
            number = int(str(value)) if kind is int else float(str(value))
            if number >= 0:
                return number
    raise ValueError(f"{name} takes {getattr(kind, '__name__', kind)}, not {value!r}.")


def load_switches(store: Store) -> Switches:
    """Read the switches as they were last set."""
    switches = Switches()
    switches.turn(store.setting(_SETTING, {}))
    return switches


def save_switches(store: Store, switches: Switches) -> None:
    """Keep the switches for the next start."""
    store.set_setting(_SETTING, asdict(switches))
