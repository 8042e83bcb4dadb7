"""The language of `conditions`, `childConditions` and `customFieldConditions`: text to a tree.

    expression  = conjunction {"or" conjunction}
    conjunction = negation {"and" negation}
    negation    = ["not"] ("(" expression ")" | comparison)
    comparison  = name ("=" | "!=" | "<" | "<=" | ">" | ">=") literal
                | name ["not"] ("contains" | "like") literal
                | name ["not"] "in" "(" literal {"," literal} ")"
    literal     = "text" | 'text' | number | true | false | null | [date-time]

Words are read in any case. A quote inside a text is written twice; `[[]` in a text is a literal bracket.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from local.sandbox.connectwise import timestamps
from local.sandbox.connectwise.errors import bad_condition

MAX_DEPTH = 50
MAX_COMPARISONS = 250
MAX_IN_VALUES = 500  # where the real server gives up in practice

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>"(?:[^"]|"")*"|'(?:[^']|'')*')
    | (?P<moment>\[[^\]\[]*\])
    | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
    | (?P<name>[A-Za-z_]\w*(?:/\w+)*)
    | (?P<sign>!=|<=|>=|=|<|>|\(|\)|,)
    )""",
    re.VERBOSE,
)
_SIGNS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_TEXT_OPERATORS = frozenset({"contains", "like"})


@dataclass(frozen=True)
class Literal:
    """`kind` is string, numeric, boolean, datetime or null; `value` is the Python value."""

    kind: str
    value: object


@dataclass(frozen=True)
class Comparison:
    name: str
    operator: str
    literals: tuple[Literal, ...]


@dataclass(frozen=True)
class Not:
    inner: "Node"


@dataclass(frozen=True)
class Both:
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Either:
    left: "Node"
    right: "Node"


type Node = Comparison | Not | Both | Either


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str

    def is_word(self, word: str) -> bool:
        return self.kind == "name" and self.text.lower() == word


_END = _Token("end", "the end")


def parse(text: str) -> Node:
    """Read an expression. Raises: RefusedError, 400 ApiFindCondition, that says what is wrong where."""
    return _Parser(list(_tokens(text))).whole()


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise bad_condition(f"Unexpected text at position {place}: {text[place : place + 20].strip()}")
        yield _Token(match.lastgroup, match[match.lastgroup])
        place = match.end()


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.place = 0
        self.depth = 0
        self.comparisons = 0

    def whole(self) -> Node:
        node = self.expression()
        if self.peek() is not _END:
            raise bad_condition(f"Unexpected '{self.peek().text}'.")
        return node

    def expression(self) -> Node:
        node = self.conjunction()
        while self.take_word("or"):
            node = Either(node, self.conjunction())
        return node

    def conjunction(self) -> Node:
        node = self.negation()
        while self.take_word("and"):
            node = Both(node, self.negation())
        return node

    def negation(self) -> Node:
        if self.take_word("not"):
            return Not(self.primary())
        return self.primary()

    def primary(self) -> Node:
        if not self.take_sign("("):
            return self.comparison()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise bad_condition("The condition is nested too deeply.")
        node = self.expression()
        self.expect(")")
        self.depth -= 1
        return node

    def comparison(self) -> Node:
        token = self.next()
        self.comparisons += 1
        if self.comparisons > MAX_COMPARISONS:
            raise bad_condition("The condition holds too many comparisons.")
        if token.kind != "name":
            raise bad_condition(f"Expected a name, not '{token.text}'.")
        negated = self.take_word("not")
        node = self.compared(token.text)
        return Not(node) if negated else node

    def compared(self, name: str) -> Comparison:
        operator = self.next().text.lower()
        if operator in _SIGNS or operator in _TEXT_OPERATORS:
            return Comparison(name, operator, (self.literal(),))
        if operator == "in":
            return Comparison(name, "in", self.literals())
        raise bad_condition(f"'{operator}' is not a recognized operator.")

    def literals(self) -> tuple[Literal, ...]:
        self.expect("(")
        found = [self.literal()]
        while self.take_sign(","):
            found.append(self.literal())
        self.expect(")")
        if len(found) > MAX_IN_VALUES:
            raise bad_condition(f"Too many values in the list: {len(found)}.")
        return tuple(found)

    def literal(self) -> Literal:
        token = self.next()
        if token.kind == "text":
            return Literal("string", _unquote(token.text))
        if token.kind == "number":
            return Literal("numeric", Decimal(token.text))
        if token.kind == "moment":
            return _moment(token.text)
        words = {"true": Literal("boolean", True), "false": Literal("boolean", False), "null": Literal("null", None)}
        if token.kind == "name" and token.text.lower() in words:
            return words[token.text.lower()]
        raise bad_condition(f"Expected a value, not '{token.text}'.")

    def peek(self) -> _Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else _END

    def next(self) -> _Token:
        token = self.peek()
        self.place += 1
        return token

    def take_word(self, word: str) -> bool:
        taken = self.peek().is_word(word)
        self.place += taken
        return taken

    def take_sign(self, sign: str) -> bool:
        taken = self.peek() == _Token("sign", sign)
        self.place += taken
        return taken

    def expect(self, sign: str) -> None:
        if not self.take_sign(sign):
            raise bad_condition(f"Expected '{sign}', not '{self.peek().text}'.")


def _unquote(text: str) -> str:
    quote = text[0]
    return text[1:-1].replace(quote * 2, quote).replace("[[]", "[")


def _moment(text: str) -> Literal:
    moment = timestamps.parse(text[1:-1])
    if moment is None:
        raise bad_condition(f"{text} is not a date-time.")
    return Literal("datetime", moment)
