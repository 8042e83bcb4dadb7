"""Name what an entry holds by ids, as the partner's accounting calls it (S8)."""

from collections.abc import Mapping
from typing import Protocol

from crossfoot.core.sync.catalogue import Catalogue
from crossfoot.messages.api.sync_previews import Named


class _HasName(Protocol):
    @property
    def name(self) -> str: ...


class Names:
    """The names in a catalogue. What it does not have is named by its id alone."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._accounts = {account.id: account for account in catalogue.company.accounts}

    def item(self, id_: str) -> Named:
        return _named(self._catalogue.items, id_)

    def account(self, id_: str) -> Named | None:
        return _named(self._accounts, id_) if id_ else None

    def tax_code(self, id_: str) -> Named | None:
        return _named(self._catalogue.tax_codes, id_) if id_ else None

    def terms(self, id_: str) -> Named | None:
        return _named(self._catalogue.terms, id_) if id_ else None

    def class_(self, id_: str) -> Named | None:
        return _named(self._catalogue.classes, id_) if id_ else None

    def department(self, id_: str) -> Named | None:
        return _named(self._catalogue.departments, id_) if id_ else None


def _named(known: Mapping[str, _HasName], id_: str) -> Named:
    return Named(id=id_, name=known[id_].name if id_ in known else "")
