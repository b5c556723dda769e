"""Both sides of every limit of a run's files; every type a JSON field may have; the conditions' lines, whole."""

from __future__ import annotations

import os
import platform
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from host.base.errors import HostError
from host.base.json_out import as_object
from host.runs import conditions, tables, typed_json, write
from host.runs.conditions import Conditions, gather, host_conditions
from host.runs.layout import Column, Layout, check_layouts
from host.runs.read import read_run
from host.runs.typed_json import parse, parse_texts, read_object
from host.runs.write import default_directory
from tests.goldens import check_golden
from tests.link.fake_board import HELLO
from tests.runs.made import NOON, SAMPLES, writer


def table(name: str, columns: int = 1, kind: str = "int64") -> Layout:
    return Layout(name, tuple(Column(f"c{n}", kind, "") for n in range(columns)))


def test_layouts() -> None:
    check_layouts(tuple(table(f"t{n}") for n in range(32)), "x")
    check_layouts((table("t", 256),), "x")
    kinds = ("int64", "float64", "float32", "bool", "text")
    check_layouts(tuple(table(f"t_{kind}", 1, kind) for kind in kinds), "x")
    for wrong, why in (
        (tuple(table(f"t{n}") for n in range(33)), "too many tables"),
        ((table("t"), table("t")), "two of one name"),
        ((table("t", 257),), "too many, or doubles"),
        ((table("t", 0),), "no columns"),
        ((Layout("t", (Column("a", "int64", ""),) * 2),), "doubles"),
        ((table("../t"),), "is no name"),
        ((Layout("t", (Column("a b", "int64", ""),)),), "is no name"),
        ((table("t", 1, "int32"),), "t.c0 is of no known type"),
    ):
        with pytest.raises(HostError, match=f"^x: .*{why}"):
            check_layouts(wrong, "x")
    assert table("t").csv, "unless said otherwise"


@dataclass(frozen=True)
class Inner:
    number: int
    share: float = 0.5


@dataclass(frozen=True)
class Outer:
    """A field of each type."""

    text: str
    flag: bool
    maybe: int | None
    inner: Inner
    many: tuple[Inner, ...]
    named: dict[str, float]
    whatever: Any
    rest: tuple[str, ...] = field(default=())


GOOD: dict[str, Any] = {
    "text": "a", "flag": True, "maybe": None, "inner": {"number": 1}, "many": [{"number": 2, "share": 3}],
    "named": {"b": 4}, "whatever": [1, {"c": None}], "unknown": 7,
}  # fmt: skip


def test_a_field_of_each_type_is_read_and_written() -> None:
    made = parse(Outer, GOOD, "x")
    assert made == Outer("a", True, None, Inner(1), (Inner(2, 3.0),), {"b": 4.0}, [1, {"c": None}])
    assert isinstance(made.many[0].share, float)
    assert parse(Outer, GOOD | {"maybe": 5}, "x").maybe == 5
    assert parse(Outer, as_object(made), "x") == made
    assert as_object({"a": (1.5, float("inf"), float("nan"), -float("inf"))}) == {
        "a": [1.5, None, None, None]
    }
    assert as_object(Inner) is Inner and as_object({1: True}) == {"1": True}


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("text", 1, "x.text must be text, not '1'"),
        ("flag", 1, "x.flag must be bool"),
        ("maybe", True, "x.maybe must be int"),
        ("maybe", 1.0, "x.maybe must be int"),
        ("inner", [], "x.inner must be an object"),
        ("inner", {"number": "1"}, "x.inner.number must be int"),
        ("inner", {"number": 1, "share": True}, "x.inner.share must be float"),
        ("many", {}, "x.many must be a list of at most 10000"),
        ("named", {"b": "4"}, "x.named.b must be float"),
        ("named", [], "x.named must be a dict of at most 10000"),
        ("rest", [1], "x.rest must be text"),
    ],
)
def test_a_field_of_another_type_is_named(name: str, value: object, why: str) -> None:
    with pytest.raises(HostError) as refused:
        parse(Outer, GOOD | {name: value}, "x")
    assert str(refused.value).startswith(why) and "the file is damaged" in str(refused.value)


def test_a_field_that_is_missing_is_named() -> None:
    with pytest.raises(HostError, match=r"x\.inner has no number"):
        parse(Outer, GOOD | {"inner": {}}, "x")
    with pytest.raises(HostError, match="x must be an object, not '3'"):
        parse(Outer, 3, "x")


def test_texts_and_lists_have_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert parse_texts(["a" * 10_000], "x") and len(parse_texts(["a"] * 10_000, "x")) == 10_000
    for wrong in (["a" * 10_001], ["a"] * 10_001, "a", [None]):
        with pytest.raises(HostError, match=r"x must be "):
            parse_texts(wrong, "x")
    assert typed_json.MOST_BYTES == 1024 * 1024
    path = tmp_path / "a.json"
    path.write_text('{"a": 1}')
    monkeypatch.setattr(typed_json, "MOST_BYTES", 8)
    assert read_object(path) == {"a": 1}
    monkeypatch.setattr(typed_json, "MOST_BYTES", 7)
    with pytest.raises(HostError, match="it is not one of our files"):
        read_object(path)


