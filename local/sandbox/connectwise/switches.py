"""What no document settles about ConnectWise, and moods that a test wants: `POST /_sandbox/switches {"name": value}`.

one_payment_per_invoice          a second "P" row on an invoice is refused with 400 (three implementers say so)
wisepay_rows_count               rows with source WisePay count as that one row
payment_bumps_invoice            a payment change moves the invoice's lastUpdated
payment_fires_invoice_callback   a payment change fires the callback `invoice updated`
refuse_overpayment               a payment beyond the balance is refused with 400
callback_key_needs_auth          the signing key is given only to an authenticated caller
callbacks_need_right             /system/callbacks needs the right "Callbacks" (the real one's name is unknown)
unknown_fields_refused           an unknown name in `fields` is 400 instead of being dropped
extra_fields                     records carry fields that no published schema knows
accept_any_client_id             any clientId will do, not only the registered one
wrong_credentials_404            wrong credentials answer 404, as some cloud servers do, instead of 401
unmapped_are_unposted            a closed invoice without entries in the ledger is listed as unposted (blank)
pdf_mb                           printed invoices are at least of this many megabytes
requests_per_minute              more than these answer 429; 0 = no limit
is_cloud                         what companyinfo and system/info say; false = on premises
codebase                         the current one; an upgrade changes it, `v4_6_release/` always works
retry_scale                      the waits before callback retries (2 s, 4 s) are multiplied by this
callback_timeout_s               how long a receiver of callbacks may take
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Switches:
    one_payment_per_invoice: bool = True
    wisepay_rows_count: bool = True
    payment_bumps_invoice: bool = True
    payment_fires_invoice_callback: bool = False
    refuse_overpayment: bool = False
    callback_key_needs_auth: bool = False
    callbacks_need_right: bool = False
    unknown_fields_refused: bool = False
    extra_fields: bool = True
    accept_any_client_id: bool = False
    wrong_credentials_404: bool = False
    unmapped_are_unposted: bool = True
    pdf_mb: float = 0.0
    requests_per_minute: int = 1000
    is_cloud: bool = True
    codebase: str = "v2026_1/"
    retry_scale: float = 1.0
    callback_timeout_s: float = 5.0

    def turned(self, changes: Mapping[str, Any]) -> "Switches":
        """A copy with the changes. Raises: ValueError that names the switch and what it takes."""
        kinds = {f.name: type(getattr(self, f.name)) for f in fields(self)}
        return replace(self, **{name: _typed(name, value, kinds) for name, value in changes.items()})

    def listing(self) -> dict[str, Any]:
        return asdict(self)


def _typed(name: str, value: Any, kinds: Mapping[str, type]) -> Any:
    if name not in kinds:
        raise ValueError(f"no switch {name!r}; there are {', '.join(sorted(kinds))}")
    kind = kinds[name]
    if kind is float and isinstance(value, int | float | Decimal) and not isinstance(value, bool) and value >= 0:
        return float(value)
    if type(value) is not kind or (isinstance(value, int) and value < 0):
        raise ValueError(f"switch {name!r} takes a {kind.__name__}")
    if name == "codebase" and not str(value).endswith("/"):
        raise ValueError("switch 'codebase' ends in a slash, such as v2026_2/")
    return value


def from_text(setting: str) -> dict[str, Any]:
    """Read `name=value` from a command line. Raises: ValueError."""
    name, found, text = setting.partition("=")
    if not found:
        raise ValueError(f"a switch is written name=value, not {setting!r}")
    kinds = {f.name: type(getattr(Switches(), f.name)) for f in fields(Switches)}
    kind = kinds.get(name, str)
    if kind is bool:
        return {name: {"true": True, "false": False}.get(text.lower(), text)}
    return {name: text if kind is str else kind(text)}
