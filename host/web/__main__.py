"""python -m host.web FILE.html: the page as one file, for a folder, a stick or any static host."""

from __future__ import annotations

from host.base.errors import plain_words

if __name__ == "__main__":
    plain_words()  # before the imports that take long

import sys
from pathlib import Path

from host.base.errors import HostError, run_main
from host.base.tool_parser import tool_parser
from host.web.one_file import one_file


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when the file is there."""
    parser = tool_parser("host.web", __doc__)
    parser.add_argument("output", type=Path, metavar="FILE.html", help="a new file")
    args = parser.parse_args(argv)
    try:
        with args.output.open("x", encoding="utf-8") as file:
            file.write(one_file())
    except FileExistsError as error:
        raise HostError(f"{args.output} exists", "give another name, or delete it") from error
    except OSError as error:
        raise HostError(f"cannot write {args.output}: {error.strerror}") from error
    print(f"wrote {args.output}: open it in a browser, or put it on any web server")
    return 0


if __name__ == "__main__":
    sys.exit(run_main(main))
