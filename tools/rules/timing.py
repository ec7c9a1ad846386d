"""Time: how long one request may take, and how soon its answer is wanted."""

from tools.recommending.sizing import cold_start_ms
from tools.recommending.workload import STRICT_LATENCY_MS
from tools.requirements import TrafficPattern
from tools.rules.case import Case
from tools.rules.rule import (
    ASYNC_PAGE,
    ASYNCHRONOUS,
    BATCH_PAGE,
    BATCH_TRANSFORM,
    FAQ_PAGE,
    MATRIX_PAGE,
    METRICS_PAGE,
    PROVISIONED_PAGE,
    REAL_TIME,
    SERVERLESS,
    SERVERLESS_PAGE,
    Rule,
    duration,
)

#: Assumed least time of a call over the network to an endpoint in the Region, milliseconds.
NETWORK_FLOOR_MS = 5.0
#: From here on a synchronous call of at most 60 s is a risk.
LONG_PROCESSING_S = 30.0


def below_network(case: Case) -> bool:
    """The wanted latency is less than any call over the network takes."""
    target = case.workload.latency_p95_ms
    return target is not None and target < NETWORK_FLOOR_MS


def _strict(case: Case) -> bool:
    target = case.workload.latency_p95_ms
    return case.workload.interactive and target is not None and target < STRICT_LATENCY_MS


def _too_late_for_queue(case: Case) -> bool:
    target = case.workload.latency_p95_ms
    return target is not None and target < case.asynchronous_p95_ms


def _waits(case: Case) -> bool:
    return case.workload.interactive


def _is_batch(case: Case) -> bool:
    return case.workload.traffic_pattern is TrafficPattern.BATCH and not _waits(case)


def _seconds(case: Case) -> float:
    return case.workload.processing_time_s


