"""What holds records up, in memory."""

from collections.abc import Iterable
from dataclasses import replace

from crossfoot.core.attention import COUNTED, Cause, Parked
from crossfoot.core.model import Ref
from crossfoot.errors import Conflict, Rejected
from crossfoot.ports import Page


class FakeAttention:
    """With the same condition as the real table."""

    def __init__(self) -> None:
        self.parked: dict[tuple[str, Ref], Parked] = {}

    def load(self, tenant: str, records: Iterable[Ref]) -> dict[Ref, Parked]:
        return {ref: self.parked.get((tenant, ref), Parked(ref)) for ref in records}

    def replace(self, tenant: str, seen: Parked, new: Parked) -> Parked:
        place = tenant, seen.record
        if new == seen:
            return seen
        if self.parked.get(place, Parked(seen.record)) != seen:
            raise Conflict(f"{seen.record} is held up by something else by now")
        self.parked[place] = new
        if not new.reasons:
            del self.parked[place]
        return new

    def load_causes(self, tenant: str) -> tuple[Cause, ...]:
        causes: dict[str, Cause] = {}
        for _, parked in self._of(tenant):
            for reason in parked.reasons:
                cause = causes.get(reason.code, Cause(reason.code))
                if reason.ignored_at is not None:
                    cause = replace(cause, ignored=cause.ignored + 1)
                else:
                    oldest = min(reason.since, cause.oldest_since or reason.since)
                    cause = replace(cause, count=cause.count + 1, oldest_since=oldest)
                causes[reason.code] = cause
        assert all(max(cause.count, cause.ignored) <= COUNTED for cause in causes.values())
        return tuple(causes[code] for code in sorted(causes))

    def list_parked(self, tenant: str, code: str, *, ignored: bool, cursor: str, limit: int) -> Page[Parked]:
        if cursor and "#" not in cursor:
            raise Rejected("cursor_invalid", "this page cursor does not belong to this list", "Start again without it.")
        places = {
            f"{reason.code}#{ref.kind}#{ref}": parked
            for ref, parked in self._of(tenant)
            for reason in parked.reasons
            if code in ("", reason.code) and (reason.ignored_at is not None) is ignored
        }
        behind = sorted(place for place in places if place > cursor)
        items = dict.fromkeys(places[place] for place in behind[:limit])
        return Page(tuple(items), behind[limit - 1] if len(behind) > limit else "")

    def _of(self, tenant: str) -> list[tuple[Ref, Parked]]:
        return sorted((ref, parked) for (owner, ref), parked in self.parked.items() if owner == tenant)
