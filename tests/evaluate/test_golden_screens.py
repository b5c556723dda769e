"""An evaluation of drawn scores, whole: as a table, as a page with its curves, and as JSON."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from host.evaluate.drop import compare
from host.evaluate.evaluation import Evaluation, Thresholds, as_json, evaluate
from host.evaluate.loop import Looped
from host.evaluate.page import evaluation_page
from host.evaluate.robust import under_conditions
from host.evaluate.scored import Scored
from host.evaluate.slices import Part
from host.evaluate.table import evaluation_table
from host.runs.conditions import gather
from tests.evaluate.drawn import binary, several
from tests.goldens import check_golden, json_text, page_text, screen_text
from tests.link.fake_board import HELLO
from tests.runs.made import NOON


def parts(count: int) -> list[Part]:
    at = np.arange(count)
    return [
        Part("light", "dark", at % 3 == 0),
        Part("light", "bright", at % 3 == 1),
        Part("distance", "near", at % 5 < 2),
        Part("distance", "far", at % 5 >= 2),
        Part("distance", "few", at < 3),
    ]


def worse(scored: Scored, by: int) -> Scored:
    """Every by-th picture has its scores the other way round."""
    scores = scored.scores.copy()
    scores[::by] = scores[::by, ::-1]
    return replace(scored, scores=scores)


def shown(found: Evaluation, count: int) -> str:
    pixels = (np.arange(count * 64, dtype=np.uint32) % 251).astype(np.uint8).reshape(count, 8, 8, 1)
    conditions = gather("evaluate", "python -m host.evaluate x", NOON, HELLO, "memory")
    names = [f"{at}.png" for at in range(count)]
    page = evaluation_page(found, conditions, pixels, names, ["a note", "another"])
    table = screen_text(evaluation_table(found), width=150, styles=True)
    return "\n".join([table, page_text(page), json_text(as_json(found))])


def test_two_classes_on_a_board_under_every_condition(one_computer: None) -> None:
    scored = binary(90, 3)
    raw = np.zeros((90, 2), np.int8)
    found = evaluate(
        "a.tflite", "pictures", scored, parts(90), Thresholds(0.4, 0.1, 5),
        compare("a.keras", worse(scored, 29), scored, 0.4),
        Looped(raw, np.arange(90) * 1000, (3, 4), 7),
        under_conditions({"clean": scored, "night": worse(scored, 3), "haze": worse(scored, 20)}, 0.4),
    )  # fmt: skip
    check_golden("evaluation_two_classes", shown(found, 90))


def test_three_classes(one_computer: None) -> None:
    found = evaluate("b.tflite", "x", several(60, 3, 2), parts(60), Thresholds(worst=3))
    equal = replace(found, looped=Looped(np.zeros((60, 3), np.int8), np.arange(60), (), 0))
    check_golden("evaluation_three_classes", shown(equal, 60))


@pytest.mark.parametrize("truth", [0, 1])
def test_one_class_alone(truth: int, one_computer: None) -> None:
    scored = binary(20, 5)
    found = evaluate(
        "c", "x", replace(scored, truth=np.full(20, truth, np.int64)), [], Thresholds()
    )
    table = screen_text(evaluation_table(found), width=150)
    check_golden(f"evaluation_class_{truth}", table + json_text(as_json(found)))
