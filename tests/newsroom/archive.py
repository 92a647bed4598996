"""A small web archive: recorded answers in the form of the Internet Archive's, and what it was asked to save."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha1
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.newsroom.loopback import Loopback


@dataclass(frozen=True)
class Kept:
    """A capture; `at` as in the archive's addresses: YYYYMMDDhhmmss. `claimed`: bytes it is said to have, if not as many."""

    at: str
    url: str
    body: bytes
    status: int = 200
    broken: bool = False
    claimed: int | None = None


@dataclass
class WebArchive(Loopback):
    """Use as a context manager. `down`: it answers everything with that status."""

    kept: Sequence[Kept] = ()
    down: int = 0
    searched: list[dict[str, str]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    saved: list[tuple[str, dict[str, str]]] = field(default_factory=list)  # addresses, with the request's headers
    save_status: int = 200
    save_answer: bytes = b'{"url": "x", "job_id": "spn2-1"}'

    def handler(self) -> type[BaseHTTPRequestHandler]:
        return _handler(self)

    def index(self, asked: dict[str, str]) -> bytes:
        """The lines of the index: key, time, address, kind, status, digest, length."""
        lines, last = [], ""
        for kept in self.kept:
            digest = sha1(kept.body).hexdigest()
            is_asked = kept.url == asked["url"] and kept.status == 200 and kept.at <= asked.get("to", "9")
            if is_asked and digest != last:
                last = digest
                length = len(kept.body) if kept.claimed is None else kept.claimed
                lines.append(f"key {kept.at} {kept.url} text/html {kept.status} {digest} {length}")
        return "\n".join(lines).encode()


def _handler(archive: WebArchive) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if archive.down:
                self._answer(archive.down, b"")
            elif parts.path.startswith("/cdx/search/cdx"):
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                archive.searched.append(asked)
                self._answer(200, archive.index(asked))
            else:
                self._show(unquote(self.path))

        def _show(self, path: str) -> None:
            archive.shown.append(path)
            found = next((kept for kept in archive.kept if path == f"/web/{kept.at}id_/{kept.url}"), None)
            if found is None or found.broken:
                self._answer(503 if found else 404, b"")
                return
            links = f'<{found.url}>; rel="original"'
            date = "Mon, 19 Jul 2021 08:30:00 GMT"
            kind = {"X-Archive-Orig-Content-Type": "text/html; charset=utf-8", "Content-Type": "text/html"}
            self._answer(200, found.body, {"Memento-Datetime": date, "Link": links, **kind})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            archive.saved.append((parse_qs(body)["url"][0], dict(self.headers)))
            self._answer(archive.save_status, archive.save_answer)

        def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """The tests ask the lists instead."""

    return Handler
