"""Why a request came to nothing, in words a person can act on."""

import zlib
from gzip import BadGzipFile
from http import HTTPStatus

import brotli
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    StopDownload,
    UnsupportedURLSchemeError,
)

TOO_LARGE = "the answer is larger than crawl.max_page_bytes"


class HeadTooLarge(Exception):
    """An answer's headers go on and on."""

    def __str__(self) -> str:
        return "its headers do not come to an end"


_REASONS: dict[type[BaseException], str] = {
    CannotResolveHostError: "the host name cannot be found, or leads only to private addresses",
    DownloadConnectionRefusedError: "the connection was refused",
    DownloadTimeoutError: "no answer in time",
    DownloadCancelledError: TOO_LARGE,
    StopDownload: "the answer is packed too many times over",
    **dict.fromkeys((BadGzipFile, zlib.error, brotli.error, EOFError), "the answer cannot be unpacked"),
    ResponseDataLossError: "the answer broke off before its end",
    UnsupportedURLSchemeError: "only http and https addresses are visited",
}

# How Scrapy's middlewares say why they give up.
_REFUSALS = {"max redirections": "too many redirects", "during decompression": TOO_LARGE}


def reason_for(error: BaseException) -> str:
    """For an exception of the downloader or of a middleware."""
    for kind, reason in _REASONS.items():
        if isinstance(error, kind):
            return reason
    if isinstance(error, IgnoreRequest):
        text = str(error)
        for said, reason in _REFUSALS.items():
            if said in text:
                return reason
        return text or "the request was refused"
    if isinstance(error, DownloadFailedError):
        return f"the connection failed ({error})"
    return f"the request failed ({type(error).__name__}: {error})"


def reason_for_status(status: int) -> str:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "unknown status"
    return f"the server answered {status} {phrase}"
