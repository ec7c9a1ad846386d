"""Pairs of stems in which one number crosses a limit of the catalogue, and the answer with it."""

from collections.abc import Iterator
from typing import NamedTuple

from tools.catalog import load_catalog

LIMITS = load_catalog()
OPTIONS = {
    "A": "A real-time endpoint",
    "B": "A serverless endpoint",
    "C": "An asynchronous endpoint",
    "D": "A batch transform job",
}


class Pair(NamedTuple):
    """A stem with a place for a number, the numbers on both sides of a limit, and the answers."""

    limit: str
    stem: str
    below: tuple[str, str]
    above: tuple[str, str]


def _mb(name: str) -> float:
    return LIMITS.limit_bytes(name) / 1e6


def _seconds(name: str) -> float:
    return LIMITS.limit_number(name)


QUIET = "Requests come rarely and unpredictably, a cold start is acceptable, and CPU suffices."
RARE = "{} " + QUIET + " Which inference option fits best?"
LATER = "{} Results are read within a few hours. Which inference option fits best?"
NOW = "{} Users wait for the answer and traffic is steady. Which inference option fits best?"


def pairs() -> Iterator[Pair]:
    """Thirty pairs and more: each limit in several scenarios."""
    serverless = _mb("serverless_payload_max")
    for scene in (
        "A museum tags photos of {} MB with a 200 MB model.",
        "A law firm classifies documents; a request carries {} MB.",
        "Each request of a translation service has a payload of {} MB.",
        "An app sends recordings of {} MB to a speech model that needs 2 seconds.",
        "Inputs of {} MB are scored by a scikit-learn model.",
    ):
        yield Pair("serverless_payload_max", RARE.format(scene),
                   (f"{serverless - 1:g}", "B"), (f"{serverless + 1:g}", "AC"))  # fmt: skip
    real_time = _mb("realtime_payload_max_documented")
    for scene in (
        "A city analyses satellite images of {} MB, processing takes 20 seconds.",
        "A broadcaster uploads clips; each input is {} MB.",
        "A bank reads scanned files of {} MB with a GPU model.",
        "Engineers send point clouds; the request payload is {} MB.",
        "A hospital sends scans of {} MB to a model on a GPU.",
    ):
        waits = "{} Users wait for the answer. Which inference option fits best?"
        yield Pair("realtime_payload_max_documented", waits.format(scene),
                   (f"{real_time - 20:g}", "A"), (f"{real_time + 20:g}", "CD"))  # fmt: skip
    minute = _seconds("realtime_invocation_timeout")
    for scene in (
        "A model on a GPU takes {} seconds for each 2 MB picture.",
        "A simulation model needs {} seconds of GPU time per request of 1 MB.",
        "Processing takes {} seconds for a document of 3 MB on a GPU.",
        "A GPU model needs {} s for each recording of 2 MB.",
        "A video model runs for {} seconds per clip of 3 MB on a GPU.",
    ):
        yield Pair("realtime_invocation_timeout", NOW.format(scene),
                   (f"{minute - 50:g}", "A"), (f"{minute + 60:g}", "CD"))  # fmt: skip
    for scene in (
        "A scikit-learn model takes {} seconds for a request of 1 MB.",
        "Processing takes {} seconds of CPU time per request of 100 KB.",
        "A forecasting model needs {} seconds for each request of 50 KB.",
        "A classifier runs for {} s per document of 2 MB.",
        "Each prediction of a small model takes {} seconds.",
    ):
        yield Pair("serverless_invocation_timeout", RARE.format(scene),
                   (f"{minute - 58:g}", "B"), (f"{minute + 60:g}", "CD"))  # fmt: skip
    gigabyte = LIMITS.limit_bytes("async_payload_max") / 1e6
    for scene in (
        "A film archive sends recordings of {} MB to a GPU model.",
        "Genome files have {} MB and are processed for 10 minutes.",
        "A team scores files; each input is {} MB.",
        "Drones upload videos of {} MB, and processing takes 5 minutes on a GPU.",
        "A laboratory analyses images; the payload of a request is {} MB.",
    ):
        yield Pair("async_payload_max", LATER.format(scene),
                   (f"{gigabyte - 500:.0f}", "C"), (f"{gigabyte + 1500:.0f}", "D"))  # fmt: skip
    memory = LIMITS.serverless_memory_sizes_mb()[-1] / 1024
    for scene in (
        "A model of {} GB ranks offers; requests are 20 KB.",
        "A start-up serves a {} GB model with requests of 5 KB.",
        "The model is {} GB large and answers in 2 seconds.",
        "An agency hosts a model with {} GB of weights.",
        "A translation model has {} GB; each request is 10 KB.",
    ):
        yield Pair("serverless_memory_size_option", RARE.format(scene),
                   (f"{memory - 5:g}", "B"), (f"{memory + 6:g}", "AC"))  # fmt: skip
