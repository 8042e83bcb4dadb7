"""The page at `/_sandbox`: a person sees the records and the last requests, and watches a payment arrive."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from local.sandbox.faults import Faults, SeenRequest

KEPT_REQUESTS = 500
SHOWN_REQUESTS = 40
SHOWN_ROWS = 50


@dataclass
class RequestLog:
    """The last requests, newest last, for the page and for tests to look at."""

    now: Callable[[], datetime]
    kept: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT_REQUESTS))

    def add(self, seen: SeenRequest) -> None:
        self.kept.append({"at": self.now().strftime("%Y-%m-%dT%H:%M:%SZ"), **asdict(seen)})


@dataclass(frozen=True)
class Panel:
    """One kind of record on the page.

    Takes: `rows` newest first, cells as text; `total` how many there are, when `rows` holds only the newest.
    `amounts` names the columns that are money: they are set to the right in figures of one width.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    total: int | None = None
    amounts: frozenset[str] = frozenset()


def page_routes(
    title: str,
    log: RequestLog,
    faults: Faults,
    panels: Callable[[], list[Panel]],
    counts: Callable[[], Mapping[str, Any]],
) -> list[Route]:
    """`/_sandbox`, `/_sandbox/requests` (newest last) and `/_sandbox/counts`."""

    async def page(_request: Request) -> Response:
        return HTMLResponse(render(title, panels(), list(log.kept), faults.listing()))

    async def requests(_request: Request) -> Response:
        return JSONResponse(list(log.kept))

    async def counted(_request: Request) -> Response:
        return JSONResponse(dict(counts()))

    return [
        Route("/_sandbox", page, methods=["GET"]),
        Route("/_sandbox/requests", requests, methods=["GET"]),
        Route("/_sandbox/counts", counted, methods=["GET"]),
    ]


def render(
    title: str, panels: Sequence[Panel], requests: Sequence[Mapping[str, Any]], faults: Sequence[Mapping[str, Any]]
) -> str:
    """The whole page as one document that needs nothing from elsewhere."""
    newest = list(reversed(requests))[:SHOWN_REQUESTS]
    body = "".join((*map(_records, panels), _request_panel(newest, len(requests)), _fault_panel(faults)))
    return _DOCUMENT.replace("{title}", escape(title)).replace("{body}", body)


def _records(panel: Panel) -> str:
    total = len(panel.rows) if panel.total is None else panel.total
    rows = ["".join(_cell(c, v, panel) for c, v in zip(panel.columns, r, strict=True)) for r in panel.rows[:SHOWN_ROWS]]
    return _table(panel.title, str(total), panel.columns, rows, panel.amounts)


def _cell(column: str, value: str, panel: Panel) -> str:
    return f"<td{' class=amount' if column in panel.amounts else ''}>{escape(value)}</td>"


def _request_panel(requests: Sequence[Mapping[str, Any]], kept: int) -> str:
    rows = [
        f"<td>{escape(seen['at'][11:19])}</td><td>{escape(seen['method'])}</td>"
        f"<td class=path>{escape(seen['path'])}</td>"
        f"<td class={_status_class(seen['status'])}>{seen['status'] or 'cut'}</td>"
        f"<td class=amount>{seen['ms']:.1f}</td><td class=bad>{escape(seen['fault'] or '')}</td>"
        for seen in requests
    ]
    return _table("Last requests", str(kept), ("at", "method", "path", "status", "ms", "fault"), rows, {"ms"})


def _status_class(status: int | None) -> str:
    return "good" if status is not None and status < 400 else "bad"


def _fault_panel(faults: Sequence[Mapping[str, Any]]) -> str:
    if not faults:
        return ""
    columns = ("fault", "method", "path_contains", "times", "used")
    rows = [
        "".join(f"<td>{escape(str(fault[c] if fault[c] is not None else '·'))}</td>" for c in columns)
        for fault in faults
    ]
    return _table("Armed faults", str(len(faults)), columns, rows, frozenset())


def _table(
    title: str, badge: str, columns: Sequence[str], rows: Sequence[str], amounts: frozenset[str] | set[str]
) -> str:
    heads = "".join(f"<th{' class=amount' if c in amounts else ''}>{escape(c)}</th>" for c in columns)
    lines = (
        "".join(f"<tr>{row}</tr>" for row in rows) or f"<tr><td class=none colspan={len(columns)}>nothing yet</td></tr>"
    )
    return (
        f"<section><h2>{escape(title)} <span>{escape(badge)}</span></h2><div><table>"
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div></section>"
    )


_DOCUMENT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root { color-scheme: light dark; --ink: #16202c; --quiet: #66758a; --line: #e3e8ee; --card: #fff; --ground: #f4f6f9;
        --accent: #2457d6; --good: #14804a; --bad: #c0352b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ecf3; --quiet: #93a1b5; --line: #2a3442; --card: #171e28;
        --ground: #0f141b; --accent: #86a8ff; --good: #5fcf96; --bad: #ff8e83; } }
* { box-sizing: border-box } body { margin: 0; background: var(--ground); color: var(--ink);
  font: 13px/1.4 system-ui, sans-serif } header { padding: 20px 24px 4px } h1 { margin: 0; font-size: 20px }
header p { margin: 2px 0 0; color: var(--quiet) }
main { display: grid; gap: 16px; padding: 16px 24px 40px;
  grid-template-columns: repeat(auto-fit, minmax(min(560px, 100%), 1fr)) }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; min-width: 0 }
h2 { margin: 0; padding: 10px 14px; font-size: 14px; border-bottom: 1px solid var(--line) }
h2 span { margin-left: 6px; padding: 1px 8px; border-radius: 9px; background: var(--ground); color: var(--quiet);
  font-weight: 500; font-size: 12px } section > div { max-height: 420px; overflow: auto }
table { width: 100%; border-collapse: collapse } th, td { padding: 4px 8px; text-align: left; white-space: nowrap }
th { position: sticky; top: 0; background: var(--card); color: var(--quiet); font-size: 12px; font-weight: 500 }
tbody tr:nth-child(even) { background: color-mix(in srgb, var(--ground) 55%, transparent) }
td.path { max-width: 30ch; overflow: hidden; text-overflow: ellipsis } td.none { color: var(--quiet) }
.amount { text-align: right; font-variant-numeric: tabular-nums }
.good { color: var(--good) } .bad { color: var(--bad) }
</style></head>
<body><header><h1>{title}</h1><p>A simulator on this machine. Refreshes by itself.</p></header><main>{body}</main>
<script>
setInterval(async () => {
  try {
    const fresh = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const places = [...document.querySelectorAll("section > div")].map((place) => place.scrollTop);
    document.querySelector("main").replaceWith(fresh.querySelector("main"));
    document.querySelectorAll("section > div").forEach((place, i) => { place.scrollTop = places[i] ?? 0; });
    document.querySelector("header p").textContent = "A simulator on this machine. Refreshes by itself.";
  } catch { document.querySelector("header p").textContent = "The sandbox does not answer; trying again."; }
}, 2000);
</script></body></html>
"""
