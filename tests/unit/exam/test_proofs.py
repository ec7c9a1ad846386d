"""A proof looks at what the product says, and fails when the product says otherwise."""

from datetime import date

import pytest

from assistant.exam.proofs import prove
from knowledge.question import Question
from tools.catalog import load_catalog
from tools.errors import InvalidInputError

LARGE = {"request_payload_bytes": 300_000_000, "processing_time_s": 240}
TEMPLATE = """\
Resources:
  Config:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      ProductionVariants:
        - VariantName: AllTraffic
          ModelName: m
          ServerlessConfig: {MemorySizeInMB: 5000, MaxConcurrency: 5}
"""


def question(**proof):
    options = [{"key": k, "text": k, "rationale": k} for k in "ABC"]
    return Question.model_validate(
        {"id": "q", "kind": "single", "task": "3.1", "topics": ["t"], "difficulty": 1, "stem": "s",
         "options": options, "answer": ["B"], "notes": ["n"], "as_of": date(2026, 11, 24),
         "proof": proof}
    )  # fmt: skip


def no_plan(needs, method):
    raise InvalidInputError("There is no GPU in serverless.", remedy="Choose another.")


def proved(**proof):
    return prove(question(**proof), load_catalog(), no_plan)


@pytest.mark.parametrize(
    "proof",
    [
        {"kind": "recommend", "requirements": LARGE, "right": {"inference_option": "asynchronous"},
         "wrong": {"A": "serverless", "C": "real-time"}},
        {"kind": "fact", "facts": {"serverless_max_concurrency_max": 200}},
        {"kind": "check", "refused": "no GPU"},
        {"kind": "plan", "refused": "no gpu"},
    ],
)  # fmt: skip
def test_what_the_product_says_holds(proof):
    made = proved(**proof)
    assert made.faults == ()
    assert made.shown


@pytest.mark.parametrize(
    "proof",
    [
        {"kind": "recommend", "requirements": LARGE, "right": {"inference_option": "real-time"}},
        {"kind": "recommend", "requirements": LARGE, "wrong": {"A": "asynchronous"}},
        {"kind": "recommend", "requirements": {"gpu": "blue"}, "right": {"region": "x"}},
        {"kind": "recommend", "requirements": LARGE, "right": {"no.such.path": 1}},
        {"kind": "fact", "facts": {"serverless_max_concurrency_max": 201}},
        {"kind": "fact", "facts": {"no_such_fact": 1}},
        {"kind": "check", "refused": "network isolation"},
        {"kind": "plan", "holds": "sagemaker.create_endpoint"},
        {"kind": "audit", "template": TEMPLATE, "finds": "CHK-000"},
    ],
)
def test_what_the_product_does_not_say_fails(proof):
    assert not proved(**proof).holds


def test_a_fault_of_a_template_is_found():
    from tools.auditing import declared_by_template, findings_in

    found = findings_in(declared_by_template(TEMPLATE, region="us-east-1"), load_catalog())
    memory = next(f for f in found if "5000" in f.cause)
    assert proved(kind="audit", template=TEMPLATE, finds=memory.id).holds


def test_a_question_without_a_proof_has_none():
    plain = question(kind="fact", facts={"x": 1}).model_copy(update={"proof": None})
    assert prove(plain, load_catalog(), no_plan) is None