def test_the_conditions_lines(one_computer: None) -> None:
    real = replace(HELLO, board="nano33ble", instruction_cache=0, dcdc=1, data_swap=0, colour_bars=1,
                   clock_hz=64_500_000)  # fmt: skip
    shown = [
        gather("latency", "a command", NOON, HELLO, "memory"),
        gather(
            "power", "a command", NOON, real, "COM3", supply_volt=3.3, temperature_celsius=21.55
        ),
        gather("data", "a command", NOON, details={"images": "4", "scene": "none"}),
    ]
    assert [each.estimated for each in shown] == [True, False, False]
    text = "\n".join(
        f"{name}: {value}" for each in shown for name, value in [*each.lines(), ("", "")]
    )
    check_golden("conditions", text)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("a: b\nmodel name\t:  A CPU @ 2 GHz \nmodel name: other\n", "A CPU @ 2 GHz"),
        ("", None),
        (None, None),
    ],
)
def test_this_computer(
    content: str | None, name: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cpuinfo"
    if content is not None:
        path.write_text(content)
    monkeypatch.setattr(conditions, "CPU_FILE", path)
    found = host_conditions()
    assert found.cpu == (name or platform.processor() or platform.machine())
    assert found.python == platform.python_version()
    assert found.system == f"{platform.system()} {platform.release()} {platform.machine()}"


def test_a_run_without_a_board_is_no_estimate() -> None:
    host = conditions.HostConditions("", "", "")
    assert not Conditions("tool", "command", "now", host).estimated
    assert default_directory("power", NOON).as_posix() == "runs/power-20261122-120000"


def test_groups_hold_so_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tables.ROWS_A_GROUP == 65_536 and (write.ROWS_AT_ONCE, write.SECONDS_AT_ONCE) == (
        64,
        1.0,
    )
    monkeypatch.setattr(tables, "ROWS_A_GROUP", 4)
    schema = pa.schema([pa.field("a", pa.int64(), nullable=False)])
    sizes = (3, 1, 1, 1, 1, 1, 2, 2, 3)
    batches = [pa.record_batch([pa.array(range(n), pa.int64())], schema) for n in sizes]
    groups = list(tables._groups(iter(batches), schema))
    assert [group.num_rows for group in groups] == [4, 4, 4, 3]


def test_rows_are_written_by_the_64_or_by_the_second(tmp_path: Path) -> None:
    times = [0.0]
    path = tables.stream_path(tmp_path / "run", SAMPLES)
    made = gather("latency", "a command", NOON, HELLO, "memory")
    with write.RunWriter(
        tmp_path / "run", "latency", made, (SAMPLES,), clock=lambda: times[0]
    ) as run:

        def rows() -> int:
            return sum(batch.num_rows for batch in tables.stream_batches(path, SAMPLES))

        seen = []
        for number in range(65):  # the first at once
            run.append("samples", number, 0.0, True, "x")
            seen.append(rows())
        assert seen == [1] * 64 + [65]
        times[0] = 0.999
        run.append("samples", 65, 0.0, True, "x")
        assert rows() == 65
        times[0] = 1.0
        run.append("samples", 66, 0.0, True, "x")
        assert rows() == 67


def test_a_run_whose_place_was_taken_away_ends_as_it_was_ended(tmp_path: Path) -> None:
    for gone in (True, False):
        place = tmp_path / "run"
        with pytest.raises(KeyboardInterrupt), writer(place):
            if gone:
                shutil.rmtree(place)
            raise KeyboardInterrupt
        assert not place.exists()
    with pytest.raises(KeyboardInterrupt), writer(place):
        (place / "mine.txt").write_text("a user's")
        raise KeyboardInterrupt
    assert [path.name for path in place.iterdir()] == ["mine.txt"]


def test_rows_keep_their_order_however_they_come(tmp_path: Path) -> None:
    with writer(tmp_path / "run") as run:
        for first in (0, 4, 8):
            for number in (first, first + 1):
                run.append("samples", number, 0.0, True, "x")
            both = [first + 2, first + 3]
            run.extend(
                "samples",
                {"frame": both, "period_ms": both, "warm": [True] * 2, "label": ["x"] * 2},
            )
    assert read_run(tmp_path / "run").columns("samples", ["frame"])["frame"].tolist() == [
        *range(12)
    ]


def test_a_place_is_written_to_and_searched_or_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for lacking in (os.W_OK, os.X_OK):
        monkeypatch.setattr(os, "access", lambda _, mode, lacking=lacking: not mode & lacking)
        with pytest.raises(HostError, match="is not writable"):
            write.refuse_place(tmp_path / "new" / "run")
    monkeypatch.setattr(os, "access", lambda _, mode: True)
    write.refuse_place(tmp_path / "new" / "run")
