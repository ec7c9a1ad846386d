"""`python -m tools.sandbox --home DIR`: the sandbox in the foreground."""

import argparse
import json
import logging
from pathlib import Path

from tools.sandbox.server import serve
from tools.sandbox.timing import timing_from


def main() -> None:
    """Read the arguments and serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m tools.sandbox", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="folder for all state")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--region", default="us-east-1", help="for unsigned requests")
    parser.add_argument("--parent-pid", type=int, default=None, help="end with this process")
    parser.add_argument("--timing", type=json.loads, default={}, help="JSON of durations")
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    serve(
        given.home.resolve(),
        port=given.port,
        region=given.region,
        parent_pid=given.parent_pid,
        timing=timing_from(given.timing),
    )


if __name__ == "__main__":
    main()
