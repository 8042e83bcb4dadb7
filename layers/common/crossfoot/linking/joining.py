"""Make links and take them away, so that whoever does it at the same time, or dies in between, leaves what heals."""

from collections.abc import Mapping, Sequence

from crossfoot.core.matching import differences
from crossfoot.core.model import Invoice, Link, LinkOrigin, Ref, Standing
from crossfoot.core.planning import PAYMENT_ROWS
from crossfoot.core.rows import standing_of
from crossfoot.core.verdicts import Verdict, Verdicts, bearing_on
from crossfoot.errors import Conflict
from crossfoot.ports import Book, EffectStore, Matches


class Joining:
    """The links of one partner."""

    def __init__(self, tenant: str, book: Book, effects: EffectStore, matches: Matches) -> None:
        self._tenant = tenant
        self._book = book
        self._effects = effects
        self._matches = matches

    def review(self, invoices: Sequence[Invoice]) -> tuple[dict[Ref, Link], list[str]]:
        """Hold the links of some invoices against what the partner decided, and part what does not stand.

        Returns: the links that stand, from both sides; and the numbers of those whose copies are not identical.
        """
        links = self._book.load_links(self._tenant, [invoice.ref for invoice in invoices])
        copies = {invoice.ref: invoice for invoice in invoices}
        others = {link.other(ref) for ref, link in links.items()} - copies.keys()
        records = self._book.load_many(self._tenant, others) if others else {}
        copies |= {ref: record for ref, record in records.items() if isinstance(record, Invoice)}
        verdicts = self._matches.load_verdicts(self._tenant, bearing_on(copies[ref] for ref in copies if ref in links))
        standing: dict[Ref, Link] = {}
        doubtful: list[str] = []
        for link in dict.fromkeys(links.values()):
            kept = self._reviewed(link, copies, verdicts)
            if kept is not None:
                standing[kept.accounting] = standing[kept.psa] = kept
                doubtful += _numbers_if_different(kept, copies, verdicts)
        return standing, doubtful

    def join(self, found: Mapping[Link, Ref], links: Mapping[Ref, Link]) -> dict[Ref, Link]:
        """Save links side by side, in place of those to a copy that is gone, or that the partner's word has overtaken.

        Takes: `found` with the newcomer that each was found for; `links` as they were read: whoever made another one since
        is met by the condition of the write.
        Returns: the links that stand by now, from both sides. A copy that belongs to another live invoice is left to it.
        """
        free = [link for link, newcomer in found.items() if self._make_room(link, newcomer, links)]
        saved = self._book.save_links(self._tenant, free) if free else frozenset()
        # What is missing there another worker linked meanwhile; the next look at either finds what is right.
        return {ref: link for link in saved for ref in (link.accounting, link.psa)}

    def _make_room(self, link: Link, newcomer: Ref, links: Mapping[Ref, Link]) -> bool:
        earlier = links.get(link.other(newcomer))
        if earlier is None or (earlier.accounting, earlier.psa) == (link.accounting, link.psa):
            return True
        overtaken = link.origin is LinkOrigin.CONFIRMED and earlier.origin is not LinkOrigin.SYNCED
        if not overtaken and self._is_live(earlier.other(link.other(newcomer))):
            return False
        if (overtaken or earlier.psa == link.psa) and self.is_busy(earlier):
            return False
        return self._take_away(earlier)

    def is_busy(self, link: Link) -> bool:
        """Tell whether payments stand on the rows over a link, or may be on their way there."""
        latest = self._effects.load_latest(self._tenant, PAYMENT_ROWS, link.psa)
        return latest is not None and (not latest.settled or bool(standing_of(latest).carries))

    def _reviewed(self, link: Link, copies: Mapping[Ref, Invoice], verdicts: Verdicts) -> Link | None:
        """Give a link as it stands; None when it was parted."""
        if link.origin is LinkOrigin.SYNCED:
            return link
        if self._is_over(link, copies, verdicts):
            return link if self.is_busy(link) or not self._take_away(link) else None
        if link.origin is LinkOrigin.MATCHED and verdicts.on(link.accounting, link.psa) is Verdict.SAME:
            confirmed = Link(link.accounting, link.psa, LinkOrigin.CONFIRMED)
            self._book.save_link(self._tenant, confirmed)
            return confirmed
        return link

    def _is_over(self, link: Link, copies: Mapping[Ref, Invoice], verdicts: Verdicts) -> bool:
        """Tell whether a link is not to stand: the partner is against it, or was for it and took that back."""
        one, other = copies.get(link.accounting), copies.get(link.psa)
        if one is None or other is None:
            return False
        if is_parted(self._tenant, link, one, other, verdicts, self._book):
            return True
        rests_on_a_word = link.origin is LinkOrigin.CONFIRMED and verdicts.on(one.ref, other.ref) is not Verdict.SAME
        return rests_on_a_word and bool(differences(one, other, verdicts))

    def _take_away(self, link: Link) -> bool:
        try:
            self._book.remove_link(self._tenant, link)
        except Conflict:
            return False  # another worker has put another one in its place
        return True

    def _is_live(self, ref: Ref) -> bool:
        return _is_live(self._tenant, ref, self._book)


def is_parted(tenant: str, link: Link, one: Invoice, other: Invoice, verdicts: Verdicts, book: Book) -> bool:
    """Tell whether the partner is against a link: said so of its pair or its customers, or confirmed one of the two with
    another invoice that is still there. What the sync tool wrote is the same by that. Source: I9."""
    if link.origin is LinkOrigin.SYNCED or verdicts.on(one.ref, other.ref) is Verdict.SAME:
        return False
    named = [same for ref in (one.ref, other.ref) if (same := verdicts.same_as(ref))]
    return verdicts.separate(one, other) or any(_is_live(tenant, ref, book) for ref in named)


def _is_live(tenant: str, ref: Ref, book: Book) -> bool:
    record = book.load(tenant, ref)
    return record is not None and record.standing is Standing.LIVE


def _numbers_if_different(link: Link, copies: Mapping[Ref, Invoice], verdicts: Verdicts) -> list[str]:
    one, other = copies.get(link.accounting), copies.get(link.psa)
    if one is None or other is None or link.origin is LinkOrigin.SYNCED:
        return []
    if one.standing is not Standing.LIVE or other.standing is not Standing.LIVE:
        return []
    return [one.number] if differences(one, other, verdicts) else []
