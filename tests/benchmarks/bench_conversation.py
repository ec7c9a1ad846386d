"""Turns of the offline chat model, recommendation, plan, questions: warm, in one process."""

import time

from knowledge.answering import answer
from knowledge.retrieval import search
from tests.benchmarks.conftest import wish
from tools.recommendation import recommend
from tools.requirements import merge

TURNS = (
    "hello",
    "I have a scikit-learn model in ./model.joblib, people wait for the answer",
    "p95 under 50 ms, about 20 requests a second, peaks of 60",
    "2 KB a request, production",
    "why not serverless?",
    "and if traffic doubles?",
    "what is the payload limit of asynchronous inference?",
    "actually 20 MB",
    "actually 3 KB",
    "which endpoints are running?",
)
QUESTION = "How does auto scaling work for a real-time endpoint?"


def test_offline_turns(app, figures):
    taken = []
    for number in range(6):
        conversation = app.conversation(f"bench-{number}")
        for text in TURNS:
            begun = time.perf_counter()
            list(conversation.say(text))
            taken.append(time.perf_counter() - begun)
    figures.milliseconds("first turn of the process", taken[:1])
    figures.milliseconds("offline turn, whole", taken[len(TURNS) :])


def test_recommendation(timed, app):
    needs = merge(wish("sample"), {"region": "us-east-1"})
    timed("recommend", lambda: recommend(needs, app.place.catalog), rounds=30)


def test_plan(timed, app):
    needs = wish("sample")
    timed("plan (sandbox read, model packaged)", lambda: app.place.plan(needs), rounds=10)


def chroma(home):
    """Return a plain client of the same index."""
    import chromadb

    settings = chromadb.Settings(anonymized_telemetry=False)
    return chromadb.PersistentClient(path=str(home / "knowledge" / "chroma"), settings=settings)


def test_search_beside_plain_chroma(timed, benchmark, figures, app):
    search(QUESTION, home=app.place.home)  # the index is filled
    [collection] = chroma(app.place.home).list_collections()
    vector = collection.get(limit=1, include=["embeddings"])["embeddings"][0]
    plain = []
    for _ in range(50):
        begun = time.perf_counter()
        collection.query(query_embeddings=[vector], n_results=5)
        plain.append(time.perf_counter() - begun)
    plain_ms = figures.milliseconds("plain chroma query (vector given)", plain)
    told = timed("search, warm", lambda: search(QUESTION, home=app.place.home), rounds=30)
    figures.tell("  search : plain chroma", f"{told / plain_ms:.1f} x")


def test_ask(timed, app):
    timed("ask, warm", lambda: answer(QUESTION, home=app.place.home), rounds=30)
