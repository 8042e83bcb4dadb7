"""The e-mails that a partner gets: plain text, and the same as simple HTML. Whatever a vendor named is text in both."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from crossfoot.core.attention import Cause
from crossfoot.core.model import SYSTEM_NAMES
from crossfoot.core.notices import Checkup, Health, health_of

SUBJECT_LENGTH = 150
_WHY = "You get this because your address was chosen under Notifications in Crossfoot."


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail, but for who gets it."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Part:
    """A heading, and what is said below it."""

    heading: str
    lines: tuple[str, ...]


def write_turn(told: str, now: Checkup) -> Mail | None:
    """Write what a turn of a connection is worth: its trouble, or that it is over; None where it is worth no word.

    Takes: `told` is the mark of what was told last.
    Source: C7.
    """
    if told == now.mark:
        return None
    works, worked = (health in (Health.WELL, Health.WARNED) for health in (now.health, health_of(told)))
    is_back = works and not worked
    parts = [_to_part(now)] if now.health is not Health.WELL else []
    if is_back:
        parts.insert(0, _back(now))
    subject = _SUBJECTS[Health.WELL if is_back else now.health].format(SYSTEM_NAMES[now.system])
    return _write(subject, parts) if parts else None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many there are; `is_more` where there are further ones."""

    count: int = 0
    is_more: bool = False

    def of(self, thing: str) -> str:
        """Say so in words."""
        if self.is_more:
            return f"more than {self.count:,} {thing}s"
        return f"1 {thing}" if self.count == 1 else f"{self.count:,} {thing}s"


def write_digest(causes: Sequence[Cause], connections: Sequence[Checkup], matches: Tally) -> Mail | None:
    """Write what needs attention; None where nothing does.

    Takes: `matches` are those to be decided on.
    Source: C7, I9, X1, X3.
    """
    ill = [_to_part(each) for each in connections if each.health is not Health.WELL]
    open_causes = [cause for cause in causes if cause.count]
    parts = [*ill, *map(_of_cause, open_causes), *([_of_matches(matches)] if matches.count else [])]
    if not parts:
        return None
    matters = "1 matter needs" if len(parts) == 1 else f"{len(parts)} matters need"
    return _write(f"{matters} your attention", parts, "Under Attention stands each record, with what holds it up.")


_SUBJECTS = {
    Health.WELL: "{} is connected again",
    Health.WARNED: "A warning about {}",
    Health.SILENT: "{} does not answer",
    Health.STOPPED: "{} needs your attention",
}


def _back(now: Checkup) -> _Part:
    lines = ("What was told of this connection before is over. What changed meanwhile is read now.",)
    return _Part(_title(now), lines)


def _to_part(now: Checkup) -> _Part:
    lines = [line for worry in now.worries for line in (worry.reason, worry.fix) if line]
    return _Part(_title(now), tuple(lines))


def _title(now: Checkup) -> str:
    name = SYSTEM_NAMES[now.system]
    return f"{name} ({now.account_name})" if now.account_name else name


def _of_cause(cause: Cause) -> _Part:
    oldest = f"The oldest since {cause.oldest_since:%Y-%m-%d}." if cause.oldest_since else ""
    return _Part(
        f"{cause.remedy.title}: {Tally(cause.count, cause.is_more).of('record')}",
        tuple(filter(None, (cause.remedy.fix, oldest))),
    )


def _of_matches(matches: Tally) -> _Part:
    fix = "Decide on them under Matches; their payments then follow."
    return _Part(f"Invoices may be the same in both systems, and only you can say so: {matches.of('number')}", (fix,))


def _write(subject: str, parts: Sequence[_Part], closing: str = "") -> Mail:
    clean = [_Part(one_line(part.heading), tuple(map(one_line, part.lines))) for part in parts]
    ending = [line for line in (closing, _WHY) if line]
    return Mail(one_line(f"Crossfoot: {subject}")[:SUBJECT_LENGTH], _to_text(clean, ending), _to_html(clean, ending))


def _to_text(parts: Iterable[_Part], ending: Iterable[str]) -> str:
    blocks = ["\n".join((part.heading, *(f"  {line}" for line in part.lines))) for part in parts]
    return "\n\n".join((*blocks, *ending)) + "\n"


def _to_html(parts: Iterable[_Part], ending: Iterable[str]) -> str:
    blocks = [
        f"<h3>{escape(part.heading)}</h3>" + "".join(f"<p>{escape(line)}</p>" for line in part.lines) for part in parts
    ]
    return (
        "<html><body>" + "".join((*blocks, "<hr>", *(f"<p>{escape(line)}</p>" for line in ending))) + "</body></html>"
    )


def one_line(text: str) -> str:
    """Put a text on one line, without what is not printed: names come from vendors, and a header ends with its line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
