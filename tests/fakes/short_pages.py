"""A book whose pages are short ones, so that a walk over it takes several."""

from typing import Any

from crossfoot.ports import ListPage

from tests.fakes.book import FakeBook


class ShortPages:
    """Lists at most PAGE records at a time, however many are asked for; all else is the book's own."""

    PAGE = 3

    def __init__(self, book: FakeBook) -> None:
        self._book = book

    def __getattr__(self, name: str) -> Any:
        return getattr(self._book, name)

    def list_records(self, *what: Any, limit: int, **how: Any) -> ListPage:
        return self._book.list_records(*what, limit=min(limit, self.PAGE), **how)
