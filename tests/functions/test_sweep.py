"""sweep: the real handler nudges whoever is due."""

from collections.abc import Callable
from types import ModuleType

from crossfoot.core.model import System

from tests.functions.conftest import Aws, in_time, sample

type Load = Callable[[str], ModuleType]


def test_the_schedule_nudges_every_connection_that_was_never_read(aws: Aws, load: Load) -> None:
    aws.connect("t_00000001", System.QUICKBOOKS, "1")
    aws.connect("t_00000001", System.CONNECTWISE, "acme@one", site_url="https://psa.example")
    aws.connect("t_00000002", System.QUICKBOOKS, "2")
    assert load("sweep").handler(sample("sweep"), in_time()) == {"nudged": 3}
    assert sorted((each["tenant"], each["system"]) for each in aws.messages("nudges")) == [
        ("t_00000001", "connectwise"),
        ("t_00000001", "quickbooks"),
        ("t_00000002", "quickbooks"),
    ]


def test_nobody_is_due_where_nobody_is_connected(aws: Aws, load: Load) -> None:
    assert load("sweep").handler(sample("sweep"), in_time()) == {"nudged": 0}
    assert aws.messages("nudges") == []
