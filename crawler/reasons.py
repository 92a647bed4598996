"""Why a request came to nothing, in words a person can act on."""

from http import HTTPStatus

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

_REASONS: dict[type[BaseException], str] = {
    CannotResolveHostError: "the host name cannot be found, or leads only to private addresses",
    DownloadConnectionRefusedError: "the connection was refused",
    DownloadTimeoutError: "no answer in time",
    DownloadCancelledError: "the answer is larger than crawl.max_page_bytes",
    ResponseDataLossError: "the answer broke off before its end",
    UnsupportedURLSchemeError: "only http and https addresses are visited",
}


def reason_for(error: BaseException) -> str:
    """For an exception of the downloader or of a middleware."""
    for kind, reason in _REASONS.items():
        if isinstance(error, kind):
            return reason
    if isinstance(error, IgnoreRequest):
        text = str(error)
        return "too many redirects" if "max redirections" in text else text or "the request was refused"
    if isinstance(error, DownloadFailedError):
        return f"the connection failed ({error})"
    return f"the request failed ({type(error).__name__}: {error})"


def reason_for_status(status: int) -> str:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "unknown status"
    return f"the server answered {status} {phrase}"
