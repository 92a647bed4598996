"""The configuration, and errors that name the key, the file and the line."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from addendum import build
from addendum.commands.init import default_text, write
from addendum.configfile import load
from revisions.errors import ConfigError
from revisions.moments import parse_duration, show_duration
from revisions.topic import Relevance

ROOT = Path(__file__).parents[2]


def config(tmp_path: Path, text: str) -> str:
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    return str(path)


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    loaded = load(config(tmp_path, ""))
    assert loaded.service.database == "sqlite:///addendum.db"
    assert loaded.crawl.min_delay == timedelta(seconds=2)
    assert (loaded.revisit.min, loaded.revisit.max) == (timedelta(minutes=2), timedelta(days=30))
    assert loaded.web.address == "http://127.0.0.1:8321"
    assert loaded.crawl.obey_robots


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[service]\ndatabse = "x"', ":2: service.databse: unknown key; expected one of contact, database, log"),
        ("[crawl]\n\nmin_delay = 3", ':3: crawl.min_delay: expected a duration such as "30s"'),
        ('[crawl]\nobey_robots = "perhaps"', ":2: crawl.obey_robots: input should be a valid boolean"),
        ("[servce]\nx = 1", ":1: servce: unknown key; expected one of archive, channels, crawl, feeds"),
        (
            '[[feeds]]\nname="a"\nurl="http://x"\n[[feeds]]\nname="b"\nurl="gopher://x"',
            ":6: feeds[2].url: expected an address",
        ),
        ('[[feeds]]\nname = "a"', ":1: feeds[1].url: is missing"),
        (
            '[[channels]]\nname="a"\ntype="webhook"\nurl="env:NOBODY_SET_THIS"',
            ":4: channels[1].url: the environment variable NOBODY_SET_THIS is not set",
        ),
        ('[[channels]]\nname="a"\ntype="email"\nsmtp="smtp://h"', "a channel of type email needs from and to"),
        ('[[channels]]\nname="a"\ntype="pigeon"', ":3: channels[1].type: input should be"),
        ('[[channels]]\nname="a"\ntype="webhook"\nurl="http://x"\nsecret="whsec_!"', "secret must be"),
        ('[[channels]]\nname="a"\ntype="slack"\nurl="http://x"\nto=["x@y"]', "to is for channels of type email"),
        ('[[channels]]\nname="a"\ntype="slack"\nurl="http://x"\nsecret="x"', "secret"),
        ('[[channels]]\nname="a"\ntype="file"', "a channel of type file needs path"),
        (
            '[[channels]]\nname="a"\ntype="stdout"\ndigest="at dawn"',
            ':4: channels[1].digest: expected "hourly", "daily',
        ),
        ('[[channels]]\nname="a"\ntype="stdout"\ndigest="daily 25:00"', ":4: channels[1].digest: expected"),
        (
            '[[channels]]\nname="a"\ntype="stdout"\nquiet="22:00"',
            ':4: channels[1].quiet: expected hours such as "22:00-',
        ),
        ('[[channels]]\nname="a"\ntype="stdout"\ntimezone="Paris"', ":4: channels[1].timezone: expected a time zone"),
        ('[[channels]]\nname="a"\ntype="stdout"\nmost_per_hour=-1', ":4: channels[1].most_per_hour: input should be"),
        ('[[channels]]\nname="a"\ntype="email"\nunsubscribe="me"', ":4: channels[1].unsubscribe: expected mailto:"),
        ('[service]\ntimezone = "Mars/Olympus"', ":2: service.timezone: expected a time zone such as"),
        ('[service]\noperator = ["me"]', "service.operator names the channel “me”"),
        ('[[rules]]\nname="r"\nchannels=["q"]', "rule “r” names the channel “q”"),
        ('[web]\nhost = "0.0.0.0"', "set web.token as well"),
        ('[revisit]\nmin = "2d"\nmax = "1d"', "revisit.min is longer than revisit.max"),
        (
            '[[topic.speakers]]\nname="N"\nalias=["x"]',
            ":3: topic.speakers[1].alias: unknown key; expected one of aliases",
        ),
        ("x = [", "this is not valid TOML"),
        ("x = " + 3000 * "[", "values are nested too deep"),
    ],
)
def test_an_error_names_the_key_the_file_and_the_line(tmp_path: Path, text: str, said: str) -> None:
    path = config(tmp_path, text)
    with pytest.raises(ConfigError) as error:
        load(path)
    assert said in str(error.value)
    assert path in str(error.value)


def test_a_secret_is_never_shown_in_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", "hush-hush")
    for key in ("url", "secret"):
        extra = 'url="http://x"\n' if key == "secret" else ""
        with pytest.raises(ConfigError) as error:
            load(config(tmp_path, f'[[channels]]\nname="a"\ntype="slack"\n{extra}{key}="env:HOOK"'))
        assert "hush-hush" not in str(error.value)


def test_channels_for_people_are_paced_and_those_for_programs_are_not(tmp_path: Path) -> None:
    loaded = load(
        config(
            tmp_path,
            """
