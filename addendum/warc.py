"""Captures as WARC (ISO 28500, WARC 1.1), through warcio."""

import json
from collections.abc import Iterable
from http import HTTPStatus
from io import BytesIO
from typing import IO, Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from storage.export import capture_json
from storage.tables import Capture

_HOP = frozenset({"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive"})


def write_warc(output: IO[bytes], captures: Iterable[tuple[Capture, bytes | None]], program: str) -> int:
    """Returns how many pages were written. Of each capture what its seal covers, and its page where it is kept.

    The page is a `response`, or a `conversion` where a browser made it of what was received. Its bytes are as they were
    read, unpacked, so the headers about how they were sent are left out.
    """
    writer = WARCWriter(output, gzip=True, warc_version="1.1")
    about = {"software": program, "format": "WARC File Format 1.1", "description": "captures of an Addendum record"}
    writer.write_record(writer.create_warcinfo_record("addendum.warc.gz", about))
    pages = 0
    for capture, page in captures:
        refers = {}
        if page is not None and capture.reread_of is None:
            record = _page(writer, capture, page)
            writer.write_record(record)
            refers = {"WARC-Refers-To": record.rec_headers.get_header("WARC-Record-ID")}
            pages += 1
        said = json.dumps(capture_json(capture), ensure_ascii=False, indent=1).encode()
        writer.write_record(
            writer.create_warc_record(
                capture.url,
                "metadata",
                payload=BytesIO(said),
                length=len(said),
                warc_content_type="application/json",
                warc_headers_dict={**_date(capture), **refers},
            )
        )
    return pages


def _page(writer: WARCWriter, capture: Capture, page: bytes) -> Any:
    if capture.is_rendered:
        return writer.create_warc_record(
            capture.url,
            "conversion",
            payload=BytesIO(page),
            length=len(page),
            warc_content_type="text/html",
            warc_headers_dict=_date(capture),
        )
    headers = [(name, value) for name, value in capture.headers if name.lower() not in _HOP]
    headers.append(("Content-Length", str(len(page))))
    status = f"{capture.status} {HTTPStatus(capture.status).phrase}"  # of 200 and of what says that a page is gone
    return writer.create_warc_record(
        capture.url,
        "response",
        payload=BytesIO(page),
        length=len(page),
        http_headers=StatusAndHeaders(status, headers, protocol="HTTP/1.1"),
        warc_headers_dict=_date(capture),
    )


def _date(capture: Capture) -> dict[str, str]:
    return {"WARC-Date": capture.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
