"""How fast a query is beside plain Chroma, and `ask` beside importing Chroma."""

import os
import resource
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from knowledge.embedding import MiniLmEmbedder
from knowledge.note import load_notes
from knowledge.passage import passages_of
from knowledge.retrieval import search
from knowledge.store import PassageStore
from knowledge.vectors import VECTORS_PATH, complete_vectors, load_vectors
from tests.integration.faces.command_line import ROOT

QUESTIONS = [
    question["text"]
    for question in tomllib.loads(
        (ROOT / "tests/integration/knowledge/retrieval.toml").read_text(encoding="utf-8")
    )["question"]
]
WARM_UP = 20


def seconds(function: Callable[[str], object]) -> list[float]:
    for question in QUESTIONS[:WARM_UP]:
        function(question)
    taken = []
    for question in QUESTIONS:
        start = perf_counter()
        function(question)
        taken.append(perf_counter() - start)
    return taken


def test_a_query_beside_plain_chroma(figures, tmp_path: Path):
    embedder = MiniLmEmbedder()
    passages = [p for note in load_notes() for p in passages_of(note)]
    shipped = load_vectors(VECTORS_PATH, embedder.name)
    store = PassageStore(
        tmp_path, "plain", passages, lambda p: complete_vectors(p, shipped, embedder)[0]
    )
    plain = seconds(lambda text: store.nearest(embedder.embed([text])[0], 5))
    ours = seconds(lambda text: search(text, 5, home=tmp_path))
    figures.milliseconds("search, plain Chroma", plain)
    figures.milliseconds("search, the product's", ours)
    ratio = median(ours) / median(plain)
    p95 = [quantiles(taken, n=20)[18] for taken in (ours, plain)]
    figures.tell("  product : plain Chroma", f"p50 {ratio:.2f} x, p95 {p95[0] / p95[1]:.2f} x")


def processor_seconds(*arguments: str, home: Path) -> float:
    """Processor time of a child process: wall time says more about what else runs here."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "SAGEPILOT_HOME": str(home)}
    subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, check=True, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_ask_beside_importing_chroma(figures, tmp_path: Path):
    asked = ("-m", "assistant.cli.main", "ask", "What is the default cooldown?")
    processor_seconds(*asked, home=tmp_path)
    alone, ours = [], []
    for _ in range(5):
        alone.append(processor_seconds("-c", "import chromadb", home=tmp_path))
        ours.append(processor_seconds(*asked, home=tmp_path))
    figures.milliseconds("import chromadb (processor time)", alone)
    figures.milliseconds("sagepilot ask (processor time)", ours)
    figures.tell("  ask : import chromadb", f"{median(ours) / median(alone):.2f} x")
