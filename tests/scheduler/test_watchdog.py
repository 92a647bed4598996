"""What does not come to its end is told by name and ended; a process that stands still says where."""

import asyncio
import socket
import tempfile
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from scheduler.parts import GRACE
from scheduler.watchdog import Stuck, Watchdog


def test_work_that_takes_long_is_told_once_and_then_ended() -> None:
    watchdog = Watchdog(told=0.05, ended=0.3)

    async def stuck() -> None:
        async with watchdog.over("visit https://news.example/stuck"), watchdog.over("visit https://news.example/2"):
            await asyncio.sleep(0.1)
            await watchdog.look()
            await watchdog.look()
            await asyncio.sleep(60)

    async def main() -> None:
        with pytest.raises(Stuck, match="did not come to its end within"):
            await stuck()
        await watchdog.look()

    with capture_logs() as said:
        asyncio.run(main())
    assert sorted(line["what"] for line in said) == ["visit https://news.example/2", "visit https://news.example/stuck"]


def test_a_process_that_stands_still_says_where_and_what_it_had_in_hand() -> None:
    async def main() -> None:
        watchdog = Watchdog(still=0.3, beat=0.05, errors=errors)
        await watchdog.start()
        async with watchdog.over("visit https://news.example/stuck"):
            await asyncio.sleep(0.1)
            a_name_to_be_found_again()
            await asyncio.sleep(0.1)
        await watchdog.stop(GRACE)

    def a_name_to_be_found_again() -> None:
        time.sleep(0.6)

    with tempfile.TemporaryFile("w+") as errors, capture_logs() as said:
        asyncio.run(main())
        errors.seek(0)
        assert "a_name_to_be_found_again" in errors.read()
    (line,) = (line for line in said if line["event"] == "everything stood still")
    assert line["in_hand"] == ["visit https://news.example/stuck"]


def test_systemd_is_given_signs_of_life_where_it_asks_for_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        watchdog = Watchdog(beat=0.05)
        await watchdog.start()
        await asyncio.sleep(0.2)
        await watchdog.stop(GRACE)

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "300000000")
        asyncio.run(main())
        assert systemd.recv(100) == b"WATCHDOG=1"


def test_an_error_of_the_works_own_is_left_as_it_is() -> None:
    async def main() -> None:
        async with Watchdog().over("visit https://news.example/"):
            raise TimeoutError("the disk did not answer")

    with pytest.raises(TimeoutError, match="the disk did not answer"):
        asyncio.run(main())