[service]
timezone = "Asia/Kolkata"
[[channels]]
name = "desk"
type = "slack"
url = "http://x"
digest = "weekly mon 08:00"
timezone = "Europe/Paris"
[[channels]]
name = "archive"
type = "webhook"
url = "http://x"
""",
        )
    )
    paces = build.paces(loaded)
    assert (paces["desk"].most_per_hour, paces["desk"].burst, str(paces["desk"].zone)) == (60, 10, "Europe/Paris")
    assert (paces["archive"].most_per_hour, paces["archive"].burst, str(paces["archive"].zone)) == (
        0,
        0,
        "Asia/Kolkata",
    )
    assert loaded.operator == ["desk"]


def test_a_variable_can_hold_two_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", "whsec_bmV3IHNlY3JldA== whsec_b2xkIHNlY3JldA==")
    text = '[[channels]]\nname="a"\ntype="webhook"\nurl="http://x"\nsecret="env:HOOK"'
    assert load(config(tmp_path, text)).channels[0].secret == ["whsec_bmV3IHNlY3JldA==", "whsec_b2xkIHNlY3JldA=="]


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="`addendum init` writes one"):
        load(str(tmp_path / "none.toml"))


def test_the_environment_overrides_and_is_checked_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = config(tmp_path, '[service]\ncontact = "file"\nlog = "debug"')
    monkeypatch.setenv("ADDENDUM_SERVICE__CONTACT", "environment")
    assert (load(path).service.contact, load(path).service.log) == ("environment", "debug")
    monkeypatch.setenv("ADDENDUM_CRAWL__MIN_DELAY", "soon")
    with pytest.raises(ConfigError, match="ADDENDUM_CRAWL__MIN_DELAY: expected a duration"):
        load(path)
    monkeypatch.delenv("ADDENDUM_CRAWL__MIN_DELAY")
    monkeypatch.setenv("ADDENDUM_SRVICE__CONTACT", "x")
    with pytest.raises(ConfigError, match="there is no section srvice"):
        load(path)


def test_the_file_is_found_through_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADDENDUM_CONFIG", config(tmp_path, '[service]\ncontact = "here"'))
    assert load().service.contact == "here"


@pytest.mark.parametrize(("text", "seconds"), [("2s", 2), ("1h30m", 5400), ("0s", 0), ("7d", 604800), ("1.5h", 5400)])
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "2", "soon", "5 parsecs", 3, None])
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="expected a duration"):
        parse_duration(text)


def test_durations_are_shown_in_two_units() -> None:
    assert [show_duration(timedelta(seconds=s)) for s in (0, 61, 7500, 200_000)] == ["0s", "1m 1s", "2h 5m", "2d 7h"]


class TestShippedConfiguration:
    """config.toml, as it comes."""

    def test_it_loads_and_init_writes_it(self) -> None:
        shipped = load(str(ROOT / "config.toml"))
        assert shipped.topic.name == "Pegasus project"
        assert len(shipped.feeds) > 20
        assert tomllib.loads(default_text())["topic"]["name"] == "Pegasus project"

    def test_what_it_shows_as_comments_is_valid_when_the_marks_are_taken_away(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ARCHIVE_SECRET", "whsec_bmV3IHNlY3JldA==")
        for name in ("SLACK_WEBHOOK_URL", "SMTP_URL", "APPRISE_URL", "ADDENDUM_TOKEN", "EXAMPLE_TOKEN"):
            monkeypatch.setenv(name, "https://hooks.example/x")
        for name in ("EXAMPLE_COOKIES", "ARCHIVE_ACCESS_KEY", "ARCHIVE_SECRET_KEY"):
            monkeypatch.setenv(name, "name=value")
        text = re.sub(r"^(?:# )+(?=\[|[a-z_]+ = )", "", default_text(), flags=re.MULTILINE)
        loaded = load(config(tmp_path, text))
        assert [channel.type for channel in loaded.channels] == ["slack", "email", "webhook", "apprise", "file"]
        assert len(loaded.rules) == 2
        assert loaded.outlets["example.org"].cookies == {"name": "value"}
        assert loaded.archive.save
        assert loaded.rules[1].words

    def test_init_writes_it_where_told_and_never_over_a_file(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write("-", force=False)
        assert tomllib.loads(capsys.readouterr().out)["topic"]["name"] == "Pegasus project"
        path = tmp_path / "config.toml"
        write(str(path), force=False)
        assert load(str(path)).topic.name == "Pegasus project"
        with pytest.raises(ConfigError, match="`--force` overwrites it"):
            write(str(path), force=False)

    @pytest.mark.parametrize(
        ("title", "relevance"),
        [
            ("NSO Group rejects the findings of the consortium", Relevance.YES),
            ("Projet Pegasus : un ministre sur la liste", Relevance.YES),
            ("Pegasus-Affäre: Was die Spähsoftware kann", Relevance.YES),
            ("A Pegasus kémprogrammal figyeltek meg újságírókat", Relevance.YES),
            ("תוכנת הריגול פגסוס הופעלה", Relevance.YES),
            ("برنامج التجسس بيغاسوس في هواتف صحفيين", Relevance.YES),
            ("पेगासस जासूसी पर सवाल", Relevance.YES),
            ("Pegasus Airlines orders more planes", Relevance.NO),
            ("Pegasus World Cup draws a record crowd", Relevance.NO),
            ("New Nike Pegasus running shoe tested", Relevance.NO),
            ("Pegasus rocket carries a satellite aloft", Relevance.NO),
            ("The winged horse Pegasus in Greek mythology", Relevance.NO),
            ("Project Pegasus takes on shoplifting gangs", Relevance.NO),
            ("NSO revises GDP estimate", Relevance.NO),
        ],
    )
    def test_its_topic_knows_the_story_from_the_horse(self, title: str, relevance: Relevance) -> None:
        topic = load(str(ROOT / "config.toml")).topic.as_told()
        assert topic.judge(title).relevance is relevance
