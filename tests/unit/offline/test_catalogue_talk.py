"""A search of the catalogue is read from a sentence; what is no search is left alone."""

import pytest

from assistant.offline.catalogue_talk import criteria
from assistant.offline.understanding import understand
from tools.reading.folding import fold

HITS = [
    {"model_id": "xgboost-regression-model", "task": "regression", "licence": "apache-2.0",
     "access": "open", "parameter_count": None, "default_instance_type": "ml.m5.large",
     "usd_per_hour": 0.115, "serverless": True},
    {"model_id": "meta-text-8b", "task": "text-generation", "licence": "llama3",
     "access": "gated", "parameter_count": 8_000_000_000, "default_instance_type": "ml.g5.xlarge",
     "usd_per_hour": None, "serverless": False},
]  # fmt: skip


class Understood(dict):
    """Texts by what they mean to the product itself."""

    def __missing__(self, text):
        return understand(text)


@pytest.fixture
def talk(thread):
    def make(hits=HITS):
        return thread(
            Understood(), search_models=lambda **_: {"models": hits, "region": "us-east-1"}
        )

    return make


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("find me an open source embedding model on JumpStart",
         {"task": "text-embedding", "licence": "open"}),
        ("list jumpstart models for image classification that run on ml.m5.xlarge",
         {"task": "image-classification", "instance_type": "ml.m5.xlarge"}),
        ("which foundation models under 8B parameters with an Apache licence are there?",
         {"licence": "apache", "max_parameters": 8_000_000_000}),
        ("any pretrained xgboost models below $0.50 an hour?",
         {"words": "xgboost", "max_usd_per_hour": "0.50"}),
        ("show gated models in the model hub", {"licence": "gated"}),
        ("tìm mô hình có sẵn để phân loại, chạy serverless",
         {"task": "classification", "serverless": True}),
    ],
)  # fmt: skip
def test_the_criteria_are_what_was_said(said, wanted):
    assert criteria(fold(said).text) == wanted


@pytest.mark.parametrize(
    "said",
    ["which JumpStart models do regression?", "Tìm mô hình hồi quy có sẵn trên JumpStart"],
)
def test_hits_are_told_with_licence_type_and_price(talk, said):
    answer = talk().say(said)
    assert "**xgboost-regression-model**" in answer
    assert "apache-2.0" in answer
    assert "ml.m5.large" in answer
    assert "meta-text-8b" in answer


def test_a_licence_that_a_person_must_accept_is_said(talk):
    assert "to be accepted by you" in talk().say("list the JumpStart models")


def test_no_hit_is_said(talk):
    assert "no such model" in talk(hits=[]).say("find a jumpstart model for speech")


@pytest.mark.parametrize(
    "said",
    ["What is JumpStart?", "How does JumpStart deploy a model?", "which endpoints do I have?"],
)
def test_what_is_no_search_is_left_alone(talk, said):
    made = talk()
    made.say(said)
    assert "search_models" not in made.names()
