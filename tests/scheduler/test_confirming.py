"""Visits that found nothing new are gathered, recorded together, and told apart again."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from revisions.errors import StorageError
from scheduler.confirming import MOST, Confirming
from storage.facts import VisitFacts, VisitResult

NOW = datetime(2021, 7, 18, 16, tzinfo=UTC)
FACTS = VisitFacts(NOW, NOW, "unchanged")


class Record:
    def __init__(self, problem: Exception | None = None) -> None:
        self.batches: list[list[int]] = []
        self.problem = problem

    def confirm(self, visits: Sequence[tuple[int, VisitFacts]]) -> list[VisitResult]:
        self.batches.append([number for number, _ in visits])
        if self.problem:
            raise self.problem
        return [VisitResult(number, facts.outcome) for number, facts in visits]


async def visit(confirming: Confirming, number: int) -> VisitResult:
    confirming.begin()
    try:
        return await confirming.record(number, FACTS)
    finally:
        confirming.end()


async def visits(confirming: Confirming, count: int) -> list[VisitResult | BaseException]:
    return await asyncio.gather(*(visit(confirming, number) for number in range(count)), return_exceptions=True)


def test_a_lone_visit_waits_for_nobody() -> None:
    record = Record()
    result = asyncio.run(visit(Confirming(record.confirm), 7))
    assert (result.article_id, record.batches) == (7, [[7]])


def test_many_are_recorded_by_few_transactions_and_each_hears_of_its_own() -> None:
    record = Record()
    results = asyncio.run(visits(Confirming(record.confirm), 250))
    assert [result.article_id for result in results if isinstance(result, VisitResult)] == list(range(250))
    assert sum(map(len, record.batches)) == 250
    assert len(record.batches) <= 5
    assert max(map(len, record.batches)) <= MOST


def test_what_goes_wrong_is_told_to_every_visit_of_the_batch_and_to_no_other() -> None:
    record = Record(StorageError("the disk is full"))

    async def use() -> None:
        confirming = Confirming(record.confirm)
        failed = await visits(confirming, 3)
        assert all(isinstance(each, StorageError) for each in failed)
        record.problem = None
        assert (await visit(confirming, 4)).article_id == 4

    asyncio.run(use())


def test_a_visit_that_has_more_to_say_holds_up_no_other() -> None:
    record = Record()

    async def use() -> None:
        confirming = Confirming(record.confirm)
        confirming.begin()  # is under way for long
        assert (await asyncio.wait_for(visit(confirming, 1), 5)).article_id == 1
        confirming.end()

    asyncio.run(use())


@pytest.mark.parametrize("count", [1, 5])
def test_the_last_visit_that_ends_lets_the_others_be_recorded(count: int) -> None:
    record = Record()

    async def use() -> None:
        confirming = Confirming(record.confirm)
        confirming.begin()
        waiting = asyncio.ensure_future(visits(confirming, count))
        await asyncio.sleep(0)
        confirming.end()
        assert len(await waiting) == count

    asyncio.run(use())
    assert sorted(number for batch in record.batches for number in batch) == list(range(count))
