"""Every target with its seeds and with some hundred inputs made of them; `make fuzz` goes on for longer."""

import os
import random
import time

import pytest

from tests.fuzz.mutations import mutated
from tests.fuzz.targets import TARGETS, seeds

INPUTS = int(os.environ.get("ADDENDUM_FUZZ_INPUTS", "150"))
LIMIT = 20.0  # s for one input, which takes some milliseconds


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_that_comes_in_ends_or_hangs_it(name: str) -> None:
    """A failure names the seed that makes the same input again."""
    known = list(seeds(name))
    for number, data in enumerate(known):
        _try(name, f"seed {number}", data)
    for number in range(INPUTS):
        data = mutated(random.Random(f"{name} {number}"), known)
        _try(name, f"input {number}", data)


def _try(name: str, which: str, data: bytes) -> None:
    start = time.process_time()
    try:
        TARGETS[name](data)
    except Exception as error:
        raise AssertionError(f"{name}, {which}: {type(error).__name__}: {error}; it begins {data[:200]!r}") from error
    assert time.process_time() - start < LIMIT, f"{name}, {which}: more than {LIMIT} s of processor time"
