"""The language of conditions: what it keeps, and how it refuses."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.sandbox.connectwise import listing, matching
from local.sandbox.connectwise.errors import RefusedError
from local.sandbox.connectwise.schema import COMPANY, INVOICE

type Record = dict[str, Any]


def invoice(record_id: int, **fields: Any) -> Record:
    stamps = {"lastUpdated": f"2026-11-0{record_id}T00:00:00Z"}
    return {"id": record_id, "_info": stamps, **fields}


INVOICES = [
    invoice(1, invoiceNumber="INV-1", type="Standard", total=Decimal("100.00"), reference="Alpha [x]", taxableFlag=True,
            company={"id": 5, "name": "Bob's \"Best\""}, status={"id": 3, "name": "Closed", "isClosed": True},
            date="2026-10-01T00:00:00Z"),
    invoice(2, invoiceNumber="INV-2", type="CreditMemo", total=Decimal("-20.50"), reference="beta",
            company={"id": 6, "name": "Other"}, status={"id": 1, "name": "New", "isClosed": False},
            date="2026-10-15T00:00:00Z",
            customFields=[{"caption": "Synced", "value": "yes"}, {"caption": "Rank", "value": 3}]),
    invoice(3, invoiceNumber="INV-10", type="Agreement", total=Decimal("0.10"), taxableFlag=False,
            company={"id": 5, "name": "Bob's \"Best\""}, date="2026-11-01T00:00:00Z",
            customFields=[{"caption": "Synced", "value": None}, {"caption": "Rank", "value": 9}]),
]  # fmt: skip

COMPANIES = [
    {"id": 1, "types": [{"id": 1, "name": "Customer"}, {"id": 2, "name": "Vendor"}]},
    {"id": 2, "types": [{"id": 1, "name": "Customer"}]},
    {"id": 3, "types": []},
]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("id = 2", [2]),
        ("id != 2", [1, 3]),
        ("id in (1,3)", [1, 3]),
        ("id not in (1, 3)", [2]),
        ("not id = 1 and not id = 2", [3]),
        ("total > 0", [1, 3]),
        ("total = 100", [1]),
        ("total <= -20.50", [2]),
        ("invoiceNumber = 'inv-2'", [2]),
        ('invoiceNumber like "INV-1*"', [1, 3]),
        ('invoiceNumber like "%-2"', [2]),
        ('invoiceNumber not like "%-2"', [1, 3]),
        ('reference contains "ALPH"', [1]),
        ('reference = "Alpha [[]x]"', [1]),
        ('company/name = "Bob\'s ""Best"""', [1, 3]),
        ("company/name = 'Bob''s \"Best\"'", [1, 3]),
        ('company/id = 5 and status/name = "Closed"', [1]),
        ("company/id = 5 or total < 0", [1, 2, 3]),
        ("id = 1 or id = 2 and id = 3", [1]),
        ("(id = 1 or id = 2) and id = 2", [2]),
        ("status/isClosed = True", [1]),
        ("status/isClosed = false", [2]),
        ("taxableFlag = null", [2]),
        ("taxableFlag != null", [1, 3]),
        ("reference = null", [3]),
        ('type = "agreement"', [3]),
        ('type in ("Agreement", "Standard")', [1, 3]),
        ("date >= [2026-10-15T00:00:00Z]", [2, 3]),
        ("date < [2026-10-15]", [1]),
        ("date = [2026-10-01T02:00:00+02:00]", [1]),
        ("lastUpdated > [2026-11-02T00:00:00Z]", [3]),
        ("LastUpdated > [2026-11-02T00:00:00Z] AND Company/ID = 5", [3]),
    ],
)
def test_conditions_keep_what_they_describe(text: str, kept: list[int]) -> None:
    assert [r["id"] for r in listing.filtered(INVOICES, INVOICE, {"conditions": text})] == kept


def test_a_comparison_with_nothing_is_neither_true_nor_false() -> None:
    unequal = listing.filtered(INVOICES, INVOICE, {"conditions": 'reference != "beta"'})
    equal = listing.filtered(INVOICES, INVOICE, {"conditions": 'not reference = "beta"'})
    assert [r["id"] for r in unequal] == [r["id"] for r in equal] == [1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("invoiceDate > [2026-01-01T00:00:00Z]", "invoiceDate is not a recognized name."),
        ("company/colour = 1", "company/colour is not a recognized name."),
        ('customFields/caption = "x"', "customFields/caption is not a recognized name."),
        ("_info/lastUpdated > [2026-01-01]", "_info/lastUpdated is not a recognized name."),
        ("company = null", "Enum value supplied was invalid"),
        ("type = null", "Enum value supplied was invalid"),
        ('type = "Nonsense"', "Enum value supplied was invalid"),
    ],
)
def test_a_name_or_value_that_does_not_exist_is_refused_in_the_recorded_words(text: str, message: str) -> None:
    with pytest.raises(RefusedError) as refused:
        matching.record_filter(text, INVOICE)
    assert refused.value.status == 400
    assert refused.value.body == {"code": "ApiFindCondition", "message": message}


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("taxableFlag = 1", "Expected a boolean value, not a numeric. String values should be enclosed with"),
        ("id = 'one'", "Expected a numeric value, not a string."),
        ("invoiceNumber = 7", "Expected a string value, not a numeric."),
        ("date > '2026-01-01'", "Expected a datetime value, not a string."),
        ("id like '1*'", "Expected a string value, not a numeric."),
        ("id > null", "A null value"),
        ("id =", "Expected a value, not 'the end'."),
        ("id = 1 id = 2", "Unexpected 'id'."),
        ("(id = 1", "Expected ')'"),
        ("id ~ 1", "Unexpected text at position 2"),
        ("id is 1", "'is' is not a recognized operator."),
        ("date > [soon]", "[soon] is not a date-time."),
        ("id in ()", "Expected a value, not ')'."),
        ("= 1", "Expected a name, not '='."),
        ("(" * 60 + "id = 1" + ")" * 60, "The condition is nested too deeply."),
        ("id = 1" + " or id = 1" * 300, "The condition holds too many comparisons."),
        (f"id in ({','.join(map(str, range(501)))})", "Too many values in the list: 501."),
    ],
)
def test_a_badly_written_condition_is_a_400_that_says_why(text: str, start: str) -> None:
    with pytest.raises(RefusedError) as refused:
        matching.record_filter(text, INVOICE)
    assert (refused.value.status, refused.value.body["code"]) == (400, "ApiFindCondition")
    assert refused.value.body["message"].startswith(start)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('types/name = "vendor"', [1]),
        ("types/id = 1", [1, 2]),
        ('types/id = 1 and types/name = "Vendor"', []),
        ('types/id = 2 and types/name = "Vendor"', [1]),
    ],
)
def test_child_conditions_look_at_one_member_of_an_array_at_a_time(text: str, kept: list[int]) -> None:
    assert [r["id"] for r in listing.filtered(COMPANIES, COMPANY, {"childConditions": text})] == kept


