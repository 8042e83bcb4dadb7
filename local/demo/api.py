"""Crossfoot's own API, as a partner's dashboard calls it; and the partner's browser on Intuit's consent page."""

from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

from local.demo.errors import DemoError
from local.demo.web import TIMEOUT_S, Web, refused

LIMIT = 200


class Api:
    """The API, signed in as one partner."""

    def __init__(self, url: str, token: str) -> None:
        self._web = Web("Crossfoot's API", url, {"Authorization": token})

    def get(self, path: str, **params: str) -> Any:
        return self._web.call("GET", path, params=params)

    def post(self, path: str, body: object) -> Any:
        # Some routes ask for it; the others do not look at it.
        return self._web.call("POST", path, body, headers={"Idempotency-Key": uuid4().hex})

    def put(self, path: str, body: object) -> Any:
        return self._web.call("PUT", path, body)

    def list_all(self, what: str) -> list[dict[str, Any]]:
        """Read every page of `invoices` or `payments`."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.get(f"/v1/{what}", limit=str(LIMIT), **({"cursor": cursor} if cursor else {}))
            found += page[what]
            cursor = page["next_cursor"]
            if not cursor:
                return found

    def explain(self, record: str, kind: str = "payment") -> dict[str, Any]:
        """Ask what happened to a record and why."""
        told: dict[str, Any] = self.get(f"/v1/records/{kind}/{record}/explain")
        return told

    def newest_report(self) -> dict[str, Any] | None:
        """Read the newest crossfoot report, if there is one."""
        answer = self._web.send("GET", "/v1/crossfoot")
        if answer.status_code == 404:
            return None
        if not answer.ok:
            raise refused("Crossfoot's API", "GET /v1/crossfoot", answer)
        report: dict[str, Any] = answer.json()
        return report

    def connect_quickbooks(self, realm: str) -> None:
        """Consent on Intuit's page to what the API asks for there, and come back.

        Raises: DemoError when the page has no such company, or the way back fails.
        """
        authorize_url = self.post("/v1/connections/quickbooks", {})["authorize_url"]
        browser = Web("The consent page", authorize_url)
        page = browser.send("GET", authorize_url)
        form = next((each for each in read_forms(page.text) if each.get("realmId") == realm), None)
        if form is None:
            raise refused("The consent page", "to offer the company", page)
        consent = browser.session.post(page.url.split("?")[0], data=form, timeout=TIMEOUT_S, allow_redirects=False)
        back = consent.headers.get("Location", "")
        if consent.status_code != 302 or not back:
            raise refused("The consent page", "the consent", consent)
        landed = browser.send("GET", back)
        if landed.status_code != 200:
            raise refused("The way back to Crossfoot", "the consent", landed)

    def connect_connectwise(self, credentials: dict[str, str]) -> None:
        """Type the API member's keys into the form.

        Raises: DemoError when the keys are refused, or the callbacks could not be registered.
        """
        asked = ("site_url", "company_id", "public_key", "private_key")
        answer = self.post("/v1/connections/connectwise", {name: credentials[name] for name in asked})
        if answer["callbacks"] != "registered":
            raise DemoError("ConnectWise's callbacks were not registered", "see the reason", str(answer["callbacks"]))


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append({})
        elif tag == "input" and self.found and "name" in values:
            self.found[-1][values["name"]] = values.get("value", "")


def read_forms(html: str) -> list[dict[str, str]]:
    """List the forms of a page, each as what it would post."""
    parser = _Forms()
    parser.feed(html)
    return parser.found
