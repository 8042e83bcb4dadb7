"""`requestid`: a write that is sent again answers what it answered before, and is not carried out again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.book import Book
from local.sandbox.store import Record

LONGEST = 50
LONGEST_WITH_BATCH = 36
LONGEST_ITEM = 10
_KIND = "~requestid"


@dataclass(frozen=True)
class Replay:
    """The answers that one company remembers; only successes are remembered."""

    book: Book

    def once(self, request_id: str | None, carry_out: Callable[[], Record]) -> Record:
        """Carry out a write, or answer what the same requestid answered before.

        Raises: Refusal 600 where the switch says that a repetition is a fault; what `carry_out` raises.
        """
        mode = self.book.switches.requestid
        if not request_id or mode == "forget":
            return carry_out()
        remembered = self.book.store.get(self.book.realm, _KIND, request_id)
        if remembered is not None:
            if mode == "fault":
                raise refusals.duplicate_request(request_id)
            return dict(remembered["content"])
        content = carry_out()
        self.book.store.put(self.book.realm, _KIND, request_id, {"content": content})
        return content

    def forget_all(self) -> int:
        """Forget every requestid, as the vendor will after a time that is not documented."""
        return self.book.store.clear(self.book.realm, _KIND)


def check_request_id(request_id: str | None) -> None:
    """Refuse a requestid that is too long.

    Raises: Refusal 2130.
    """
    if request_id and len(request_id) > LONGEST:
        raise refusals.invalid_request_id(f"at most {LONGEST} characters")


def check_batch_ids(request_id: str | None, items: list[Any]) -> None:
    """Refuse the ids of a batch with a requestid that are too long together.

    Raises: Refusal 2130.
    """
    if not request_id:
        return
    if len(request_id) > LONGEST_WITH_BATCH:
        raise refusals.invalid_request_id(f"at most {LONGEST_WITH_BATCH} characters with a batch")
    if any(len(str(item.get("bId", ""))) > LONGEST_ITEM for item in items if isinstance(item, dict)):
        raise refusals.invalid_request_id(f"every bId has at most {LONGEST_ITEM} characters when there is a requestid")