@pytest.mark.parametrize("text", ['name = "x"', "types = 1", 'types/colour = "x"', 'status/name = "x"'])
def test_child_conditions_take_members_of_arrays_only(text: str) -> None:
    with pytest.raises(RefusedError, match="is not a recognized name"):
        matching.child_filter(text, COMPANY)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('caption = "Synced" and value != null', [2]),
        ('caption = "Synced" and value = "YES"', [2]),
        ('caption = "Rank" and value > 3', [3]),
        ('caption = "Rank" and value in (3, 4)', [2]),
        ('caption = "Missing"', []),
    ],
)
def test_custom_field_conditions_look_at_one_field_at_a_time(text: str, kept: list[int]) -> None:
    assert [r["id"] for r in listing.filtered(INVOICES, INVOICE, {"customFieldConditions": text})] == kept


@given(st.text(max_size=30), st.sampled_from("\"'"))
def test_any_text_can_be_asked_for_with_its_quotes_doubled(text: str, quote: str) -> None:
    written = quote + text.replace(quote, quote * 2).replace("[", "[[]") + quote
    test = matching.record_filter(f"reference = {written}", INVOICE)
    assert test({"id": 1, "reference": text})
    assert not test({"id": 1, "reference": text + "!"})


_pieces = st.sampled_from(
    ["id", "total", "status/name", "=", "!=", ">", "and", "or", "not", "in", "like", "contains", "(", ")", ",", "1", "-2.5",
     "'a'", '"', "'", "[2026-01-01]", "[", "]", "null", "true", "\\", "%", "é"]
)  # fmt: skip


@given(st.lists(_pieces, max_size=12).map(" ".join) | st.text(max_size=40))
def test_whatever_is_asked_is_understood_or_refused_with_a_400(text: str) -> None:
    refusal: RefusedError | None = None
    kept: set[bool] = set()
    try:
        kept = {matching.record_filter(text, INVOICE)(record) for record in INVOICES}
    except RefusedError as error:
        refusal = error
    assert kept <= {True, False}
    assert refusal is None or (refusal.status, refusal.body["code"]) == (400, "ApiFindCondition")


_number = st.one_of(st.none(), st.integers(-2, 2))
_leaf = st.builds(
    lambda name, operator, value: (f"{name} {operator} {value}", (name, operator, value)),
    st.sampled_from(["templateSetupId", "locationId"]), st.sampled_from(["=", "!=", "<", ">="]), st.integers(-2, 2),
)  # fmt: skip
_tree = st.recursive(
    _leaf,
    lambda inner: st.one_of(
        st.builds(lambda a: (f"not ({a[0]})", ("not", a[1])), inner),
        st.builds(lambda a, b: (f"({a[0]}) and ({b[0]})", ("and", a[1], b[1])), inner, inner),
        st.builds(lambda a, b: (f"({a[0]}) or ({b[0]})", ("or", a[1], b[1])), inner, inner),
    ),
    max_leaves=8,
)


def _by_the_truth_table(tree: Any, record: Record) -> bool | None:
    """Kleene's logic by minimum and maximum over false 0, unknown 1, true 2: another way than the code under test."""
    rank = {False: 0, None: 1, True: 2}
    back = {0: False, 1: None, 2: True}
    match tree:
        case ("not", inner):
            return back[2 - rank[_by_the_truth_table(inner, record)]]
        case ("and", left, right):
            return back[min(rank[_by_the_truth_table(side, record)] for side in (left, right))]
        case ("or", left, right):
            return back[max(rank[_by_the_truth_table(side, record)] for side in (left, right))]
    name, operator, value = tree
    stored = record[name]
    if stored is None:
        return None
    outcomes: dict[str, bool] = {
        "=": stored == value,
        "!=": stored != value,
        "<": stored < value,
        ">=": stored >= value,
    }
    return outcomes[operator]


@given(_tree, _number, _number)
def test_and_or_and_not_follow_the_three_valued_truth_table(tree: Any, first: int | None, second: int | None) -> None:
    text, meaning = tree
    record = {"id": 1, "templateSetupId": first, "locationId": second}
    assert matching.record_filter(text, INVOICE)(record) is (_by_the_truth_table(meaning, record) is True)
