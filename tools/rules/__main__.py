"""`python -m tools.rules` shows the page of rules; `--write` puts it into docs/rules.md."""

import sys
from pathlib import Path

from tools.rules.registry import rules_page


def main(arguments: list[str]) -> int:
    """Show or write the page; returns the exit status."""
    if arguments == ["--write"]:
        Path("docs/rules.md").write_text(rules_page(), encoding="utf-8")
        return 0
    if arguments:
        sys.stderr.write("usage: python -m tools.rules [--write]\n")
        return 2
    sys.stdout.write(rules_page())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
