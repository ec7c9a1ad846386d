"""Which questions are addressed to a person's own documents."""

import pytest

from assistant.own_documents import asks_own_documents

ADDRESSED = (
    "what do my documents say about the pager?",
    "According to our documents, who approves a GPU endpoint?",
    "search my docs for the naming convention",
    "is there anything on budgets in my own documents?",
    "tài liệu của tôi nói gì về đặt tên endpoint?",
    "theo tài liệu của chúng tôi thì ai phê duyệt?",
)
NOT_ADDRESSED = (
    "my documents are classified by a model that takes PDFs of 3 MB, 200 ms",
    "how large may a request be?",
    "what do the documents of AWS say about serverless?",
    "tôi có mô hình phân loại tài liệu",
)


@pytest.mark.parametrize("text", ADDRESSED)
def test_a_question_to_ones_own_documents_is_recognised(text: str) -> None:
    assert asks_own_documents(text)


@pytest.mark.parametrize("text", NOT_ADDRESSED)
def test_a_model_of_documents_or_a_question_to_the_notes_is_none(text: str) -> None:
    assert not asks_own_documents(text)
