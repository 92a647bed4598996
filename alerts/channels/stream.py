"""A file or standard output, for scripts: one JSON object a line, the webhook's payload with its id."""

import asyncio
import fcntl
import json
import os
import sys
from pathlib import Path
from typing import TextIO

from alerts.message import Message
from alerts.plain import as_text
from revisions.errors import Retry


def as_line(message: Message, form: str) -> str:
    """`form` is json, or text: the message as people read it, ended by an empty line."""
    if form == "text":
        return f"{message.subject}\n\n{as_text(message)}\n\n"
    return json.dumps({"id": message.uid, **message.payload}, ensure_ascii=False) + "\n"


class File:
    """Appends to a file, which another program may read or move away meanwhile."""

    at_once = 1

    def __init__(self, name: str, path: Path, form: str = "json") -> None:
        self.name = name
        self._path = path
        self._form = form

    async def send(self, message: Message) -> None:
        """Returns once the line is on the disk. Raises `Retry` where the file cannot be written."""
        try:
            await asyncio.to_thread(self._append, as_line(message, self._form).encode())
        except OSError as error:
            raise Retry(f"{self._path} cannot be written ({error.strerror})", self.name) from error

    def _append(self, line: bytes) -> None:
        """Behind a line that was cut short by a crash a new line begins."""
        with self._path.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            end = file.seek(0, os.SEEK_END)
            if end:
                file.seek(end - 1)
                line = line if file.read(1) == b"\n" else b"\n" + line
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    async def close(self) -> None:
        """The file is opened anew for every message."""


class StandardOutput:
    """Prints. `addendum check --json`, whose standard output is its result, gives it another stream."""

    at_once = 1

    def __init__(self, name: str, form: str = "json", stream: TextIO | None = None) -> None:
        self.name = name
        self._form = form
        self._stream = stream

    async def send(self, message: Message) -> None:
        """Raises `Retry` where nobody reads any more."""
        stream = self._stream or sys.stdout
        try:
            stream.write(as_line(message, self._form))
            stream.flush()
        except OSError as error:
            raise Retry(f"standard output is closed ({error.strerror})", self.name) from error

    async def close(self) -> None:
        """The stream belongs to the process."""
