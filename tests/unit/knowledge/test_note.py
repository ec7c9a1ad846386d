"""Notes: what is accepted, what is refused, and how they fall into sentences."""

import pytest

from knowledge.errors import KnowledgeError
from knowledge.note import MAX_WORDS, Note, load_notes, parse_note
from knowledge.passage import passages_of

HEAD = """---
id: {id}
title: A title
topics: [limits]
source_urls: [https://docs.aws.amazon.com/x.html]
as_of: 2026-11-22
facts:
  - {{name: a_limit, value: 6, unit: MB}}
summary_en: It is 6 MB.
summary_vi: Là 6 MB.
{extra}---
{body}
"""


def note_text(*, note_id: str = "a-note", body: str = "One. Two.", extra: str = "") -> str:
    return HEAD.format(id=note_id, body=body, extra=extra)


def test_a_note_is_read_with_typed_facts() -> None:
    note = parse_note(note_text(), source="a.md")
    assert note.facts[0].value == 6
    assert note.as_of.isoformat() == "2026-11-22"


@pytest.mark.parametrize(
    "text",
    [
        "no front matter",
        "---\nid: [unclosed\n---\nbody\n",
        "---\njust text\n---\nbody\n",
        note_text(note_id="Not_Kebab"),
        note_text(extra="surprise: 1\n"),
        note_text(body="word " * (MAX_WORDS + 1)),
        note_text(body=""),
        note_text().replace("https://", "ftp://"),
        note_text().replace("2026-11-22", "yesterday"),
    ],
)
def test_an_invalid_note_is_refused_with_its_file_name_and_a_remedy(text: str) -> None:
    with pytest.raises(KnowledgeError, match=r"bad\.md") as caught:
        parse_note(text, source="bad.md")
    assert caught.value.remedy


def test_two_notes_with_one_id_are_refused(tmp_path) -> None:
    (tmp_path / "a.md").write_text(note_text())
    (tmp_path / "b.md").write_text(note_text())
    with pytest.raises(KnowledgeError, match="a-note"):
        load_notes(tmp_path)


def test_yaml_tags_of_python_objects_are_refused(tmp_path) -> None:
    mark = tmp_path / "mark"
    text = note_text(extra=f'x: !!python/object/apply:os.system ["touch {mark}"]\n')
    with pytest.raises(KnowledgeError):
        parse_note(text, source="evil.md")
    assert not mark.exists()


def test_paragraphs_and_list_items_fall_into_sentences() -> None:
    body = (
        "First\none. Is it? Yes: 2.5 MB.\n\n- An item\n  that wraps.\n- Other `x.y` item\n\nLast."
    )
    note = parse_note(note_text(body=body), source="a.md")
    assert note.sentences == (
        "First one.",
        "Is it?",
        "Yes: 2.5 MB.",
        "An item that wraps.",
        "Other `x.y` item",
        "Last.",
    )


def test_a_passage_hash_changes_with_its_text_only() -> None:
    before = passages_of(parse_note(note_text(body="One. Two."), source="a"))
    after = passages_of(parse_note(note_text(body="One. Three."), source="a"))
    changed = [b.id for b, a in zip(before, after, strict=True) if b.text_hash != a.text_hash]
    assert changed == ["a-note#2"]


def test_a_note_cannot_be_changed() -> None:
    note: Note = parse_note(note_text(), source="a.md")
    with pytest.raises(ValueError, match="frozen"):
        note.title = "other"