RULES = (
    Rule(
        id="REC-102",
        title="Processing over the serverless time limit",
        source_url=SERVERLESS_PAGE,
        rules_out=(SERVERLESS,),
        when=lambda case: _seconds(case) > case.limit("serverless_invocation_timeout"),
        says=lambda case: (
            f"{duration(_seconds(case))} of processing is over the 60 s of a serverless endpoint."
        ),
    ),
    Rule(
        id="REC-103",
        title="No streaming from serverless",
        source_url=SERVERLESS_PAGE,
        rules_out=(SERVERLESS,),
        when=lambda case: case.workload.streaming,
        says=lambda _: "A serverless endpoint answers in one piece; streaming needs real-time.",
    ),
    Rule(
        id="REC-202",
        title="Processing over the real-time time limit",
        source_url=FAQ_PAGE,
        rules_out=(REAL_TIME,),
        when=lambda case: (
            not case.workload.streaming
            and _seconds(case) > case.limit("realtime_invocation_timeout")
        ),
        says=lambda case: (
            f"{duration(_seconds(case))} of processing is over the 60 s of a real-time answer."
        ),
    ),
    Rule(
        id="REC-203",
        title="Stream over the time limit",
        source_url=FAQ_PAGE,
        rules_out=(REAL_TIME,),
        when=lambda case: (
            case.workload.streaming and _seconds(case) > case.limit("realtime_stream_timeout")
        ),
        says=lambda case: (
            f"A stream of {duration(_seconds(case))} is over the 8 min of a streamed answer."
        ),
    ),
    Rule(
        id="REC-302",
        title="Processing over the asynchronous time limit",
        source_url=FAQ_PAGE,
        rules_out=(ASYNCHRONOUS,),
        when=lambda case: _seconds(case) > case.limit("async_processing_max"),
        says=lambda case: (
            f"{duration(_seconds(case))} of processing is over the 60 min of an asynchronous "
            "request."
        ),
    ),
    Rule(
        id="REC-303",
        title="No streaming from asynchronous",
        source_url=ASYNC_PAGE,
        rules_out=(ASYNCHRONOUS,),
        when=lambda case: case.workload.streaming,
        says=lambda _: "An asynchronous endpoint puts whole answers into S3 and cannot stream.",
    ),
    Rule(
        id="REC-304",
        title="Answer wanted sooner than a queue gives it",
        source_url=ASYNC_PAGE,
        rules_out=(ASYNCHRONOUS,),
        when=_too_late_for_queue,
        says=lambda case: (
            f"An answer within {case.workload.latency_p95_ms:g} ms is wanted; through S3 and a "
            f"queue it takes about {case.asynchronous_p95_ms:,.0f} ms at best (estimate)."
        ),
    ),
    Rule(
        id="REC-402",
        title="Processing over the batch transform time limit",
        source_url=BATCH_PAGE,
        rules_out=(BATCH_TRANSFORM,),
        when=lambda case: _seconds(case) > case.limit("batch_invocation_timeout_max"),
        says=lambda case: (
            f"{duration(_seconds(case))} for one record is over the 60 min of batch transform."
        ),
    ),
    Rule(
        id="REC-403",
        title="Somebody waits",
        source_url=BATCH_PAGE,
        rules_out=(BATCH_TRANSFORM,),
        when=lambda case: _waits(case) or case.workload.streaming,
        says=lambda _: "Somebody waits for each answer; a batch transform job answers at its end.",
    ),
    Rule(
        id="REC-404",
        title="Latency below a network call",
        source_url=METRICS_PAGE,
        rules_out=(REAL_TIME, SERVERLESS, ASYNCHRONOUS, BATCH_TRANSFORM),
        when=below_network,
        says=lambda case: (
            f"{case.workload.latency_p95_ms:g} ms is less than a call to any endpoint takes (about "
            f"{NETWORK_FLOOR_MS:g} ms at best, assumed): run the model inside the application or "
            "on the device."
        ),
    ),
    Rule(
        id="REC-501",
        title="Strict latency",
        source_url=FAQ_PAGE,
        prefers=(REAL_TIME,),
        weight=4,
        when=_strict,
        says=lambda case: (
            f"A p95 of {case.workload.latency_p95_ms:g} ms needs instances that are always warm."
        ),
    ),
    Rule(
        id="REC-502",
        title="Cold start not tolerated",
        source_url=PROVISIONED_PAGE,
        prefers=(REAL_TIME,),
        weight=4,
        when=lambda case: case.cold_start_unwelcome and _waits(case),
        says=lambda case: (
            f"A first answer may take {duration(case.workload.cold_start_tolerance_ms / 1000)}, a "
            f"cold start takes about {duration(cold_start_ms(case.workload) / 1000)} (estimate): "
            "instances are always warm, serverless only with provisioned concurrency."
        ),
    ),
    Rule(
        id="REC-503",
        title="Somebody waits for the answer",
        source_url=MATRIX_PAGE,
        prefers=(REAL_TIME, SERVERLESS),
        weight=2,
        when=_waits,
        says=lambda _: "Somebody waits, and the answer comes back in the same call.",
    ),
    Rule(
        id="REC-521",
        title="Nobody waits",
        source_url=ASYNC_PAGE,
        prefers=(ASYNCHRONOUS,),
        weight=3,
        when=lambda case: not _waits(case),
        says=lambda _: "Nobody waits, so requests can queue and the result be fetched from S3.",
    ),
    Rule(
        id="REC-522",
        title="Processing near the synchronous limit",
        source_url=FAQ_PAGE,
        prefers=(ASYNCHRONOUS,),
        weight=3,
        when=lambda case: _seconds(case) >= LONG_PROCESSING_S and not case.workload.streaming,
        says=lambda case: (
            f"{duration(_seconds(case))} of processing is near or over the 60 s of a synchronous "
            "call; an asynchronous request may take 60 min."
        ),
    ),
    Rule(
        id="REC-552",
        title="Offline scoring of a data set",
        source_url=BATCH_PAGE,
        prefers=(BATCH_TRANSFORM,),
        weight=20,
        when=_is_batch,
        says=lambda _: (
            "A whole data set is scored and nobody waits: a batch transform job needs no endpoint "
            "and costs nothing between jobs."
        ),
    ),
    Rule(
        id="REC-611",
        title="Processing near the synchronous time limit",
        source_url=FAQ_PAGE,
        warns=(REAL_TIME, SERVERLESS),
        when=lambda case: (
            not case.workload.streaming
            and LONG_PROCESSING_S <= _seconds(case) <= case.limit("realtime_invocation_timeout")
        ),
        says=lambda case: (
            f"{duration(_seconds(case))} of processing leaves little of the 60 s: slower requests "
            "will fail. Set the client's read timeout to 70 s."
        ),
    ),
    Rule(
        id="REC-612",
        title="Cold starts",
        source_url=SERVERLESS_PAGE,
        warns=(SERVERLESS,),
        when=lambda case: not case.serverless.provisioned_concurrency,
        says=lambda case: (
            "After idle time the first answer takes about "
            f"{duration(cold_start_ms(case.workload) / 1000)} (estimate; watch ModelSetupTime)."
        ),
    ),
    Rule(
        id="REC-613",
        title="Beyond the provisioned concurrency",
        source_url=PROVISIONED_PAGE,
        warns=(SERVERLESS,),
        when=lambda case: case.serverless.provisioned_concurrency > 0,
        says=lambda case: (
            f"Warm environments: {case.serverless.provisioned_concurrency}, paid for all the time; "
            "requests beyond them meet a cold start."
        ),
    ),
    Rule(
        id="REC-614",
        title="Minutes to start from zero",
        source_url=ASYNC_PAGE,
        warns=(ASYNCHRONOUS,),
        when=lambda case: case.asynchronous is not None and case.asynchronous.minimum == 0,
        says=lambda _: "Scaled to zero, the first request waits several minutes for an instance.",
    ),
    Rule(
        id="REC-615",
        title="Estimate above the wanted latency",
        source_url=METRICS_PAGE,
        warns=(REAL_TIME, SERVERLESS),
        when=lambda case: (
            case.workload.latency_p95_ms is not None
            and case.synchronous_p95_ms > case.workload.latency_p95_ms
        ),
        says=lambda case: (
            f"The estimated p95 is {case.synchronous_p95_ms:,.0f} ms, above the "
            f"{case.workload.latency_p95_ms:g} ms that are wanted: measure before you promise it."
        ),
    ),
    Rule(
        id="REC-616",
        title="Waiting for an asynchronous answer",
        source_url=ASYNC_PAGE,
        warns=(ASYNCHRONOUS,),
        when=_waits,
        says=lambda _: (
            "Somebody waits, but the answer arrives in S3: notify them through SNS, or poll."
        ),
    ),
)
