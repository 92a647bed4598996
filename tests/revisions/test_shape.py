"""Telling a new page template from edits."""

import pytest

from revisions.shape import Reading, changed_shape


@pytest.mark.parametrize(
    ("found", "is_shape"),
    [
        (Reading(articles=12, changed=12, visits=12, visits_before=100, changed_before=1), True),
        (Reading(articles=40, changed=20, visits=60, visits_before=2000, changed_before=40), True),
        (Reading(articles=12, changed=12, visits=12, visits_before=0, changed_before=0), True),
        (Reading(articles=7, changed=7, visits=7, visits_before=1000, changed_before=10), False),
        (Reading(articles=40, changed=12, visits=50, visits_before=1000, changed_before=10), False),
        (Reading(articles=12, changed=9, visits=300, visits_before=1000, changed_before=30), False),
        (Reading(articles=12, changed=8, visits=30, visits_before=300, changed_before=60), False),
    ],
    ids=[
        "all of them",
        "half of many",
        "all of an outlet just found",
        "too few to tell",
        "a third is a busy day",
        "many visits find many edits",
        "an outlet that edits all the time",
    ],
)
def test_a_jump_is_told_from_a_busy_hour(found: Reading, is_shape: bool) -> None:
    assert changed_shape(found) is is_shape
