"""What we wrote into QuickBooks, found again by its id, or by the marker that we left in its note."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from crossfoot.adapters.quickbooks.client import QuickBooksClient
from crossfoot.adapters.quickbooks.cursor import format_mark, in_offset_form
from crossfoot.adapters.quickbooks.translate import marker_in
from crossfoot.core.latin import to_latin
from crossfoot.errors import AnswerTooLarge, Rejected, RemoteUnavailable

# What two clocks may differ by: QuickBooks stamps a record with its own.
CLOCK_ERROR = timedelta(minutes=5)
NOTE_LENGTH = 4000
SMALLEST_PAGE, SHRINKS_BY = 10, 10
_NOT_FOUND = "610"


class OwnRecords:
    """The records of one entity type, among them ours. Each look is a metered call, or one for each page."""

    def __init__(self, client: QuickBooksClient, entity: str, page_rows: int) -> None:
        self._client, self._entity, self._page_rows = client, entity, page_rows

    def fetch(self, id_: str) -> Mapping[str, Any] | None:
        """Read a record as it is now; None when it is gone."""
        return next(iter(self._query(f"Id = '{int(id_)}'", 1)), None)

    def fetch_many(self, ids: Sequence[str]) -> list[Mapping[str, Any]]:
        """Read several records as they are now, in one call unless that answer is too large; those that are gone are left
        out.
        """
        if not ids:
            return []
        named = ", ".join(f"'{int(id_)}'" for id_ in ids)
        try:
            return self._query(f"Id IN ({named})", len(ids))
        except AnswerTooLarge:
            if len(ids) == 1:
                raise
        half = len(ids) // 2
        return [*self.fetch_many(ids[:half]), *self.fetch_many(ids[half:])]

    def find(self, marker: str, since: datetime) -> Mapping[str, Any] | None:
        """Look for a record by the marker in its note, among all that were made since."""
        return self.find_many([marker], since).get(marker)

    def find_many(self, markers: Collection[str], since: datetime) -> dict[str, Mapping[str, Any]]:
        """Look for several in one walk. Returns: those that are there, by their markers."""
        found: dict[str, Mapping[str, Any]] = {}
        for each in self._made_since(in_offset_form(format_mark(since - CLOCK_ERROR))):
            marker = marker_in(str(each.get("PrivateNote") or ""))
            if marker in markers:
                found.setdefault(marker, each)
                if len(found) == len(markers):
                    break
        return found

    def delete(self, id_: str, revision: str, request_id: str) -> None:
        """Delete a record as of a revision; one that is gone already is no error."""
        try:
            body = {"Id": id_, "SyncToken": revision}
            self._client.write(f"/{self._entity.lower()}", body, request_id, operation="delete")
        except Rejected as refusal:
            if refusal.code != _NOT_FOUND:
                raise

    def _made_since(self, mark: str) -> Iterator[Mapping[str, Any]]:
        """Page by the time of their making: by place, one that is deleted meanwhile would hide another."""
        rows = self._page_rows
        while True:
            try:
                page = self._query(f"MetaData.CreateTime >= '{mark}' ORDERBY MetaData.CreateTime", rows)
            except AnswerTooLarge:
                # Invoices of many lines. Fewer than were made in one second would not lead on.
                if rows <= SMALLEST_PAGE:
                    raise
                rows = max(rows // SHRINKS_BY, SMALLEST_PAGE)
                continue
            yield from page
            if len(page) < rows:
                return
            before, mark = mark, str(page[-1]["MetaData"]["CreateTime"])
            if mark == before:
                raise RemoteUnavailable(
                    f"QuickBooks has {rows} of {self._entity} and more that were made in one second"
                )

    def _query(self, conditions: str, most: int) -> list[Mapping[str, Any]]:
        statement = f"SELECT * FROM {self._entity} WHERE {conditions} MAXRESULTS {most}"  # noqa: S608 - numbers, times
        return list((self._client.query(statement).body.get("QueryResponse") or {}).get(self._entity) or ())


def to_note(note: str) -> str:
    """Say a note in QuickBooks' letters and length; the marker in it is never cut off."""
    text, marker = to_latin(note, NOTE_LENGTH), marker_in(note)
    if marker_in(text) == marker:
        return text
    return f"{text[: NOTE_LENGTH - len(marker) - 1]} {marker}"
