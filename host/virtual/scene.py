"""What the virtual camera looks at: a source of 640x480 RGB pictures over the board's own time.

    default            the photographs and drawings that come with the project, two seconds each; the view moves
    drawings           the drawings alone, and the view stands still
    folder:PATH        the pictures of a folder, by name, two seconds each
    image:FILE         one picture
    video:FILE         a video at its own rate, from the start again at its end
    webcam:N           this machine's camera N
    synthetic          a moving scene, drawn
    noise:SEED         every picture random: what tests use

Pictures of another shape are cropped to 4:3 around their middle, then scaled.

Behind any of them: ?light=LUX gives the scene a light, 500 an office, 50 a hallway at night, which the sensor's
exposure then follows; without it every scene counts as exposed properly. &noise=SEED, or ?noise=SEED, adds the
sensor's noise, which grows with its gain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.opencv import opencv
from host.base.pictures import MOST_FILE_BYTES, SUFFIXES, decode, read_picture
from host.base.places import DRAWINGS, PHOTOGRAPHS
from host.base.regular_files import list_files, open_regular, read_below
from host.base.resize import resized
from host.base.spelling import did_you_mean
from host.virtual.light import split_scene
from host.virtual.moving import HEIGHT, SECONDS_A_PICTURE, WIDTH, Moving

MOST_FOLDERS = 5  # that an error names

Picture = NDArray[np.uint8]  # (480, 640, 3), RGB
Scale = Callable[[NDArray[np.uint8], int, int], NDArray[np.uint8]]  # picture, width, height


class Scene(Protocol):
    """A source of pictures."""

    def picture(self, seconds: float) -> Picture:
        """What is in front of the camera so long after the board's start."""


@dataclass(frozen=True)
class Lit:
    """A scene under a light (lux, None: exposed properly), with the sensor's noise (its seed, None: none)."""

    scene: Scene
    light_lux: float | None = None
    noise_seed: int | None = None

    def picture(self, seconds: float) -> Picture:
        """The scene's own."""
        return self.scene.picture(seconds)


def light_of(scene: Scene) -> float | None:
    """Lux, None for a scene that counts as exposed properly."""
    return scene.light_lux if isinstance(scene, Lit) else None


def noise_of(scene: Scene) -> int | None:
    """The seed of the sensor's noise, None for none."""
    return scene.noise_seed if isinstance(scene, Lit) else None


class Pictures:
    """Pictures of any shape, one after the other, each for a while."""

    def __init__(
        self, pictures: list[NDArray[np.uint8]], seconds_each: float = SECONDS_A_PICTURE
    ) -> None:
        self._pictures = [fit(picture) for picture in pictures]
        self._seconds_each = seconds_each

    def picture(self, seconds: float) -> Picture:
        """The file whose turn it is."""
        return self._pictures[int(seconds / self._seconds_each) % len(self._pictures)]


class Video:
    """A video file or a webcam."""

    def __init__(self, source: Any, name: str, seconds_a_frame: float) -> None:
        self._source, self._name, self._seconds_a_frame = source, name, seconds_a_frame
        self._index = -1
        self._last = self._read()

    def picture(self, seconds: float) -> Picture:
        """The newest frame; a video that ended begins again."""
        while self._seconds_a_frame and self._index < int(seconds / self._seconds_a_frame):
            self._last = self._read()
        if not self._seconds_a_frame:
            self._last = self._read()
        return self._last

    def _read(self) -> Picture:
        self._index += 1
        good, frame = self._source.read()
        if not good:
            self._source.set(opencv().CAP_PROP_POS_FRAMES, 0)
            good, frame = self._source.read()
        if not good:
            raise HostError(f"{self._name} gives no pictures")
        return fit(np.asarray(frame[..., ::-1], np.uint8), _fast)


class Synthetic:
    """A bright disc over a shaded background that drifts: nothing to recognise, everything to see."""

    def picture(self, seconds: float) -> Picture:
        """Drawn anew for every instant."""
        rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
        shade = (columns / 4 + rows / 6 + 40 * seconds) % 256
        frame = np.repeat(shade.astype(np.uint8)[:, :, np.newaxis], 3, axis=2)
        centre = (
            int(WIDTH / 2 + 200 * np.cos(seconds)),
            int(HEIGHT / 2 + 140 * np.sin(1.3 * seconds)),
        )
        frame[np.hypot(columns - centre[0], rows - centre[1]) <= 70] = (250, 240, 200)
        return frame


