"""What the e-mails say: of a connection's turns (C7), and of what needs attention (X1)."""

from datetime import UTC, datetime

import pytest
from crossfoot.core.attention import COUNTED, Cause
from crossfoot.core.mails import SUBJECT_LENGTH, Mail, Tally, write_digest, write_turn
from crossfoot.core.model import System
from crossfoot.core.notices import Checkup, Health
from crossfoot.core.tending import Worry

KEYS_REFUSED = Worry("ConnectWise no longer accepts these keys.", "Enter new keys.")
OCTOBER = datetime(2026, 10, 5, tzinfo=UTC)


def checkup(health: Health, *worries: Worry, name: str = "Acme", since: str = "2026-11-03") -> Checkup:
    return Checkup(System.CONNECTWISE, name, health, worries, since)


WELL = checkup(Health.WELL)
STOPPED = checkup(Health.STOPPED, KEYS_REFUSED)


def subject_of(told: str, now: Checkup) -> str | None:
    mail = write_turn(told, now)
    return mail.subject if mail else None


@pytest.mark.parametrize(
    ("told", "now", "subject"),
    [
        ("", WELL, None),
        ("", STOPPED, "Crossfoot: ConnectWise needs your attention"),
        (STOPPED.mark, STOPPED, None),
        (STOPPED.mark, WELL, "Crossfoot: ConnectWise is connected again"),
        ("", checkup(Health.SILENT), "Crossfoot: ConnectWise does not answer"),
        ("silent 2026-11-03", checkup(Health.SILENT), None),
        ("silent 2026-11-02", checkup(Health.SILENT), "Crossfoot: ConnectWise does not answer"),
        ("silent 2026-11-03", WELL, "Crossfoot: ConnectWise is connected again"),
        ("", checkup(Health.WARNED), "Crossfoot: A warning about ConnectWise"),
        ("warned 2026-11-03", checkup(Health.WARNED, KEYS_REFUSED), None),
        (STOPPED.mark, checkup(Health.WARNED), "Crossfoot: ConnectWise is connected again"),
        ("silent 2026-11-03", checkup(Health.WARNED), "Crossfoot: ConnectWise is connected again"),
        ("warned 2026-11-03", WELL, None),
        ("warned 2026-11-03", STOPPED, "Crossfoot: ConnectWise needs your attention"),
    ],
)
def test_c7_each_turn_of_a_connection_is_one_mail(told: str, now: Checkup, subject: str | None) -> None:
    assert subject_of(told, now) == subject


def test_c7_a_mail_of_trouble_says_what_is_wrong_and_what_mends_it() -> None:
    mail = write_turn("", STOPPED)
    assert mail is not None
    for text in (mail.text, mail.html):
        for said in ("ConnectWise (Acme)", KEYS_REFUSED.reason, KEYS_REFUSED.fix, "Notifications"):
            assert said in text


def test_c7_a_connection_that_came_back_with_a_warning_says_both() -> None:
    mail = write_turn(STOPPED.mark, checkup(Health.WARNED, KEYS_REFUSED))
    assert mail is not None
    assert "is over" in mail.text
    assert KEYS_REFUSED.reason in mail.text


def test_x1_nothing_is_written_when_nothing_needs_attention() -> None:
    assert write_digest([], [WELL], Tally()) is None
    assert write_digest([Cause("row_gone", ignored=7)], [WELL], Tally()) is None, "what is ignored needs none"


def test_x1_a_digest_names_each_cause_with_its_count_its_fix_its_oldest_day_and_each_connection() -> None:
    causes = [
        Cause("row_gone", count=2, oldest_since=OCTOBER),
        Cause("period_closed", count=1, ignored=3, oldest_since=OCTOBER),
        Cause("row_taken", count=COUNTED, is_more=True, oldest_since=OCTOBER),
    ]
    mail = write_digest(causes, [STOPPED, WELL], Tally())
    assert mail is not None
    assert mail.subject == "Crossfoot: 4 matters need your attention"
    said = [f"{causes[0].remedy.title}: 2 records", f"{causes[1].remedy.title}: 1 record\n"]
    said += [f"{causes[2].remedy.title}: more than 1,000 records", causes[0].remedy.fix, "The oldest since 2026-10-05."]
    for each in (*said, KEYS_REFUSED.reason, "Under Attention"):
        assert each in mail.text


@pytest.mark.parametrize(
    ("matches", "said"),
    [(Tally(1), "1 number"), (Tally(4), "4 numbers"), (Tally(200, is_more=True), "more than 200 numbers")],
)
def test_i9_matches_to_decide_on_need_attention_too(matches: Tally, said: str) -> None:
    mail = write_digest([], [WELL], matches)
    assert mail is not None
    assert f"{said}\n" in mail.text
    assert "under Matches" in mail.text


HOSTILE = 'Acme"><script>alert(1)</script>\r\nBcc: all@example.com\x00\u2028 & Söhne'


@pytest.mark.parametrize("health", [Health.STOPPED, Health.SILENT, Health.WARNED])
def test_what_a_vendor_named_is_text_in_every_mail(health: Health) -> None:
    ill = checkup(health, Worry(HOSTILE, HOSTILE), name=HOSTILE)
    for mail in (write_turn("", ill), write_digest([Cause(HOSTILE, count=1)], [ill], Tally())):
        assert mail is not None
        assert "<script" not in mail.html
        assert "&lt;script&gt;" in mail.html
        assert "Söhne" in mail.text
        assert_well_formed(mail)


def assert_well_formed(mail: Mail) -> None:
    assert mail.subject.isprintable()
    assert len(mail.subject) <= SUBJECT_LENGTH
    assert mail.html.isprintable()
    assert not any(line.startswith("Bcc") for line in mail.text.splitlines())
    assert mail.text.replace("\n", "").isprintable()
