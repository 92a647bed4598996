"""A difference inside other people's pages: a frame, a picture, and how programs find both (oEmbed 1.0)."""

import shutil
import subprocess
import tempfile
import threading
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from revisions.errors import AddendumError, QuestionError
from storage import queries
from web.access import is_known_host, may_see_shared, share_key
from web.difference import Difference, get_difference, steps_in
from web.site import Here, Site, template

WIDTH, HEIGHT = 1200, 630  # of the picture, as services that show links want it
FRAME = (600, 480)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 30  # seconds that drawing a picture may take
PICTURES = 100  # kept in memory

_one_at_a_time = threading.Lock()


def build_embeds(guards: list[Any]) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    shared = [Depends(is_known_host), Depends(may_see_shared)]
    step = "/embed/articles/{number}/diff/{step}"
    router.add_api_route(f"{step}.png", picture, methods=["GET", "HEAD"], dependencies=shared)
    router.add_api_route(step, frame, methods=["GET", "HEAD"], dependencies=shared, response_class=HTMLResponse)
    router.add_api_route("/oembed", oembed, methods=["GET"], dependencies=guards)
    return router


def frame(request: Request, site: Here, number: int, step: str) -> HTMLResponse:
    return HTMLResponse(_page(site, _find(site, number, step)))


def picture(site: Here, number: int, step: str) -> Response:
    browser = _browser()
    if not browser:
        raise HTTPException(501, "pictures are drawn by Chromium, which is not installed here")
    page = _page(site, _find(site, number, step), style=_style())
    return Response(_draw(browser, page), media_type="image/png", headers={"Cache-Control": "private, max-age=86400"})


def oembed(
    request: Request,
    site: Here,
    url: Annotated[str, Query(max_length=2000)],
    maxwidth: Annotated[int, Query(ge=1, le=10_000)] = FRAME[0],
    maxheight: Annotated[int, Query(ge=1, le=10_000)] = FRAME[1],
    format: Literal["json", "xml"] = "json",
) -> JSONResponse:
    """How to embed the difference at `url` (https://oembed.com)."""
    if format != "json":
        raise HTTPException(501, "only JSON is spoken here")
    number, step = _named(url, site)
    difference = _find(site, number, step)
    path = f"/embed{difference.path}"
    key = share_key(request, path)
    query = f"?key={key}" if key else ""
    width, height = min(maxwidth, FRAME[0]), min(maxheight, FRAME[1])
    told: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "title": difference.article.title,
        "provider_name": "Addendum",
        "provider_url": site.public_url,
        "author_name": difference.article.outlet,
        "width": width,
        "height": height,
        "html": f'<iframe src="{site.public_url}{path}{query}" width="{width}" height="{height}" '
        'sandbox="allow-popups" loading="lazy" title="What changed in an article"></iframe>',
    }
    if _browser():
        told |= {
            "thumbnail_url": f"{site.public_url}{path}.png{query}",
            "thumbnail_width": WIDTH,
            "thumbnail_height": HEIGHT,
        }
    return JSONResponse(told)


def _named(url: str, site: Site) -> tuple[int, str]:
    """The article's number and the step in the address of a difference of ours."""
    try:
        asked, ours = urlsplit(url), urlsplit(site.public_url)
    except ValueError as error:
        raise QuestionError("this is no address", url[:200]) from error
    parts = asked.path.removeprefix(ours.path).strip("/").split("/")
    is_ours = asked.netloc == ours.netloc and len(parts) == 4 and (parts[0], parts[2]) == ("articles", "diff")
    if not is_ours or not parts[1].isascii() or not parts[1].isdigit():
        raise AddendumError("no difference of this record has that address", url[:200])
    return int(parts[1][:12]), parts[3]


def _find(site: Site, number: int, step: str) -> Difference:
    return get_difference(site.database, queries.get_article(site.database, str(number)), *steps_in(step))


def _page(site: Site, difference: Difference, style: str = "") -> str:
    link = site.public_url + difference.path
    return template("embed.html").render(article=difference.article, difference=difference, link=link, style=style)


@lru_cache(maxsize=1)
def _style() -> str:
    own = (Path(__file__).parent / "static" / "addendum.css").read_text("utf-8")
    return own + f"body {{ width: {WIDTH}px; height: {HEIGHT}px; overflow: hidden; font-size: 1.5rem; }}"


def _browser() -> str | None:
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


@lru_cache(maxsize=PICTURES)
def _draw(browser: str, page: str) -> bytes:
    """The page drawn by Chromium, which by the page's own policy loads nothing else and runs nothing."""
    with _one_at_a_time, tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "page.html", Path(folder) / "page.png"
        source.write_text(page, "utf-8")
        command = [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            *(f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={target}", f"--user-data-dir={folder}/profile"),
        ]
        try:
            subprocess.run([*command, source.as_uri()], check=True, capture_output=True, timeout=PATIENCE)
            return target.read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise HTTPException(503, "the picture could not be drawn; try again later") from error
