"""How much the tests notice: small changes of the product, one at a time, each against the tests of its folder.

A measurement, not a test: `python -m tests.mutants --help`. CONTRIBUTING.md says when to run it.

Samples of --near --cpu 20, none of them shown to whoever wrote the tests before it was run. `built`: changes that
compile; what ended at a limit of wall time is not counted as killed:
seed 20251, 85 drawn over all folders: 63 of 83 built killed (76 %)
seed 30774, stopped after 11 of 80, a busy machine: 3 of 9 built; three survivors are noticed by tests written since,
    firmware/src/link/text.c `text->count = 0` makes no difference, two of firmware/src were not judged
seed 60613, host/ alone, stopped after 8 of 78, with those tests: 5 of 8, one ended at its limit; of two survivors
    one is noticed by the rest of its folder's tests, one (bench's `required`) by a test written since
seed 90211, host/ alone, stopped after 6 of 10, a busy machine: 3 of 6 built; of three survivors one is noticed by a
    test written since (host/board.py: the board is idle behind samples()), two make no difference: a grey level of
    bench host's drawn background, and `strict` over columns that one table makes equally long
The last three are too few to be a share.
seed 20261130, host/ alone, its folders in turn, each source's nearest tests in one process of 25 s of CPU, stopped
    after 56 of 150, a busy machine: 31 of 54 killed, two ended at a limit. Of 23 survivors 18 are noticed by tests
    written since and one by the rest of its folder's tests; four make no difference (the silence before the first
    message, the place of an empty line, -2 for -1 in reshape, a refusal of NaN that no figure is)
seeds 2026113007 and 2026113008, host/ alone, two of each folder, nearest tests and 25 s of CPU as above: 42 of 58
    killed before, 43 of 56 after tests that the first one led to. Put back one by one, 15 of the first's
    16 survivors (one makes no difference) and all of the second's 13 are noticed by tests written since (train/fit.py
    `worker` has no default any more)
seed 11, ten of firmware/src against tests built for this computer alone: 8 killed, one noticed by a test written
    since, and engine/pool.c (a pair of bytes behind a line) by another, tests/engine/test_halving.py
seed 2026113011, host/ alone, two of each folder, nearest tests and 25 s of CPU as above: 48 of 59 killed. Of 11
    survivors seven are noticed by tests written since; three make no difference (a search from `at + 2` where a good
    chunk begins at `at`, two words looked at for one, an exception above 0, which none is) and a header of a meter's
    file may be a byte longer
the same seed, eight of firmware/, nearest tests and 30 s of CPU: 4 killed; of four survivors area.c `+ 1u` -> `+ 2u` is
    noticed by a test written since, engine/windows.c by the rest of its folder's, measure.c makes no difference, and
    stage.c (capture's cycles) was not run to the end of its folder's tests
Judged by reading, firmware: commands.c `rests_until_retry = 0` -> 1 is one sleep of the CPU out of 1000 and no
behaviour; pins.c PULL_UPS_PIN on another pin leaves P1.00 low, which tests/camera/test_sleep.py looks at.
"""
