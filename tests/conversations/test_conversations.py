"""Twenty people, most of them in a hurry: each conversation ends where it should.

The cases were written, and judged, by someone who had not seen how the offline chat model reads.
Each transcript is a snapshot, so that every change of what people read is seen in review:
`pytest tests/conversations --snapshot-update`, then read the difference.
"""

import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from assistant import events
from tests.conversations.cases import load_cases
from tests.conversations.performing import Performance
from tests.conversations.transcripts import transcript

CASES = load_cases()
RIGHT_AT_LEAST = 19


class TextFile(SingleFileSnapshotExtension):
    """One readable file a conversation."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.fixture
def performed(app, paths):
    """Acts a case out; its endpoints are deleted afterwards, so that no quota fills up."""
    performances = []

    def act(case) -> Performance:
        performances.append(Performance(case, app, paths).act())
        return performances[-1]

    yield act
    for performance in performances:
        made, plan = performance.last(events.Deployed), performance.last(events.PlanProposed)
        if made:
            clients = app.place.clients(plan.region)
            clients.call("sagemaker.delete_endpoint", {"EndpointName": made.endpoint_name})


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_a_conversation_ends_where_it_should(case, performed, snapshot):
    performance = performed(case)
    expected = case.known_gap.problems if case.known_gap else ()
    assert tuple(performance.problems) == expected
    assert transcript(performance) == snapshot(extension_class=TextFile)


def test_enough_conversations_end_where_they_should():
    assert len(CASES) == 20
    assert sum(case.language == "vi" for case in CASES) == 5
    assert sum(case.known_gap is None for case in CASES) >= RIGHT_AT_LEAST
