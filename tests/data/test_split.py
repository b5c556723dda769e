"""A split never parts what belongs together, and is fair otherwise."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.base.errors import HostError
from host.data.manifest import Picture
from host.data.split import Shares, assign, groups, next_split, shortcomings, table, unparted, worth


def pictures(sessions: list[int], labels: list[int]) -> list[Picture]:
    return [
        Picture(f"{i}.png", f"label {label}", session=f"s{session}" if session else "")
        for i, (session, label) in enumerate(zip(sessions, labels, strict=True))
    ]


@given(
    rows=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2)), min_size=2, max_size=60),
    near=st.lists(st.tuples(st.integers(0, 59), st.integers(0, 59)), max_size=10),
    seed=st.integers(0, 5),
)
def test_neighbours_and_near_duplicates_never_straddle(
    rows: list[tuple[int, int]], near: list[tuple[int, int]], seed: int
) -> None:
    before = pictures([r[0] for r in rows], [r[1] for r in rows])
    pairs = [(a, b) for a, b in near if a < len(rows) and b < len(rows)]
    together = groups(before, pairs)
    try:
        after = assign(before, together, Shares(0.2, 0.1), seed)
    except HostError:
        assert len(np.unique(together)) < 20  # too few groups to fill three splits
        return
    for session in {p.session for p in before} - {""}:
        assert len({p.split for p in after if p.session == session}) == 1
    assert all(after[a].split == after[b].split for a, b in pairs)
    assert {p.split for p in after} == {"train", "val", "test"}
    assert [p.path for p in after] == [p.path for p in before]


def test_shares_and_classes_come_out_even() -> None:
    source = np.random.default_rng(0)
    before = pictures(
        source.integers(1, 150, 1000).tolist(), (source.random(1000) < 0.3).astype(int).tolist()
    )
    after = assign(before, groups(before), Shares(0.2, 0.1), 1)
    counts = Counter((p.split, p.label) for p in after)
    for label in ("label 0", "label 1"):
        total = sum(n for (_, name), n in counts.items() if name == label)
        assert counts["val", label] / total == pytest.approx(0.2, abs=0.04)
        assert counts["test", label] / total == pytest.approx(0.1, abs=0.03)


def test_a_seed_gives_the_same_split_and_another_one_another() -> None:
    before = pictures(list(range(1, 41)), [0, 1] * 20)
    first, again, other = (assign(before, groups(before), Shares(), s) for s in (1, 1, 2))
    assert first == again and first != other


def test_one_session_alone_cannot_be_split_but_its_pauses_can() -> None:
    times = [
        f"2026-01-02T00:{minute:02d}:{second:02d}+00:00" for minute in range(5) for second in (0, 5)
    ]
    one = [Picture(f"{i}.png", "a", session="s", time=time) for i, time in enumerate(times)]
    with pytest.raises(HostError, match="--gap of fewer seconds"):
        assign(one, groups(one), Shares(), 0)
    parted = groups(one, gap_s=30)
    assert len(np.unique(parted)) == 5
    splits = [p.split for p in assign(one, parted, Shares(), 0)]
    assert splits[0::2] == splits[1::2] and set(splits) == {"train", "val"}


def test_a_label_that_a_split_could_not_get_is_said_with_its_reason() -> None:
    def having(label: str, *sessions: str) -> list[Picture]:
        return [Picture(f"{label}{n}", label, session=s) for n, s in enumerate(sessions)]

    rows = [*having("a", *"1234567890"), *having("b", *"xxxxxx"), *having("c", "y", "y", "y", "z")]
    together = groups(rows)
    after = assign(rows, together, Shares(0.3), 0)
    lines = shortcomings(after, together)
    lacking = {(p, c) for p in ("train", "val") for c in "abc"} - {
        (p.split, p.label) for p in after
    }
    assert {(line.split()[0], line.split("'")[1]) for line in lines} == lacking
    (of_b,) = (line for line in lines if "'b'" in line)
    assert "its 6 belong together; capture another session of it" in of_b
    assert shortcomings(after[:10], together[:10]) == []
    apart = [Picture("1", "a", "train"), Picture("2", "a", "train"), Picture("3", "b", "val")]
    assert (
        "train has no picture of 'b': its 1 belong" in shortcomings(apart, np.array([0, 1, 2]))[0]
    )
    assert "its 2 form 2 groups, which" in shortcomings(apart, np.array([0, 1, 2]))[1]


def test_a_gap_that_parts_nothing_is_said() -> None:
    rows = [
        Picture(f"{n}", "a", session="s", time=f"2026-01-02T00:00:{n:02d}+00:00")
        for n in (0, 5, 20, 25)
    ]
    assert unparted(rows, [], "session", 10) == ""
    assert unparted(rows, [], "session", 16).endswith(
        "16 changed nothing: no session pauses that long"
    )
    assert "near-duplicates hold together" in unparted(rows, [(1, 2)], "session", 10)


def test_any_column_can_group() -> None:
    rows = [
        Picture(f"{i}.png", "a", more=(("room", "kitchen" if i < 3 else ""),)) for i in range(5)
    ]
    assert len(np.unique(groups(rows, by="room"))) == 3


def test_a_new_session_goes_where_pictures_are_missing() -> None:
    def having(train: int, val: int) -> list[Picture]:
        return [Picture("x", "a", "train")] * train + [Picture("y", "a", "val")] * val

    assert next_split([], "a") == "train"
    assert next_split(having(4, 0), "a") == "val"
    assert next_split(having(4, 1), "a") == "train"
    assert next_split(having(9, 1), "a") == "val"
    assert next_split(having(9, 1), "b") == "train", "the first session of each class trains"


def test_the_table_counts_every_picture_once() -> None:
    rows = table([Picture("1", "b", "train"), Picture("2", "a", "val"), Picture("3", "a")])
    assert rows == (
        ("a", "0", "1", "0", "1", "2"),
        ("b", "1", "0", "0", "0", "1"),
        ("all", "1", "1", "0", "1", "3"),
    )


def test_few_pictures_are_worth_little_and_none_nothing() -> None:
    def formula(n: int, p: float = 0.9, z: float = 1.959964) -> tuple[float, float]:
        """Wilson's, as his paper of 1927 has it."""
        half = z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
        middle, whole = p + z * z / (2 * n), 1 + z * z / n
        return (middle - half) / whole, (middle + half) / whole

    for count in (1, 4, 20, 500):
        low, high = formula(count)
        assert worth(count) == f"{100 * low:.0f}–{100 * high:.0f} %"
    assert worth(0) == "nothing"
