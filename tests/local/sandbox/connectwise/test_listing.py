"""Lists on the wire: pages, links, order and fields."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.local.sandbox.connectwise.driver import Sandbox


def fill(sandbox: Sandbox, count: int) -> list[int]:
    lines = "\n".join(
        f'{{"entity":"Company","record":{{"id":{n},"identifier":"c{n:03}","name":"N{n % 3}"}}}}'
        for n in range(1, count + 1)
    )
    assert sandbox.control("POST", "load", lines) == (200, {"Company": count})
    return list(range(1, count + 1))


def links(answer: Any) -> dict[str, str]:
    return {rel: url for url, rel in re.findall(r'<([^>]*)>; rel="(\w+)"', answer.headers.get("link", ""))}


def test_a_page_holds_25_unless_asked_and_1000_at_most(sandbox: Sandbox) -> None:
    fill(sandbox, 1005)
    assert len(sandbox.get("/company/companies")[1]) == 25
    assert len(sandbox.get("/company/companies", pageSize=100)[1]) == 100
    assert len(sandbox.get("/company/companies", pageSize=5000)[1]) == 1000
    assert sandbox.get("/company/companies", page=99) == (200, [])
    assert sandbox.get("/company/companies/count") == (200, {"count": 1005})


def test_following_the_next_links_reads_every_record_once(sandbox: Sandbox) -> None:
    wanted = fill(sandbox, 23)
    answer = sandbox.call("GET", "/company/companies", pageSize=10, conditions='identifier contains "c" and id < 999')
    seen = [record["id"] for record in answer.json()]
    assert links(answer).keys() == {"next", "last"}
    while following := links(answer).get("next"):
        assert re.search(r"page=\d+$", following), "clients look for the page at the end of the link"
        split = urlsplit(following)
        path = split.path.removeprefix("/v4_6_release/apis/3.0")
        answer = sandbox.call("GET", f"{path}?{split.query}")
        seen += [record["id"] for record in answer.json()]
    assert seen == wanted
    assert links(answer).keys() == {"prev", "first"}


def test_forward_only_pages_always_name_a_next_one(sandbox: Sandbox) -> None:
    wanted = fill(sandbox, 12)
    forward = {"pagination-type": "forward-only"}
    seen, after = [], 0
    while True:
        answer = sandbox.call("GET", "/company/companies", headers=forward, pageSize=5, pageId=after, page=3)
        assert links(answer).keys() == {"next"}
        if not answer.json():
            break
        seen += [record["id"] for record in answer.json()]
        after = seen[-1]
    assert seen == wanted
    assert sandbox.call("GET", "/company/companies", headers=forward, orderBy="name").status_code == 400


def test_records_come_in_the_order_asked_for(sandbox: Sandbox) -> None:
    fill(sandbox, 6)
    assert [r["id"] for r in sandbox.get("/company/companies", orderBy="name desc, id desc")[1]] == [5, 2, 4, 1, 6, 3]
    assert [r["id"] for r in sandbox.get("/company/companies", orderBy="lastUpdated asc")[1]] == [1, 2, 3, 4, 5, 6]
    status, body = sandbox.get("/company/companies", orderBy="colour")
    assert (status, body["message"]) == (400, "colour is not a recognized name.")


def test_fields_cut_a_record_down_and_drop_info_unless_named(sandbox: Sandbox) -> None:
    company = sandbox.new_company("bob", types=[{"id": 4, "name": "Customer"}])
    path = f"/company/companies/{company}"
    assert sandbox.get(path, fields="id,status/name,types/name") == (
        200, {"id": company, "status": {"name": "Active"}, "types": [{"name": "Customer"}]}
    )  # fmt: skip
    assert set(sandbox.get(path, fields="id,_info/lastUpdated")[1]["_info"]) == {"lastUpdated"}
    assert sandbox.get(path, fields="id,colour") == (200, {"id": company})
    sandbox.turn(unknown_fields_refused=True)
    assert sandbox.get(path, fields="id,colour")[0] == 400


@pytest.mark.parametrize("query", [{"page": "two"}, {"pageSize": "-5"}, {"pageSize": "9999999999"}])
def test_a_page_that_is_no_number_is_refused(sandbox: Sandbox, query: dict[str, str]) -> None:
    assert sandbox.get("/company/companies", **query)[0] == 400
