"""A COCO file's lists, an entry at a time, from whatever lies under its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import IO, Any

from host.base.errors import HostError

CHUNK_BYTES = 1 << 20
UTF8_MARK = b"\xef\xbb\xbf"
MOST_DEPTH, DEPTH_STEP = 4096, 4096  # of lists in lists; looked at every so many bytes
MARKS = {  # how a file begins -> what it is, and what to do
    b"\x1f\x8b": ("is packed by gzip", "unpack it first"),
    b"PK\x03\x04": ("is a zip", "unpack it first"),
    b"\xff\xfe": ("is UTF-16", "save it as UTF-8"),
    b"\xfe\xff": ("is UTF-16", "save it as UTF-8"),
    b"<": ("is a web page", "download the file itself"),
    b"version https://git-lfs": ("is a pointer of Git LFS", "`git lfs pull` brings the file"),
}
Open = Callable[[], AbstractContextManager[IO[bytes]]]


class _Shallow:
    """A file whose lists do not lie in each other without end: the reader's time grows with their square."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self._name, self._depth = file, name, 0

    def read(self, size: int = -1) -> bytes:
        """As the file's."""
        data = self._file.read(size)
        for at in range(0, len(data), DEPTH_STEP):
            part = data[at : at + DEPTH_STEP]
            self._depth += part.count(b"[") + part.count(b"{") - part.count(b"]") - part.count(b"}")
            if self._depth > MOST_DEPTH:
                raise HostError(
                    f"{self._name} is not in COCO's instances format: lists in lists without end"
                )
        return data


def items_of(opened: Open, name: str, section: str) -> Iterator[Mapping[str, Any]]:
    """The entries of a list of the file, one at a time. Raises HostError when it is no JSON, or they are no objects."""
    import ijson

    begins = b""
    try:
        with opened() as file:
            begins = file.read(32)
            file.seek(len(UTF8_MARK) if begins.startswith(UTF8_MARK) else 0)
            path, shallow = f"{section}.item", _Shallow(file, name)
            for each in ijson.items(shallow, path, use_float=True, buf_size=CHUNK_BYTES):
                if not isinstance(each, dict):
                    raise no_coco(name)
                yield each
    except (ijson.JSONError, ValueError, OverflowError) as error:
        raise _no_json(name, begins, error) from error


def _no_json(name: str, begins: bytes, error: Exception) -> HostError:
    if not begins:
        return HostError(f"{name} is empty", "copy it again")
    for mark, (what, remedy) in MARKS.items():
        if begins.lstrip().startswith(mark):
            return HostError(f"{name} {what}, not JSON", remedy)
    message = error.args[0] if error.args else ""
    text = message.decode("utf-8", "replace") if isinstance(message, bytes) else str(message)
    why, *context = text.splitlines()
    near = context[0].strip()[:60] if context else ""
    return HostError(f"{name} is not JSON: {why[:120]}" + (f" near {near!r}" if near else ""))


def no_coco(name: str) -> HostError:
    """The error for JSON of another kind."""
    return HostError(
        f"{name} is not in COCO's instances format: it needs images, annotations and categories"
    )
