"""The page that the partner's browser lands on after Intuit's consent page. No script, nothing from elsewhere."""

from html import escape

from crossfoot.errors import CrossfootError, NeedsPartner, Rejected
from crossfoot.messages.routes import Page

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 17px/1.5 system-ui, sans-serif; color: #1d2733; background: #f3f5f7; margin: 0; }}
main {{ max-width: 32rem; margin: 15vh auto 0; padding: 2rem; background: #fff; border-radius: 12px;
  border-top: 6px solid {colour}; }}
h1 {{ font-size: 1.4rem; margin: 0 0 .5rem; }}
p {{ margin: .5rem 0 0; }}
</style>
</head>
<body><main><h1>{title}</h1><p>{sentence}</p><p>{fix}</p></main></body>
</html>
"""


def connected(company: str) -> Page:
    """Say that it worked."""
    return _page(
        200, "QuickBooks is connected", f"Crossfoot now reads {company}. The first import has begun.",
        "You can close this window.",
    )  # fmt: skip


def refused_by_partner(error: str) -> Page:
    """Say that nothing was connected, because the partner (or Intuit) said no."""
    if error == "access_denied":
        return _page(400, "QuickBooks was not connected", "Access was not granted.", "Start again whenever you like.")
    sentence = f"Intuit answered: {error}."
    return _page(400, "QuickBooks was not connected", sentence, "Start again; if it repeats, contact support.")


def incomplete() -> Page:
    """Say that the return lacks what Intuit always sends."""
    sentence = "The address that brought you here is incomplete."
    return _page(400, "QuickBooks was not connected", sentence, "Start the connection again from the beginning.")


def failed(error: CrossfootError) -> Page:
    """Say what stands in the way."""
    title = "QuickBooks was not connected"
    if not isinstance(error, NeedsPartner):
        return _page(503, title, "Intuit did not answer just now.", "Start the connection again in a minute.")
    text = error.detail if isinstance(error, Rejected) else str(error)
    return _page(
        400,
        title,
        f"{text[:1].upper()}{text[1:].rstrip('.')}.",
        error.fix or "Start the connection again from the beginning.",
    )


def _page(status: int, title: str, sentence: str, fix: str) -> Page:
    colour = "#1a7f4b" if status == 200 else "#b3382c"
    html = _PAGE.format(title=escape(title), sentence=escape(sentence), fix=escape(fix), colour=colour)
    return Page(status, html)
