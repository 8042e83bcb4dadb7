"""Speak HTTP with servers on this machine: JSON with exact amounts, always with a timeout, never through a proxy."""

from typing import Any

import requests

from local.demo.errors import DemoError
from local.sandbox.store import dump_json, load_json

# A cold start of everything at once, on a busy machine, takes its time.
TIMEOUT_S = 90.0
LONGEST_QUOTE = 600


class Web:
    """One server, spoken to with the same headers each time."""

    def __init__(
        self, name: str, url: str, headers: dict[str, str] | None = None, timeout_s: float = TIMEOUT_S
    ) -> None:
        self.name, self.url, self.timeout_s = name, url.rstrip("/"), timeout_s
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers.update(headers or {})

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        text: str | None = None,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> requests.Response:
        """Send one request and give its answer, whatever the status; redirects are not followed.

        Takes: `body` is sent as JSON, `text` as it is; a path, or a whole address.
        Raises: DemoError when there is no answer.
        """
        content = dump_json(body) if body is not None else text
        own = {"Content-Type": "application/json"} if content is not None else {}
        address = path if path.startswith("http") else f"{self.url}{path}"
        try:
            return self.session.request(
                method, address, data=content and content.encode(), params=params, headers=own | (headers or {}),
                timeout=self.timeout_s, allow_redirects=False,
            )  # fmt: skip
        except requests.RequestException as error:
            raise DemoError(f"{self.name} did not answer {method} {path}", "look at its log", str(error)) from error

    def call(self, method: str, path: str, body: object = None, **options: Any) -> Any:
        """Send one request and read the JSON of its answer; None where there is none.

        Raises: DemoError with what the server said when the status is not a good one.
        """
        answer = self.send(method, path, body, **options)
        if not answer.ok:
            raise refused(self.name, f"{method} {path}", answer)
        return load_json(answer.content) if answer.content else None


def refused(name: str, what: str, answer: requests.Response) -> DemoError:
    """Quote a server that said no."""
    words = answer.text[:LONGEST_QUOTE]
    return DemoError(f"{name} refused {what} with {answer.status_code}", "see what it says, and its log", words)