class Noise:
    """Every picture is random, and the same for the same seed and instant."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def picture(self, seconds: float) -> Picture:
        """Blocks of 8x8, so that neighbouring pixels differ and averages do too."""
        source = np.random.default_rng((self._seed, int(seconds * 1e6)))
        blocks = source.integers(0, 256, (HEIGHT // 8, WIDTH // 8, 3), np.uint8)
        fine = source.integers(0, 32, (HEIGHT, WIDTH, 1), np.uint8)
        coarse = np.kron(blocks, np.ones((8, 8, 1), np.uint8)) // 2
        return np.asarray(coarse + fine, np.uint8)


def fit(picture: NDArray[np.uint8], scale: Scale = resized) -> Picture:
    """(H, W, 1 or 3), grey or RGB -> (480, 640, 3): cropped to 4:3 around the middle, then scaled."""
    if picture.shape[2] == 1:
        picture = np.repeat(picture, 3, axis=2)
    height, width = picture.shape[:2]
    keep_width = min(width, max(1, round(height * WIDTH / HEIGHT)))
    keep_height = min(height, max(1, round(width * HEIGHT / WIDTH)))
    top, left = (height - keep_height) // 2, (width - keep_width) // 2
    cropped = picture[top : top + keep_height, left : left + keep_width]
    return scale(cropped, WIDTH, HEIGHT)


def _fast(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """As resized, for a video's every frame."""
    cv2 = opencv()
    method = cv2.INTER_AREA if width <= picture.shape[1] else cv2.INTER_LINEAR
    contiguous = np.ascontiguousarray(picture)
    return np.asarray(cv2.resize(contiguous, (width, height), interpolation=method), np.uint8)


def open_scene(url: str) -> Scene:
    """A scene by its name (see the top of this file). Raises HostError with what is possible."""
    url, light, noise = split_scene(url)
    if light is not None or noise is not None:
        return Lit(open_scene(url), light, noise)
    kind, _, rest = url.partition(":")
    makers: dict[str, Callable[[str], Scene]] = {
        "default": lambda _: moving_view([PHOTOGRAPHS, DRAWINGS]),
        "drawings": lambda _: _folder(DRAWINGS),
        "folder": lambda path: _folder(Path(path)),
        "image": lambda path: Pictures([read_picture(Path(path))]),
        "video": _video,
        "webcam": _webcam,
        "synthetic": lambda _: Synthetic(),
        "noise": lambda seed: Noise(_number(seed, url)),
    }
    if kind not in makers:
        raise HostError(
            f"unknown scene {url}{did_you_mean(kind, makers)}", f"give one of {', '.join(makers)}"
        )
    return makers[kind](rest)


def moving_view(folders: Sequence[Path]) -> Scene:
    """Their pictures mixed evenly, the first of the first folder first, under a view that moves."""
    ranked = [
        (place / len(found), rank, picture)
        for rank, found in enumerate(_pictures(folder) for folder in folders)
        for place, picture in enumerate(found)
    ]
    order = sorted(ranked, key=lambda entry: entry[:2])
    return Moving([picture for _, _, picture in order])


def _folder(path: Path) -> Scene:
    return Pictures(_pictures(path))


def _pictures(path: Path) -> list[NDArray[np.uint8]]:
    if not path.is_dir():
        raise HostError(f"{path} is not a folder of pictures")
    files = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES)
    if not files:
        raise _no_pictures(path)
    contents = (read_below(path, file.name, MOST_FILE_BYTES) for file in files)
    return [decode(each, str(file)) for each, file in zip(contents, files, strict=True)]


def _no_pictures(path: Path) -> HostError:
    """Of a folder that has none itself; those in it may have some."""
    below = (PurePosixPath(name) for name in list_files(path).names)
    folders = {name.parent: None for name in below if name.suffix.lower() in SUFFIXES}
    if not folders:
        return HostError(f"no pictures in {path}: it needs {', '.join(sorted(SUFFIXES))}")
    shown = ", ".join(f"folder:{path / name}" for name in list(folders)[:MOST_FOLDERS])
    return HostError(f"no pictures in {path} itself, but below it", f"give one of {shown}")


def _video(path: str) -> Scene:
    if Path(path).exists():  # else a pattern of names, or a URL
        open_regular(Path(path)).close()  # OpenCV would wait for ever for a pipe's first byte
    source = _opened(path)
    if not source.isOpened():
        raise HostError(f"{path} is not a video that OpenCV can read")
    rate = source.get(opencv().CAP_PROP_FPS)
    return Video(source, path, 1 / rate if 1 <= rate <= 1000 else 1 / 25)


def _webcam(number: str) -> Scene:
    source = _opened(_number(number or "0", f"webcam:{number}"))
    if not source.isOpened():
        raise HostError(f"webcam {number or 0} cannot be opened: is it plugged in, is it in use?")
    return Video(source, f"webcam {number or 0}", 0.0)


def _opened(source: str | int) -> Any:
    """Open or not; OpenCV's own dozen lines about the latter stay unsaid."""
    cv2 = opencv()
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        return cv2.VideoCapture(source)
    finally:
        cv2.utils.logging.setLogLevel(level)


def _number(text: str, url: str) -> int:
    if not text.isdecimal():
        raise HostError(f"{url}: a number is expected behind the colon")
    return int(text)
