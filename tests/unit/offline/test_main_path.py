"""From a sentence to a plan, with scripted tool results."""

from assistant.offline.meaning import Intent, Understanding

MODEL = {"kind": "local", "uri": "./iris.joblib"}


def means(*intents, language="en", facts=None, **more):
    said = [{"field": f, "value": v, "quote": str(v)} for f, v in (facts or {}).items()]
    return Understanding(language=language, intents=intents, facts=said, **more)


FIRST = means(Intent.INFORM, facts={"framework": "sklearn", "model_source": MODEL})
ANSWER = means(Intent.INFORM, facts={"latency_p95_ms": 200})


def test_a_model_and_one_answer_lead_to_a_plan(thread):
    talk = thread({"I have a scikit-learn model": FIRST, "200 ms": ANSWER})
    question = talk.say("I have a scikit-learn model")
    assert talk.names() == ["record_requirements"]
    assert question.count("?") <= 3
    assert "go ahead" in question
    answer = talk.say("200 ms")
    assert talk.names()[1:] == ["record_requirements", "recommend", "make_plan"]
    for piece in ("serverless", "REC-110", "2,048 MB", "$12.30", "4f1d0c9b8a77", "iris-1"):
        assert piece in answer


def test_the_first_question_offers_the_defaults_and_is_expected_to_be_answered(thread):
    talk = thread({"I have a scikit-learn model": FIRST, "200 ms": ANSWER})
    question = talk.say("I have a scikit-learn model")
    assert "otherwise 500 ms" in question
    assert "otherwise 10 KB" in question
    talk.say("200 ms")
    assert "latency_p95_ms" in talk.heard[-1][1]


def test_facts_are_recorded_with_the_persons_own_words(thread):
    talk = thread({"200 ms": ANSWER})
    talk.say("200 ms")
    assert talk.called[0] == (
        "record_requirements",
        {"facts": [{"field": "latency_p95_ms", "value": 200, "quote": "200"}]},
    )
