"""What the figures on the viewer's and capture's screens mean: key h shows it. docs/GLOSSARY.md has the same lines."""

from __future__ import annotations

FIGURES: tuple[tuple[str, str], ...] = (
    ("verdict", "the class that is shown: by threshold with one class looked for, else the best"),
    ("probability", "what the model says of a class, 0 to 1; softmax or sigmoid of its logits"),
    ("threshold", "from which probability on the verdict is yes"),
    ("fps", "frames a second: on board by the board's clock, here as they arrive"),
    ("s old", "from the end of the picture's last line to its result"),
    ("capture", "from the request for a frame to its last line"),
    ("preprocess", "averaging the camera's lines down to the model's input"),
    ("inference", "one run of the model on one picture"),
    ("send", "queueing the frame and the result before this one"),
    ("9.02 M", "millions of cycles of the board's clock; the ms beside it are the same time"),
    ("estimated", "computed by a model of the core's timing on the virtual board: no measurement of hardware"),
    ("wire lost", "packets that the board sent and that did not arrive"),
    ("dropped by the board", "a message that the board gave up because nobody read in time"),
    ("damaged", "a packet whose CRC-32 is wrong, or that is no packet: counted and skipped"),
    ("reconnects, restarts", "the port was opened again; the board began again"),
)  # fmt: skip
