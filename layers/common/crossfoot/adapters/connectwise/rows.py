"""Payment rows on ConnectWise invoices (E1, E7)."""

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from crossfoot.adapters.connectwise.choices import fetch_choices
from crossfoot.adapters.connectwise.client import ConnectWiseClient
from crossfoot.adapters.connectwise.postings import ConnectWisePostings
from crossfoot.adapters.connectwise.probing import probe_rights
from crossfoot.adapters.connectwise.source import INVOICES, ConnectWiseSource
from crossfoot.adapters.connectwise.translate import from_row, is_cash, to_row
from crossfoot.core.model import PaymentRow, Ref, TraitName
from crossfoot.core.rights import Probed
from crossfoot.errors import OutcomeUnknown
from crossfoot.ports import Choice


class ConnectWisePsa(ConnectWiseSource, ConnectWisePostings):
    """A ConnectWise site whose invoices' payment rows and batches we keep. Implements the port Psa."""

    def __init__(self, client: ConnectWiseClient, now: Callable[[], float] = time.monotonic) -> None:
        ConnectWiseSource.__init__(self, client, now)
        ConnectWisePostings.__init__(self, client)
        self._rows = client

    def fetch_choices(self) -> Mapping[TraitName, tuple[Choice, ...]]:
        """Read the values that the import can be filtered by; what may not be read is not there (C4)."""
        return fetch_choices(self._rows)

    def probe_rights(self) -> tuple[Probed, ...]:
        """Try every right that we need (C3). A right that is missing is no error."""
        return probe_rights(self._rows)

    def fetch_rows(self, invoice: Ref, currency: str) -> tuple[PaymentRow, ...]:
        """Read the cash rows of an invoice; credits are left out."""
        rows = (row for page in self._rows.pages(_path(invoice)) for row in page.records)
        return tuple(to_row(row, currency) for row in rows if is_cash(row))

    def create_row(self, invoice: Ref, amount_minor: int, paid_on: date, currency: str) -> PaymentRow:
        """Add a row."""
        wire = self._rows.post(_path(invoice), {"type": "P", **from_row(amount_minor, paid_on, currency)})
        return _stored(wire, currency)

    def update_row(self, invoice: Ref, row_id: str, amount_minor: int, paid_on: date, currency: str) -> PaymentRow:
        """Set a row's amount and date."""
        wire = self._rows.patch(_path(invoice, row_id), from_row(amount_minor, paid_on, currency))
        return _stored(wire, currency)

    def delete_row(self, invoice: Ref, row_id: str) -> None:
        """Remove a row; one that is gone already is no error."""
        self._rows.delete(_path(invoice, row_id))


def _path(invoice: Ref, row_id: str = "") -> str:
    path = f"{INVOICES}/{int(invoice.id)}/payments"
    return f"{path}/{int(row_id)}" if row_id else path


def _stored(wire: Mapping[str, Any], currency: str) -> PaymentRow:
    """Read what a write returned. It was carried out: an answer that cannot be read leaves its outcome unknown."""
    try:
        return to_row(wire, currency)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise OutcomeUnknown("ConnectWise answered a write in a form that we cannot read") from error
