"""Own words: no note or practice question repeats AWS's documentation strings."""

import json
import re
from collections.abc import Iterator

import botocore.loaders
import pytest

from knowledge.note import load_notes

SERVICES = ("sagemaker", "sagemaker-runtime", "application-autoscaling")
RUN = 9  # words in a row from which on a sentence counts as copied
TAG = re.compile(r"<[^>]+>")
# An error's text in quotes and a name in back-ticks are facts to be cited letter by letter.
LITERAL = re.compile(r'"[^"]*"|`[^`]*`')
WORD = re.compile(r"[a-z0-9]+")


def runs(text: str) -> Iterator[tuple[str, ...]]:
    words = WORD.findall(TAG.sub(" ", text).lower())
    return zip(*(words[i:] for i in range(RUN)), strict=False)


def documentation_strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "documentation" and isinstance(inner, str):
                yield inner
            else:
                yield from documentation_strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from documentation_strings(inner)


@pytest.fixture(scope="module")
def own_runs() -> dict[tuple[str, ...], str]:
    """Every run of words of the notes, sentence by sentence, with the note that has it."""
    return {
        run: note.id
        for note in load_notes()
        for sentence in (note.summary_en, *note.sentences)
        for run in runs(LITERAL.sub(" ", sentence))
    }


@pytest.mark.parametrize("service", SERVICES)
def test_no_sentence_of_a_note_is_aws_documentation(
    service: str, own_runs: dict[tuple[str, ...], str]
) -> None:
    model = botocore.loaders.Loader().load_service_model(service, "service-2")
    strings = set(documentation_strings(model))
    assert len(strings) > 20
    copied = {(own_runs[run], " ".join(run)) for s in strings for run in runs(s) if run in own_runs}
    assert not copied


def test_the_check_finds_a_copied_sentence() -> None:
    sentence = "The name of the endpoint that you specified when you created it using the API"
    assert set(runs(sentence)) & set(runs(f"<p>Note: {json.dumps(sentence)}</p>"))
    assert not set(runs("The endpoint's name")) & set(runs(sentence))
