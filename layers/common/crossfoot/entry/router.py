"""Serve the table of routes: find the route, check the caller and the request, run it, map what comes out."""

import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import unquote

from crossfoot.entry.http import Answer, Call, TooLarge, answer_problem, read_call, too_large
from crossfoot.entry.openapi import DESCRIPTION_PATH, IDEMPOTENCY_KEY, describe
from crossfoot.entry.problems import Problem, bad_fields, problem, problem_of
from crossfoot.errors import CrossfootError
from crossfoot.messages.fields import BadFields
from crossfoot.messages.reading import read_json, read_shape
from crossfoot.messages.routes import Asked, Page, Route, Shape, Sheet

_log = logging.getLogger(__name__)

_KEY = re.compile(r"[!-~]{1,255}")


class Router[Ports]:
    """Answers API Gateway's events by a table of routes. Takes: `audience`, the app client whose tokens open them."""

    def __init__(self, routes: Sequence[Route[Ports]], title: str, version: str, audience: str) -> None:
        self._audience = audience
        self._routes = [(route, _pattern(route.path)) for route in routes]
        self._describe = cache(lambda: json.dumps(describe(routes, title, version), ensure_ascii=False))

    def answer(self, event: Mapping[str, Any], get_ports: Callable[[], Ports]) -> dict[str, Any]:
        """Answer one event, whatever happens: nothing but an answer ever leaves here."""
        try:
            call = read_call(event, audience=self._audience)
            answer = self._answer(call, get_ports)
        except TooLarge:
            answer = answer_problem(too_large())
        except Exception:
            _log.exception("crashed: %s %s", event.get("httpMethod"), event.get("resource"))
            answer = answer_problem(_crash(event))
        return answer.to_event()

    def _answer(self, call: Call, get_ports: Callable[[], Ports]) -> Answer:
        if (call.method, call.path) == ("GET", DESCRIPTION_PATH):
            return Answer(200, self._describe())
        here = [(route, found) for route, pattern in self._routes if (found := pattern.fullmatch(call.path))]
        for route, found in here:
            if route.method == call.method:
                return _serve(route, call, found.groupdict(), get_ports)
        return answer_problem(_not_allowed([route.method for route, _ in here]) if here else _no_route())


def _serve[Ports](
    route: Route[Ports], call: Call, parameters: Mapping[str, str], get_ports: Callable[[], Ports]
) -> Answer:
    if not route.is_open and not call.tenant:
        return answer_problem(_no_tenant())
    if route.group and route.group not in call.groups:
        return answer_problem(_not_in(route.group))
    asked = _read(route, call, {name: unquote(value) for name, value in parameters.items()})
    if isinstance(asked, Problem):
        return answer_problem(asked)
    try:
        result = route.run(get_ports(), asked)
    except CrossfootError as error:
        found = problem_of(error)
        _log.info("%s: %s", route.name, error, extra={"tenant": call.tenant, "problem": found.code})
        return answer_problem(found)
    except BadFields as bad:
        return answer_problem(bad_fields(bad.errors))
    return _to_answer(route, result)


def _to_answer[Ports](route: Route[Ports], result: Shape | Page | Sheet | Mapping[str, Any] | None) -> Answer:
    match result:
        case Page():
            return Answer(result.status, result.html, "text/html; charset=utf-8", _PAGE_HEADERS)
        case Sheet():
            named = {"Content-Disposition": f'attachment; filename="{result.name}"'}
            return Answer(route.status, result.csv, f"{route.media_type}; charset=utf-8", named)
        case Shape():
            return Answer(route.status, result.model_dump_json(by_alias=True))
        case _:
            return Answer(route.status, result)


# A page of ours needs no script, no frame and nothing from elsewhere; its address must not travel on.
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


# --- reading -----------------------------------------------------------------------------------------------------------


def _read[Ports](route: Route[Ports], call: Call, parameters: Mapping[str, str]) -> Asked[Any, Any, Any] | Problem:
    """Check a request against the route's shapes. Returns: what was asked, or one problem that names every bad field."""
    errors: list[tuple[str, str]] = []
    try:
        body = {} if route.body is None else read_json(call.body or b"{}")
    except BadFields as bad:
        return bad_fields(bad.errors)

    def check(shape: type[Shape], given: object, where: str, *, strict: bool = False) -> Shape | None:
        try:
            return read_shape(shape, given, where, strict=strict)
        except BadFields as bad:
            errors.extend(bad.errors)
            return None

    key = call.headers.get(IDEMPOTENCY_KEY.lower(), "") if route.idempotent else ""
    if route.idempotent and not _KEY.fullmatch(key):
        errors.append(
            (f"headers.{IDEMPOTENCY_KEY}", "This has to be 1 to 255 visible characters, new for each request.")
        )
    asked = Asked[Any, Any, Any](
        call.tenant,
        check(route.path_shape, parameters, "path."),
        check(route.query, call.query, "query."),
        # A body's JSON has types of its own: "false" there is no boolean. Paths and queries are all text.
        check(route.body, body, "", strict=True) if route.body is not None else None,
        key,
        call.user,
    )
    return bad_fields(errors) if errors else asked


def _pattern(path: str) -> re.Pattern[str]:
    """Turn a path with parameters in braces into a pattern."""
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)))


# --- problems ----------------------------------------------------------------------------------------------------------


def _no_tenant() -> Problem:
    return problem(
        403, "no_partner", "Your sign-in belongs to no partner",
        "The token names no partner. Only the ID token of a partner's user does; an access token does not.",
        "Send the ID token. If this was one, ask the operator to add you to a partner.",
    )  # fmt: skip


def _not_in(group: str) -> Problem:
    return problem(
        403, f"{group}_only", f"Only {group} may do this", f"Your user does not belong to the group {group}.",
        f"Ask one of the {group} to do it.",
    )  # fmt: skip


def _no_route() -> Problem:
    fix = f"GET {DESCRIPTION_PATH} lists every route."
    return problem(404, "not_found", "There is no such address", "No route has this path.", fix)


def _not_allowed(methods: Sequence[str]) -> Problem:
    allowed = ", ".join(methods)
    found = problem(
        405, "method_not_allowed", "Not like this", f"This address takes {allowed}.", "Use one of these methods."
    )
    found.headers["Allow"] = allowed
    return found


def _crash(event: Mapping[str, Any]) -> Problem:
    request_id = (event.get("requestContext") or {}).get("requestId", "")
    return problem(
        500, "crashed", "Something is broken on our side", "This is our mistake. It was recorded, and we look at it.",
        f"Try again later; to ask about it, give this number: {request_id}", request_id=request_id,
    )  # fmt: skip
