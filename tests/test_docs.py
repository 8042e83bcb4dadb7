"""The documents are tested: what they name exists, and what exists is named."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from crossfoot.entry.openapi import DESCRIPTION_PATH
from crossfoot.messages.events import read_event
from crossfoot.messages.routes import Route
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.payables_book_routes import PAYABLES_BOOK
from crossfoot.steps.api.payables_routes import PAYABLES_CONTROL
from crossfoot.steps.api.routes import ROUTES
from crossfoot.steps.api.sync_routes import SYNC

ROOT = Path(__file__).parent.parent
RULES = (ROOT / "docs/rules.md").read_text()
RULE = r"\b([CIPDESBX]\d{1,2})\b"
CODE = [path for folder in ("layers/common/crossfoot", "functions") for path in (ROOT / folder).rglob("*.py")]
TESTS = [path for path in (ROOT / "tests").rglob("test_*.py") if path.name != "test_docs.py"]


def _stated(*, built: bool) -> set[str]:
    rows = re.findall(r"^\| ([CIPDESBX]\d+) \| (.*)$", RULES, flags=re.MULTILINE)
    return {rule for rule, text in rows if not built or re.search(r"\| .*built", text)}


def _cited(paths: list[Path]) -> set[str]:
    sources = re.findall(r"(?:Source: |rule=|\()([^\"\n]*)", "\n".join(path.read_text() for path in paths))
    return {rule for text in sources for rule in re.findall(RULE, text)}


def test_every_rule_that_the_code_cites_is_stated() -> None:
    assert _cited(CODE) - _stated(built=False) == set()


@pytest.mark.parametrize("rule", sorted(_stated(built=True)))
def test_every_rule_that_is_built_has_a_test_that_names_it(rule: str) -> None:
    named = re.compile(rf"\b{rule}\b|_{rule.lower()}_", flags=re.IGNORECASE)
    assert any(named.search(path.read_text()) for path in TESTS)


def test_every_make_command_is_in_the_readme() -> None:
    commands = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    readme = (ROOT / "README.md").read_text()
    assert commands
    assert [command for command in commands if command != "help" and f"make {command}" not in readme] == []


def test_every_alarm_is_in_the_runbook() -> None:
    template = (ROOT / "template.yaml").read_text()
    runbook = (ROOT / "docs/runbook.md").read_text()
    loops = re.findall(r"Fn::ForEach::\w+:\n\s+- (\w+)\n\s+- \[(.*)\]\n\s+- \$\{\w+\}(\w+Alarm):", template)
    alarms = {f"{name.strip()}{suffix}" for _, names, suffix in loops for name in names.split(",")}
    alarms |= set(re.findall(r"^  (\w+Alarm):$", template, flags=re.MULTILINE))
    assert len(alarms) > 10
    assert {alarm for alarm in alarms if alarm not in runbook} == set()


@pytest.mark.parametrize(
    ("page", "routes"),
    [("sync.md", SYNC), ("payables.md", (*PAYABLES_CONTROL, *PAYABLES_BOOK))],
    ids=["sync", "payables"],
)
def test_every_call_of_a_tool_is_told_and_every_call_that_is_told_is_there(
    page: str, routes: Iterable[Route[Ports]]
) -> None:
    told = set(re.findall(r"`(GET|POST|PUT|DELETE) (/v1/[\w/{}-]+)`", (ROOT / "docs" / page).read_text()))
    served = {(route.method, route.path) for route in ROUTES} | {("GET", DESCRIPTION_PATH)}
    # What is told of a kind is served for every kind.
    told = {(method, path.replace("/records/invoice/", "/records/{kind}/")) for method, path in told}
    assert told - served == set()
    assert {(route.method, route.path) for route in routes} - told == set()


def test_every_example_of_what_the_platform_tells_can_be_read() -> None:
    examples = re.findall(r"```json\n(.*?)```", (ROOT / "docs/platform-events.md").read_text(), flags=re.DOTALL)
    event, *records = (json.loads(example) for example in examples)
    kinds = ("payout.paid", "vendor.created", "bill.created", "bill_payment.paid", "partner.updated")
    for body in (event, *({"type": kind, "data": data} for kind, data in zip(kinds, records, strict=True))):
        assert read_event(json.dumps(body).encode()).told is not None


@pytest.mark.parametrize(
    "page", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")), ids=lambda p: p.name
)
def test_every_link_between_the_documents_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_file_that_the_architecture_names_exists() -> None:
    named = re.findall(
        r"`((?:functions|steps|core|adapters|local|tests)/[\w/.]+)`", (ROOT / "docs/architecture.md").read_text()
    )
    roots = (ROOT, ROOT / "layers/common/crossfoot")
    assert named
    assert [name for name in named if not any((root / name).exists() for root in roots)] == []
