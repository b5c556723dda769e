"""The data's labels and the model's."""

from __future__ import annotations

import pytest

from host.base.errors import HostError
from host.evaluate.labels import map_labels, parse_map, positive_of

MODEL = ("no_person", "person")


def test_equal_labels_need_no_word() -> None:
    found = map_labels(["person", "no_person"], MODEL, {})
    assert found.classes == {"person": 1, "no_person": 0}
    assert found.changes == ()


@pytest.mark.parametrize("name", ["non_person", "No Person", "not-person", "nobody"])
def test_known_synonyms_are_taken_and_said(name: str) -> None:
    found = map_labels([name, "person"], MODEL, {})
    assert found.classes[name] == 0
    assert found.changes == (f"pictures labelled {name!r} are taken as the model's 'no_person'",)


def test_mask_synonyms() -> None:
    found = map_labels(["with_mask", "without_mask"], ("mask", "no mask"), {})
    assert found.classes == {"with_mask": 0, "without_mask": 1}


def test_a_typo_is_refused_with_what_was_meant() -> None:
    with pytest.raises(HostError, match=r"'presson'.*did you mean 'person'.*--label-map"):
        map_labels(["presson", "non_person"], MODEL, {})


def test_the_user_decides() -> None:
    given = parse_map("dog=no_person, kid = person")
    found = map_labels(["dog", "kid"], MODEL, given)
    assert found.classes == {"dog": 0, "kid": 1}
    assert found.changes == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("dog", "is not DATA_LABEL=MODEL_LABEL"),
        ("dog=", "is not DATA_LABEL=MODEL_LABEL"),
        ("dog=persn", "did you mean 'person'"),
        ("dgo=person", "did you mean 'dog'"),
        ("dog=person,dog=no_person", "says twice what 'dog' is"),
    ],
)
def test_a_wrong_map_is_refused(text: str, says: str) -> None:
    with pytest.raises(HostError, match=says):
        map_labels(["dog", "person"], MODEL, parse_map(text))


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        (("no_person", "person"), "person"),
        (("person", "non_person"), "person"),
        (("with_mask", "without_mask"), "with_mask"),
        (("background", "cup"), "cup"),
        (("cup", "background"), "cup"),
        (("cat", "dog"), "dog"),
        (("normal", "nose"), "nose"),
    ],
)
def test_the_positive_class_is_the_one_that_names_a_presence(
    labels: tuple[str, ...], name: str
) -> None:
    assert positive_of(labels, None) == labels.index(name)


def test_several_classes_have_none_unless_requested() -> None:
    assert positive_of(("a", "b", "c"), None) is None
    assert positive_of(("a", "b", "c"), "b") == 1
    with pytest.raises(HostError, match="no label 'd'"):
        positive_of(("a", "b", "c"), "d")
