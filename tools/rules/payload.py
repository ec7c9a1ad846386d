"""Payload: what fits into one request and one answer.

"MB" in a limit is read as 10**6 bytes (see `tools.catalog.BYTES_PER_UNIT`).
"""

from tools.rules.case import Case
from tools.rules.rule import (
    ASYNC_PAGE,
    ASYNCHRONOUS,
    BATCH_ERRORS_PAGE,
    BATCH_PAGE,
    BATCH_TRANSFORM,
    FAQ_PAGE,
    REAL_TIME,
    SERVERLESS,
    SERVERLESS_PAGE,
    Rule,
    megabytes,
)


def _largest(case: Case) -> int:
    return case.workload.payload_bytes


def _over_disagreement(case: Case) -> bool:
    """Above the 6 MB of the API model, up to the 25 MB of the FAQ."""
    low = case.limit_bytes("realtime_payload_max_feature_matrix")
    return low < _largest(case) <= case.limit_bytes("realtime_payload_max_documented")


def _too_big_for_batch_request(case: Case) -> bool:
    request = case.workload.request_payload_bytes
    top = case.limit_bytes("batch_max_payload_max")
    return top < request <= case.limit_bytes("async_payload_max")


def _near(case: Case, name: str) -> bool:
    top = case.limit_bytes(name)
    return 0.8 * top <= _largest(case) <= top


RULES = (
    Rule(
        id="REC-101",
        title="Payload over the serverless limit",
        source_url=SERVERLESS_PAGE,
        rules_out=(SERVERLESS,),
        when=lambda case: _largest(case) > case.limit_bytes("serverless_payload_max"),
        says=lambda case: (
            f"A payload of {megabytes(_largest(case))} is over the "
            f"{megabytes(case.limit_bytes('serverless_payload_max'))} of a serverless endpoint."
        ),
    ),
    Rule(
        id="REC-201",
        title="Payload over the real-time limit",
        source_url=FAQ_PAGE,
        rules_out=(REAL_TIME,),
        when=lambda case: _largest(case) > case.limit_bytes("realtime_payload_max_documented"),
        says=lambda case: (
            f"A payload of {megabytes(_largest(case))} is over the "
            f"{megabytes(case.limit_bytes('realtime_payload_max_documented'))} of a real-time "
            "endpoint."
        ),
    ),
    Rule(
        id="REC-301",
        title="Payload over the asynchronous limit",
        source_url=FAQ_PAGE,
        rules_out=(ASYNCHRONOUS,),
        when=lambda case: (
            case.workload.request_payload_bytes > case.limit_bytes("async_payload_max")
        ),
        says=lambda case: (
            f"A request of {megabytes(case.workload.request_payload_bytes)} is over the 1 GB "
            f"({case.limit_bytes('async_payload_max'):,} bytes) of an asynchronous endpoint."
        ),
    ),
    Rule(
        id="REC-401",
        title="Record too large for batch transform, small enough for asynchronous",
        source_url=BATCH_ERRORS_PAGE,
        rules_out=(BATCH_TRANSFORM,),
        when=_too_big_for_batch_request,
        says=lambda case: (
            f"A record of {megabytes(case.workload.request_payload_bytes)} is over the "
            f"{megabytes(case.limit_bytes('batch_max_payload_max'))} that batch transform sends in "
            "one request; an asynchronous endpoint takes it whole."
        ),
    ),
    Rule(
        id="REC-551",
        title="Data sets over 1 GB are split by batch transform",
        source_url=BATCH_PAGE,
        prefers=(BATCH_TRANSFORM,),
        weight=4,
        when=lambda case: (
            case.workload.request_payload_bytes > case.limit_bytes("async_payload_max")
            and not case.workload.interactive
        ),
        says=lambda case: (
            f"Input of {megabytes(case.workload.request_payload_bytes)} is a data set: batch "
            "transform reads it from S3 and sends it in records of at most "
            f"{megabytes(case.limit_bytes('batch_max_payload_max'))}."
        ),
    ),
    Rule(
        id="REC-601",
        title="Payload between the two documented real-time limits",
        source_url=FAQ_PAGE,
        warns=(REAL_TIME,),
        when=_over_disagreement,
        says=lambda case: (
            f"A payload of {megabytes(_largest(case))} is above 6 MB, the limit in the feature "
            "matrix and in the API model (6,291,456 bytes), and within the 25 MB of the newer FAQ: "
            "test it early, or use an asynchronous endpoint."
        ),
    ),
    Rule(
        id="REC-602",
        title="Payload near the serverless limit",
        source_url=SERVERLESS_PAGE,
        warns=(SERVERLESS,),
        when=lambda case: _near(case, "serverless_payload_max"),
        says=lambda case: (
            f"A payload of {megabytes(_largest(case))} is close to the limit of 4 MB: larger ones "
            "will be refused."
        ),
    ),
    Rule(
        id="REC-603",
        title="Payload near the asynchronous limit",
        source_url=ASYNC_PAGE,
        warns=(ASYNCHRONOUS,),
        when=lambda case: _near(case, "async_payload_max"),
        says=lambda case: (
            f"A payload of {megabytes(_largest(case))} is close to the limit of 1 GB."
        ),
    ),
)
