"""Names of processes, so that what one of them had in hand can be told from what nobody has any more."""

import os
import socket
from collections.abc import Iterable

import psutil


def process_name(pid: int | None = None) -> str:
    """This process, told apart from a later one that gets the same number."""
    process = psutil.Process(pid or os.getpid())
    return f"{socket.gethostname()}:{process.pid}:{process.create_time():.2f}"


def is_dead(owner: str) -> bool:
    """Did the process of that name run on this machine and end? One on another machine is given its lease."""
    host, _, process = owner.partition(":")
    if not process or host != socket.gethostname():
        return False
    try:
        return process_name(int(process.split(":")[0])) != owner
    except (psutil.NoSuchProcess, ValueError):
        return True


def dead_among(owners: Iterable[str]) -> set[str]:
    return {owner for owner in owners if owner and is_dead(owner)}
