"""A webhook receiver in a process of its own: answers 200 and notes when, with the message's id."""

import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


def handler(notes: Path) -> type[BaseHTTPRequestHandler]:
    file = notes.open("a", buffering=1)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()
            file.write(f"{time.time():.6f} {self.headers['webhook-id']}\n")

        def log_message(self, *_: Any) -> None:
            """The notes are enough."""

    return Handler


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(Path(sys.argv[1])))
    server.daemon_threads = True
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
