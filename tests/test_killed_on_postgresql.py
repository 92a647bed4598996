"""The same as `test_killed`, in a file of its own so that both run side by side."""

import pytest

from tests.killed import killed_throughout
from tests.newsroom import Newsroom
from tests.program import Program
from tests.receivers import Receiver


@pytest.mark.slow
@pytest.mark.parametrize("program", ["postgresql"], indirect=True)
def test_nothing_shown_is_lost_and_nothing_told_under_two_ids(
    program: Program, newsroom: Newsroom, receiver: Receiver
) -> None:
    killed_throughout(program, newsroom, receiver)
