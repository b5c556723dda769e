"""Types and output that the commands share."""

from __future__ import annotations

from host.base.arguments import whole

count = whole()  # a type for argparse
