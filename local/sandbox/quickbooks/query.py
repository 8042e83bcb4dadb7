"""The query language: SELECT * | count(*) FROM Entity WHERE … AND … ORDERBY … STARTPOSITION n MAXRESULTS n.

No OR, NOT, JOIN, GROUP BY or projections; both spellings of ORDERBY and both orders of the two paging clauses work.
"""

import re
from dataclasses import dataclass
from typing import NoReturn

from local.sandbox.quickbooks import refusals

DEFAULT_PAGE = 100
LARGEST_PAGE = 1000

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:\\.|[^'\\])*')
      | (?P<word>[A-Za-z_][A-Za-z0-9_.]*)
      | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<sign><=|>=|!=|[=<>(),*]))""",
    re.VERBOSE,
)
_OPERATORS = ("=", "<", ">", "<=", ">=", "like", "in", "!=")
_REFUSED_WORDS = ("or", "not", "join", "group", "having", "union", "between", "contains")


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    column: int

    @property
    def word(self) -> str:
        """The token as a keyword: lower case, and "" for a literal."""
        return self.text.lower() if self.kind in ("word", "sign") else ""


@dataclass(frozen=True)
class Condition:
    """`property operator values`; IN has several values, every other operator one."""

    property: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    entity: str
    count: bool
    conditions: tuple[Condition, ...]
    order: tuple[tuple[str, bool], ...]  # property, descending
    start: int
    size: int


def parse_query(text: str) -> Query:
    """Read a query.

    Raises: Refusal 4000 for what cannot be parsed, 4001 for what is read and not allowed.
    """
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._place = 0

    def query(self) -> Query:
        self._keyword("select")
        count = self._selection()
        self._keyword("from")
        entity = self._take("word", "<IDENTIFIER>").text
        conditions = self._conditions() if self._skip("where") else ()
        order: tuple[tuple[str, bool], ...] = ()
        page = {"startposition": 1, "maxresults": DEFAULT_PAGE}
        while self._now.kind != "end":
            clause = self._now.word
            if clause in ("order", "orderby"):
                order = self._order()
            elif clause in page:
                self._place += 1
                page[clause] = self._page_number(LARGEST_PAGE if clause == "maxresults" else None)
            else:
                self._unexpected("<EOF>", '"order"', '"orderby"', '"startposition"', '"maxresults"')
        return Query(entity, count, conditions, order, page["startposition"], page["maxresults"])

    @property
    def _now(self) -> Token:
        return self._tokens[self._place]

    def _selection(self) -> bool:
        if self._skip("count"):
            for sign in ("(", "*", ")"):
                self._keyword(sign)
            return True
        self._projection()
        return False

    def _projection(self) -> None:
        star = self._skip("*")
        while self._skip(",") if star else self._now.word not in ("from", ""):
            name = self._take("word", "<IDENTIFIER>").text
            if not star:
                raise refusals.invalid_query(f"projection of {name} is not supported; select * instead")
        if not star:
            self._unexpected('"*"', '"count"')

    def _conditions(self) -> tuple[Condition, ...]:
        conditions = [self._condition()]
        while self._skip("and"):
            conditions.append(self._condition())
        if self._now.word in _REFUSED_WORDS:
            raise refusals.invalid_query(f"operator {self._now.text} is not supported")
        return tuple(conditions)

    def _condition(self) -> Condition:
        if self._now.word in _REFUSED_WORDS:
            raise refusals.invalid_query(f"operator {self._now.text} is not supported")
        name = self._take("word", "<IDENTIFIER>").text
        operator = self._now.word
        if operator in _REFUSED_WORDS or operator == "!=":
            raise refusals.invalid_query(f"operator {self._now.text} is not supported")
        if operator not in _OPERATORS:
            self._unexpected(*(f'"{each}"' for each in _OPERATORS))
        self._place += 1
        if operator != "in":
            return Condition(name, operator, (self._literal(),))
        self._keyword("(")
        values = [self._literal()]
        while self._skip(","):
            values.append(self._literal())
        self._keyword(")")
        return Condition(name, operator, tuple(values))

    def _literal(self) -> str:
        token = self._now
        if token.kind == "text":
            self._place += 1
            return re.sub(r"\\(.)", r"\1", token.text[1:-1])
        if token.kind == "number" or token.word in ("true", "false"):
            self._place += 1
            return token.text
        return self._unexpected("<STRING>", "<NUMBER>", '"true"', '"false"')

    def _order(self) -> tuple[tuple[str, bool], ...]:
        if not self._skip("orderby"):
            self._keyword("order")
            self._keyword("by")
        order = [self._order_key()]
        while self._skip(","):
            order.append(self._order_key())
        return tuple(order)

    def _order_key(self) -> tuple[str, bool]:
        name = self._take("word", "<IDENTIFIER>").text
        descending = self._skip("desc")
        if not descending:
            self._skip("asc")
        return name, descending

    def _page_number(self, largest: int | None) -> int:
        token = self._take("number", "<NUMBER>")
        if not token.text.lstrip("-").isdigit():
            self._unexpected("<INTEGER>")
        value = int(token.text)
        if value < 1:
            raise refusals.invalid_query(f"value {value} is too small. Min allowed value is 1")
        if largest is not None and value > largest:
            raise refusals.invalid_query(f"value {value} is too large. Max allowed value is {largest}")
        return value

    def _skip(self, word: str) -> bool:
        if self._now.word != word:
            return False
        self._place += 1
        return True

    def _keyword(self, word: str) -> None:
        if not self._skip(word):
            self._unexpected(f'"{word}"')

    def _take(self, kind: str, expected: str) -> Token:
        token = self._now
        if token.kind != kind:
            self._unexpected(expected)
        self._place += 1
        return token

    def _unexpected(self, *expected: str) -> NoReturn:
        token = self._now
        shown = "<EOF>" if token.kind == "end" else f'" "{token.text}" "{token.text} ""'
        wanted = "".join(f"\n    {each} ..." for each in expected)
        phrase = "Was expecting:" if len(expected) == 1 else "Was expecting one of:"
        raise refusals.unparsable_query(
            f"Encountered {shown} at line 1, column {token.column}.\n{phrase}{wanted}\n    "
        )


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    place, end = 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            column = place + 1 + len(text[place:]) - len(text[place:].lstrip())
            raise refusals.unparsable_query(f"Lexical error at line 1, column {column}.")
        tokens.append(Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup) + 1))
        place = match.end()
    return [*tokens, Token("end", "", end + 1)]
