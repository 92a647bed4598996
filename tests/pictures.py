"""`make pictures`: the messages in docs/, drawn by headless Chromium from what the channels really send.

The Slack message is Block Kit JSON; the little renderer here knows the blocks we send and draws them as Slack does.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import sync_playwright

from alerts.channels.mail import as_html
from alerts.channels.slack import body
from alerts.message import Message
from tests.alerts.samples import burst, story
from tests.web.newsroom_record import served

DOCS = Path(__file__).parent.parent / "docs"
PHONE = 380
PAGES: dict[str, tuple[str, int, Literal["light", "dark"]]] = {
    "changes": ("/", 1000, "light"),
    "diff": ("/articles/{harbour_list}/diff/1..2", 1000, "light"),
    "diff-side": ("/articles/{harbour_list}/diff/1..2?view=side", 1000, "dark"),
    "diff-phone": ("/articles/{harbour_list}/diff/1..2?only=changes", PHONE, "dark"),
    "article": ("/articles/{inquiry_opens}", 1000, "light"),
    "version": ("/articles/{harbour_list}/versions/2", 1000, "light"),
    "statements": ("/statements", 1000, "light"),
    "search": ("/search?q=list", 1000, "light"),
    "outlets": ("/outlets", 1000, "light"),
    "feeds": ("/feeds", 1000, "light"),
}
STYLE = (
    "body{font:15px/1.46 Lato,'Noto Sans',sans-serif;margin:0;padding:16px;color:#1d1c1d;background:#fff;width:640px}"
    "a{color:#1264a3;text-decoration:none}.who{font-weight:900;margin-bottom:2px}.who small{font-weight:400;color:#616061}"
    "blockquote{margin:6px 0;padding-left:12px;border-left:4px solid #ddd}.part{margin:6px 0;white-space:pre-line}"
    ".who b{background:#e8e8e8;font-size:10px;padding:1px 3px;border-radius:2px;color:#616061}"
)


def slack_page(message: Message) -> str:
    """The message as Slack shows it."""
    drawn = "".join(_block(block) for block in body(message)["blocks"])  # type: ignore[attr-defined]
    who = f'<div class="who">Addendum <b>APP</b> <small>{message.at:%H:%M}</small></div>'
    return f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style>{who}{drawn}'


def _block(block: dict[str, Any]) -> str:
    assert block["type"] == "rich_text", "the one kind we send"
    tags = {
        "rich_text_section": ('<div class="part" dir="auto">', "</div>"),
        "rich_text_quote": ("<blockquote dir=auto>", "</blockquote>"),
    }
    return "".join("".join([tags[p["type"]][0], *_runs(p["elements"]), tags[p["type"]][1]]) for p in block["elements"])


def _runs(elements: list[dict[str, Any]]) -> Iterator[str]:
    for run in elements:
        text = escape(run["text"])
        for style, tag in (("bold", "b"), ("italic", "i"), ("strike", "s")):
            if run.get("style", {}).get(style):
                text = f"<{tag}>{text}</{tag}>"
        yield f'<a href="{escape(run["url"])}">{text}</a>' if run["type"] == "link" else text


def draw(html: str, to: Path, width: int, height: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(html, "utf-8")
        browser = shutil.which("chromium") or shutil.which("google-chrome") or sys.exit("Chromium is not installed")
        command = [browser, "--headless", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=1.5"]
        command += [f"--window-size={width},{height}", f"--screenshot={to}", f"--user-data-dir={folder}/profile"]
        subprocess.run([*command, page.as_uri()], check=True, capture_output=True, timeout=60)


def main() -> None:
    draw(slack_page(story()), DOCS / "slack.png", 680, 430)
    draw(slack_page(burst()), DOCS / "slack-grouped.png", 680, 900)
    draw(as_html(story()), DOCS / "email.png", 420, 640)
    draw_pages()


def draw_pages() -> None:
    """The pages over the newsroom's record, in a browser without JavaScript."""
    with tempfile.TemporaryDirectory() as home, served(Path(home)) as daemon, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        with urllib.request.urlopen(f"{daemon.url}/api/v1/articles") as answer:
            numbers = {article["url"].rsplit("/", 1)[1]: article["id"] for article in json.load(answer)}
        for name, (path, width, scheme) in PAGES.items():
            context = browser.new_context(
                viewport={"width": width, "height": 640}, color_scheme=scheme, java_script_enabled=False
            )
            page = context.new_page()
            page.goto(daemon.url + path.format(**{slug.replace("-", "_"): number for slug, number in numbers.items()}))
            page.screenshot(path=DOCS / f"{name}.png", full_page=width > PHONE)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
