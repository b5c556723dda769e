"""Tags pictures by whom their captions name and by their light, so that `host.evaluate` can part them by it:

    python -m tests.models.caption_tags Flickr8k.token.txt FOLDER

FOLDER is a data set of host.data, whose manifest gets the tags; its column `origin` ends in the file names that the
captions use. Five people described each picture of Flickr8k (Hodosh, Young, Hockenmaier, 2013): what two of them name
is taken to be there. Nobody's gender, age or skin was annotated: a word is somebody's guess, too.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from host.base.regular_files import UnreadableError
from host.data.dataset import read_dataset
from host.data.hold import held
from host.data.load import each_luma
from host.data.manifest import Picture
from host.data.manifest_file import write_manifest

AGREEING = 2  # of the five captions
EITHER = {  # key: value -> words; a picture has the tag when one of the values is there and the other is not
    "gender": {
        "female": "woman women lady ladies girl girls female mother bride",
        "male": "man men guy guys boy boys male father groom",
    },
    "age": {
        "child": "child children kid kids boy boys girl girls toddler toddlers baby",
        "adult": "man men woman women lady ladies guy guys adult adults",
    },
}
EACH = {
    "scene": {
        "water": "water pool ocean beach sea lake surfer surfing swimming wave waves river boat",
        "snow": "snow snowy snowboard snowboarder ski skier skiing ice sled",
        "street": "street sidewalk city road crowd building store bus train",
        "field": "grass grassy field park yard lawn tree trees woods forest",
    },
}
DARK, BRIGHT, FLAT, STRONG = (
    80,
    150,
    45,
    70,
)  # mean and standard deviation of the grey values, 0..255


def read_captions(path: Path) -> dict[str, list[set[str]]]:
    """File name -> the words of each caption, from lines of `name.jpg#0<TAB>text`."""
    found: dict[str, list[set[str]]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, text = line.partition("\t")
        found[name.partition("#")[0]].append(set(re.findall(r"[a-z]+", text.lower())))
    return found


def caption_tags(captions: Sequence[set[str]]) -> list[str]:
    """`key:value` of what the captions agree on."""
    tags = []
    for key, values in EITHER.items():
        there = [value for value, words in values.items() if _agreed(captions, words)]
        tags += [f"{key}:{there[0]}"] if len(there) == 1 else []
    for key, values in EACH.items():
        tags += [f"{key}:{value}" for value, words in values.items() if _agreed(captions, words)]
    return tags


def light_tags(grey: NDArray[np.uint8]) -> list[str]:
    """How bright the picture is, uint8 of any shape, and how much its values differ."""
    mean, deviation = float(grey.mean()), float(grey.std())
    light = "dark" if mean < DARK else "bright" if mean > BRIGHT else "middle"
    contrast = "low" if deviation < FLAT else "high" if deviation > STRONG else "middle"
    return [f"light:{light}", f"contrast:{contrast}"]


def _agreed(captions: Sequence[set[str]], words: str) -> bool:
    return sum(bool(caption & set(words.split())) for caption in captions) >= AGREEING


def tagged(
    picture: Picture,
    pixels: NDArray[np.uint8] | UnreadableError,
    captions: dict[str, list[set[str]]],
) -> Picture:
    """pixels: uint8 (H, W), grey. Captions tag a picture with a person in it: of the others they name no one."""
    tags = [] if isinstance(pixels, UnreadableError) else light_tags(pixels)
    if picture.label == "person":
        name = picture.value("origin").rpartition("/")[2]
        tags += caption_tags(captions.get(name, []))
    return replace(picture, tags=(*dict.fromkeys((*picture.tags, *tags)),))


def main() -> int:
    """Rewrites the manifest."""
    captions, folder = read_captions(Path(sys.argv[1])), Path(sys.argv[2])
    with held(folder):
        found = read_dataset(folder, least_labels=1)
        seen = zip(found.pictures, each_luma(found), strict=True)
        write_manifest(folder, [tagged(picture, pixels, captions) for picture, pixels in seen])
    return 0


if __name__ == "__main__":
    sys.exit(main())
