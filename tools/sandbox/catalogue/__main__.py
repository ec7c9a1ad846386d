"""`python -m tools.sandbox.catalogue --to FOLDER`: trains the catalogue's models into a folder."""

import argparse
import json
from pathlib import Path

from tools.sandbox.catalogue.listing import MODELS
from tools.sandbox.catalogue.training import packed, train


def main() -> None:
    """Write every model's objects by key, and the requests they answer; the last file is whole."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER")
    folder = parser.parse_args().to
    payloads = {}
    for listed in MODELS:
        trained = train(listed.model_id)
        objects = (
            {listed.key: packed(trained.files)}
            if listed.compressed
            else {f"{listed.key}{name}": content for name, content in trained.files.items()}
        )
        for key, content in objects.items():
            path = folder / "objects" / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        payloads[listed.model_id] = dict(trained.payload)
    whole = folder / "payloads.part"
    whole.write_text(json.dumps(payloads), encoding="utf-8")
    whole.replace(folder / "payloads.json")


if __name__ == "__main__":
    main()
