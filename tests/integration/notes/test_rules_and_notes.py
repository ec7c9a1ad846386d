"""Rules and notes, linked both ways, and shown where advice is given."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli.main import cli
from assistant.note_links import note_behind, rule_titles, rule_with_note, with_notes
from knowledge.note import load_notes, notes_by_rule

NOTES = load_notes()
PAGE = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
TEMPLATE = """
Resources:
  Config:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      ProductionVariants:
        - {VariantName: a, ModelName: m, InitialVariantWeight: 1,
           ServerlessConfig: {MemorySizeInMB: 1500, MaxConcurrency: 5}}
"""


def run(*arguments: str, text: str | None = None) -> str:
    return CliRunner().invoke(cli, arguments, input=text, standalone_mode=False).output


def test_every_rule_rests_on_exactly_one_note() -> None:
    named = [rule for note in NOTES for rule in note.rules]
    assert len(named) == len(set(named))
    assert set(named) == set(rule_titles())


def test_the_rules_are_those_of_the_page() -> None:
    assert set(re.findall(r"^\| ((?:REC|CHK|PRE)-\d{3}) \|", PAGE, re.M)) == set(rule_titles())


def test_a_note_lists_its_rules_and_a_rule_leads_to_its_note() -> None:
    shown = json.loads(run("notes", "show", "serverless-cold-start", "--json"))
    assert {"REC-502", "REC-612"} == {rule["id"] for rule in shown["rules"]}
    assert all(rule["title"] for rule in shown["rules"])
    assert json.loads(run("notes", "show", "rec-612", "--json"))["id"] == "serverless-cold-start"
    assert "rule REC-612: Cold starts" in run("notes", "show", "serverless-cold-start")


def test_a_recommendation_names_the_note_of_every_reason() -> None:
    needs = {"request_payload_bytes": 300_000_000, "processing_time_s": 240}
    told = json.loads(run("recommend", "-", "--json", text=json.dumps(needs)))
    given = [*told["reasons"], *told["warnings"]]
    given += [r for option in told["options"] for r in option["reasons"]]
    assert given
    assert all(item["note_id"] == notes_by_rule()[item["rule_id"]] for item in given)
    assert ", note " in run("recommend", "-", text=json.dumps(needs))


def test_conflicts_name_their_note() -> None:
    needs = {"processing_time_s": 9000, "interactive": True}
    told = json.loads(run("recommend", "-", "--json", text=json.dumps(needs)))
    assert {c["note_id"] for c in told["conflicts"]} == {"contradictory-requirements"}


@pytest.mark.parametrize("form", ["json", "text"])
def test_findings_of_an_audit_name_their_note(form: str, tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(TEMPLATE)
    told = run("audit", "--template", str(template), "--format", form)
    assert "CHK-540" in told
    assert "serverless-limits" in told


def test_only_rules_get_a_note_and_other_values_stay_as_they_are() -> None:
    told = {"id": "plan-1", "reasons": [{"rule_id": "REC-511"}, {"rule_id": "REC-000"}], "n": 1.5}
    assert with_notes(told) == {
        "id": "plan-1",
        "reasons": [
            {"rule_id": "REC-511", "note_id": "choosing-inference-option"},
            {"rule_id": "REC-000"},
        ],
        "n": 1.5,
    }
    assert note_behind({"id": ["REC-511"]}) is None
    assert rule_with_note({"rule_id": "REC-511"}) == "REC-511, note choosing-inference-option"
    assert rule_with_note({"text": "no rule"}) == ""
