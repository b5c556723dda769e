"""`python -m host.train --data PICTURES --output DIR`: labelled pictures -> a model that the board runs.

`python -m host.train search` looks for the network itself.
"""

from __future__ import annotations

from host.base.errors import plain_words

if __name__ == "__main__":
    plain_words()  # before the imports that take long

import sys

from host.base.console import stderr
from host.base.errors import require, run_main
from host.base.follow_up import shell_line
from host.base.json_out import print_json_line
from host.train.gather import gather
from host.train.options import parse
from host.train.quiet import load_tensorflow, refuse_old_processor
from host.train.screen import Screen, result_table, rounds_line, stopped


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when the model's files are written."""
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == ["search"]:
        from host.train.search.__main__ import main as search

        return search(words[1:])
    options = parse(words)
    require("train")
    refuse_old_processor()
    console = stderr()
    with Screen(console) as screen:
        gathered = gather(options, screen.say)
        if options.freeze:
            screen.say(rounds_line(options.epochs))
        load_tensorflow()
        from host.train.run import run

        try:
            made = run(options, gathered, shell_line("host.train", *words), screen)
        except KeyboardInterrupt:
            screen.say(stopped(options.freeze, screen.epochs))
            raise
    if made:
        from host.train.ending import ending

        console.print(result_table(made))
        for line in ending(options, screen.history, made["training"]):
            console.print(line)
    if options.json:
        print_json_line(made)
    return 0


if __name__ == "__main__":
    sys.exit(run_main(main))
