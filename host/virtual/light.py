"""The light of a scene, and the sensor's noise, as they stand behind the scene's name: see scene.py."""

from __future__ import annotations

import argparse
import re

from host.base.errors import HostError

MOST_LUX = 1_000_000  # ten times the sun
SCENE_HELP = (
    "what the virtual board's camera sees: drawings, folder:PATH, image:FILE, video:FILE, webcam:N, synthetic, "
    "noise:SEED; default: photographs and drawings"
)
LIGHT_HELP = "lux on the scene, 500 an office; else it counts as exposed properly"
LICENCES = {  # pictures/README.md, photographs/README.md; what is drawn here is nobody's work
    "default": "CC0 or public domain",
    "drawings": "CC0",
    "synthetic": "CC0",
    "noise": "CC0",
    "webcam": "own recording",
}
_PART = r"(light=\d+(\.\d+)?|noise=\d+)"
_OPTIONS = re.compile(rf"\?{_PART}(&{_PART})?$")


def split_scene(url: str) -> tuple[str, float | None, int | None]:
    """A scene's name without what stands behind ?, its light in lux, and the noise's seed. Raises HostError."""
    found = _OPTIONS.search(url)
    if found is None:
        return url, None, None
    options = dict(part.split("=") for part in found[0][1:].split("&"))
    light = float(options["light"]) if "light" in options else None
    if light is not None and light > MOST_LUX:
        raise HostError(f"{url}: at most {MOST_LUX:,} lux, ten times the sun")
    return url[: found.start()], light, int(options["noise"]) if "noise" in options else None


def licence_of(scene: str) -> str:
    """Under which the pictures of a scene may be passed on; "" where nobody said. Raises HostError as split_scene."""
    kind = split_scene(scene)[0].partition(":")[0]
    return LICENCES.get(kind, "")


def lit_url(url: str, lux: float | None) -> str:
    """The name of the same scene under a light; as it is for None. Raises HostError when it names one already."""
    if lux is None:
        return url
    plain, light, noise = split_scene(url)
    if light is not None:
        raise HostError(f"--scene {url} has a light of its own", "leave it or --light out")
    text = f"{lux:.3f}".rstrip("0").rstrip(".")
    return f"{plain}?light={text}" + (f"&noise={noise}" if noise is not None else "")


def lux(text: str) -> float:
    """The value of --light."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= MOST_LUX:
        raise argparse.ArgumentTypeError(f"give lux from 0 to {MOST_LUX:,}")
    return value
