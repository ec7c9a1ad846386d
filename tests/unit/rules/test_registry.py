"""The set of rules: ids, sources, and the generated page."""

from pathlib import Path

from tools.rules.__main__ import main
from tools.rules.registry import ALL_RULES, rules_page
from tools.rules.rule import Effect

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"


def test_ids_are_unique_and_well_formed() -> None:
    ids = [rule.id for rule in ALL_RULES]
    assert len(ids) == len(set(ids))
    assert all(len(name) == 7 and name.startswith("REC-") and name[4:].isdigit() for name in ids)


def test_every_rule_has_a_source_and_exactly_one_effect() -> None:
    for rule in ALL_RULES:
        assert rule.source_url.startswith("https://"), rule.id
        effects = [rule.rules_out, rule.prefers, rule.warns, rule.contradicts]
        assert sum(bool(effect) for effect in effects) == 1, rule.id
        assert (rule.weight > 0) == (rule.effect is Effect.PREFERS), rule.id


def test_the_page_of_rules_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == rules_page()


def test_the_command_refuses_what_it_does_not_know(capsys) -> None:
    assert main(["--wrong"]) == 2
    assert "usage" in capsys.readouterr().err
    assert main([]) == 0
    assert capsys.readouterr().out == rules_page()


def test_the_command_writes_the_page(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)
    assert main(["--write"]) == 0
    assert (tmp_path / "docs" / "rules.md").read_text(encoding="utf-8") == rules_page()
