"""A study that several processes share: opened at once, each queued trial given to one of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from host.train.search.study import open_study, sampler_of

SHARERS = 3
EACH = 6


@pytest.fixture(params=["sqlite:///{}/study.db", "{}/study.log"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(request.param).format(tmp_path)


def test_all_may_open_a_new_study_at_once_and_share_its_queue(url: str) -> None:
    together = Barrier(SHARERS)

    def share(seed: int) -> list[int]:
        together.wait()
        study = open_study(url, "search", sampler_of("nsga2", seed))  # tables are made here
        for _ in range(EACH):
            study.enqueue_trial({})
        together.wait()
        return [study.ask().number for _ in range(EACH)]

    with ThreadPoolExecutor(SHARERS) as threads:
        given = [number for numbers in threads.map(share, range(SHARERS)) for number in numbers]
    assert sorted(given) == list(range(SHARERS * EACH))
