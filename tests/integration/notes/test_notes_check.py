"""`sagepilot notes check`: stale, broken and contradicting notes."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assistant.cli.main import cli

NOTE = """---
id: {id}
title: A title
topics: [limits]
source_urls: [https://docs.aws.amazon.com/x.html]
as_of: {as_of}
rules: [{rules}]
facts:
  - {{name: {fact}, value: {value}, unit: {unit}}}
summary_en: It is so.
summary_vi: Là như vậy.
---
Body.
"""
SOUND = {
    "id": "a-note",
    "as_of": "2026-06-01",
    "rules": "REC-511",
    "fact": "serverless_payload_max",
    "value": 4,
    "unit": "MB",
}


def check(folder: Path, *more: str) -> tuple[int, dict[str, Any]]:
    arguments = [
        "notes",
        "check",
        "--folder",
        str(folder),
        "--today",
        "2026-07-01",
        "--json",
        *more,
    ]
    result = CliRunner().invoke(cli, arguments, standalone_mode=False)
    return result.return_value, json.loads(result.output)


def folder_with(tmp_path: Path, *texts: str) -> Path:
    for i, text in enumerate(texts):
        (tmp_path / f"note-{i}.md").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_shipped_notes_are_not_wrong() -> None:
    result = CliRunner().invoke(cli, ["notes", "check", "--json"], standalone_mode=False)
    told = json.loads(result.output)
    assert result.return_value == 0
    assert told["ok"]
    assert told["notes"] > 150


def test_a_sound_note_has_no_problem(tmp_path: Path) -> None:
    status, told = check(folder_with(tmp_path, NOTE.format(**SOUND)))
    assert (status, told) == (0, {"ok": True, "notes": 1, "problems": []})


def test_an_old_note_is_a_warning_and_the_age_is_yours_to_choose(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, NOTE.format(**SOUND | {"as_of": "2026-01-01"}))
    status, told = check(folder)
    assert status == 0
    assert [(p["note"], p["kind"], p["level"]) for p in told["problems"]] == [
        ("a-note", "stale", "warning")
    ]
    assert check(folder, "--days", "200")[1]["problems"] == []


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"value": 5}, "disagrees"),
        ({"unit": "GB"}, "disagrees"),
        ({"fact": "serverless_memory_size_option", "value": 1500}, "disagrees"),
        ({"rules": "REC-499"}, "unknown-rule"),
        ({"rules": "REC-1"}, "broken"),
        ({"as_of": "yesterday"}, "broken"),
    ],
)
def test_a_wrong_note_is_an_error(changed: dict[str, Any], kind: str, tmp_path: Path) -> None:
    status, told = check(folder_with(tmp_path, NOTE.format(**SOUND | changed)))
    assert status == 1
    assert not told["ok"]
    assert [(p["kind"], p["level"]) for p in told["problems"]] == [(kind, "error")]


def test_one_broken_note_does_not_hide_the_others(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path, "no front matter", NOTE.format(**SOUND), NOTE.format(**SOUND | {"value": 9})
    )
    (folder / "latin.md").write_bytes(b"\xff\xfe\x00")
    _, told = check(folder)
    assert {(p["note"], p["kind"]) for p in told["problems"]} == {
        ("note-0", "broken"), ("note-2", "broken"), ("latin", "broken"),
    }  # fmt: skip
    assert "repeats the id a-note" in json.dumps(told)


def test_a_note_that_is_not_there_is_a_clear_error_with_near_names() -> None:
    result = CliRunner().invoke(cli, ["notes", "show", "serverles-limit"], standalone_mode=False)
    assert "serverless-limits" in getattr(result.exception, "remedy", "")
