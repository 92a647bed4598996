"""`make demo`: the newsroom and the service at a pace of seconds, alerts printed as they arrive. No internet needed."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.newsroom import Newsroom
from tests.program import Daemon, Program, wait_for
from tests.receivers import Receiver

PAUSE = 4.0  # seconds between two things that happen in the newsroom
HAPPENS = [
    ("harbour-list", "the company sends its comment, and the paper adds a notice"),
    ("lamp-shop", "a number is corrected"),
    ("inquiry-opens", "a headline is changed"),
    ("wedding-speech", "a passage is taken out without a word"),
    ("inquiry-opens", "the headline is changed again"),
    ("ministers-driver", "an article is withdrawn"),
]
FEEDS = {
    "The Harbour Courier": ("courier", "feed.rss"),
    "Northern Dispatch": ("dispatch", "feed.atom"),
    "Tribune of the Hills": ("tribune", "feed.json"),
}


def main() -> None:
    with tempfile.TemporaryDirectory() as home, Newsroom() as newsroom, Receiver() as receiver:
        program = Program(Path(home))
        feeds = {name: newsroom.feed_url(outlet, form) for name, (outlet, form) in FEEDS.items()}
        program.configure(feeds, f'[[channels]]\nname = "demo"\ntype = "webhook"\nurl = "{receiver.url}/"\n')
        program.config.write_text(
            program.config.read_text("utf-8").replace('public_url = "http://addendum.test"\n', "")
        )
        try:
            with program.daemon() as daemon:
                _play(newsroom, receiver, daemon)
        except KeyboardInterrupt:
            _say("\nThe demo is over.")


def _play(newsroom: Newsroom, receiver: Receiver, daemon: Daemon) -> None:
    _say(f"A newsroom with three outlets: {newsroom.url}\nAddendum watches it; its page is {daemon.url}\n")
    wait_for(lambda: json.loads(daemon.get("/healthz"))["versions"] == len(newsroom.stories) - 1)
    _say("Five articles are recorded at version 1. From here on the newsroom edits them.\n")
    for told, (slug, what) in enumerate(HAPPENS):
        time.sleep(PAUSE)
        _say(f"… {what}")
        newsroom.advance(slug)
        wait_for(lambda told=told: len(receiver.received) > told)  # type: ignore[misc]
        _tell(json.loads(receiver.received[told].body)["data"]["change"])
    if sys.stdout.isatty():
        _say(f"Look at {daemon.url} as long as you like; Ctrl-C ends the demo.")
        daemon.processes[0].wait()
    daemon.terminate()


def _tell(change: dict[str, object]) -> None:
    article, links = change["article"], change["links"]
    assert isinstance(article, dict)
    assert isinstance(links, dict)
    _say(f"  ALERT  {article['outlet']}: {article['title']}\n         {change['summary']}")
    _say(f"         {change['significance']}{', stealth' if change['stealth'] else ''} · {links['diff']}\n")


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    try:
        main()
    except subprocess.TimeoutExpired as error:
        sys.exit(f"the service did not stop in time: {error}")
