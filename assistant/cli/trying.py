"""`sagepilot try`: a model served once, locally, before there is any plan or endpoint."""

import base64
import re
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.common import JSON, app, emit

if TYPE_CHECKING:
    from tools.packaging import Package
    from tools.sandbox.trial import Trial, TrialRequest

_MEGABYTE = 1_000_000
#: A heading that says nothing; what the model raised, and where, follows it.
_HEADING = re.compile(r"\W*Traceback \(most recent call last\)")


@click.command()
@click.argument("model")
@click.argument("sample", required=False, type=click.Path(path_type=Path))
@click.option("--framework", help="When its bytes do not tell.")
@click.option(
    "--instance-type", default="ml.m5.large", show_default=True, help="Decides the image."
)
@click.option("--content-type", help="Of the sample; by default from the file's ending.")
@click.option("--requests", type=click.IntRange(1, 1000), default=5, show_default=True)
@click.option(
    "--start-timeout-s",
    type=click.FloatRange(0.1, 3600),
    default=60.0,
    show_default=True,
    help="How long the container may take to start.",
)
@JSON
@click.pass_context
def command(
    ctx: click.Context,
    /,
    model: str,
    sample: Path | None,
    *,
    as_json: bool,
    **options: Any,  # noqa: ANN401 - the options
) -> None:
    """Fit MODEL to its image, serve it in a worker of its own and send it a request.

    MODEL is a file, a folder (with code/inference.py if it needs a script), an archive, or
    `sample`.
    SAMPLE is a file with one request; without it one is found or made.
    """
    from tools.sandbox.process import WorkerSpec
    from tools.sandbox.trial import try_model

    packaged = _packaged(ctx, model, sample, options)
    request = _request(packaged, options)
    spec = WorkerSpec(
        image=packaged.image_uri,
        archive=packaged.archive.path,
        environment=packaged.environment,
        name="try",
    )
    with tempfile.TemporaryDirectory(prefix="sagepilot-try-") as folder:
        made = try_model(spec, request, Path(folder) / "worker")
    told = _told(packaged, made)
    if as_json:
        emit(told)
    else:
        _show(told)
    if not made.ok:
        ctx.exit(1)


def _packaged(
    ctx: click.Context, model: str, sample: Path | None, options: dict[str, Any]
) -> "Package":
    from assistant.cli.invoke import content_type_of
    from tools.packaging import package
    from tools.quantities import parse_value
    from tools.requirements import ModelSource, Requirements, merge
    from tools.source import SAMPLE, local_path

    made = app(ctx)
    place = made.place
    framework = options["framework"]
    said = {"framework": parse_value("framework", framework)} if framework else {}
    needs = merge(Requirements(), said)
    if model == SAMPLE and sample is None:
        sample = place.sample().sample_json
    source = ModelSource.model_validate({"kind": "local", "uri": model})
    path = local_path(
        source, place.clients(made.region), place.home / "downloads", lambda: place.sample().archive
    )
    if sample is not None and options["content_type"] is None:
        options["content_type"] = content_type_of(sample)
    return package(
        path,
        region=made.region,
        instance_type=options["instance_type"],
        framework=needs.framework,
        sample_path=sample,
        blobs=place.blobs,
    )


def _request(packaged: "Package", options: dict[str, Any]) -> "TrialRequest":
    from tools.errors import InvalidInputError
    from tools.sandbox.trial import TrialRequest

    found = packaged.sample
    if found is None:
        raise InvalidInputError(
            "No request is known that this model answers.",
            remedy="Give one as a file after the model.",
        )
    return TrialRequest(
        body=base64.b64decode(found.body_base64),
        content_type=options["content_type"] or found.content_type,
        accept=found.accept,
        times=options["requests"],
        start_timeout_s=options["start_timeout_s"],
    )


def _told(packaged: "Package", made: "Trial") -> dict[str, Any]:
    latencies = made.latencies_ms
    return {
        "ok": made.ok,
        "framework": packaged.framework.value,
        "image_uri": packaged.image_uri,
        "sample_origin": packaged.sample.origin if packaged.sample else None,
        "start_s": made.start_s,
        "requests": len(latencies),
        "first_latency_ms": latencies[0] if latencies else None,
        "latency_p50_ms": median(latencies) if latencies else None,
        "memory_bytes": made.memory_bytes,
        "answer": made.answer[:2000].decode("utf-8", errors="replace"),
        "content_type": made.content_type,
        "detail": made.detail,
        "logs": [] if made.ok else [line for line in made.logs if not _HEADING.match(line)],
        "packaging": [step.model_dump(mode="json") for step in packaged.steps],
        "warnings": list(packaged.warnings),
    }


def _show(told: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console()
    lines = [f"{told['framework']} on {told['image_uri'].rpartition('/')[2]}"]
    lines += [step["text"] for step in told["packaging"]]
    if told["start_s"] is not None:
        lines.append(f"Started in {told['start_s']:.1f} s.")
    if told["ok"]:
        lines.append(
            f"{told['requests']} requests ({told['sample_origin']}): first "
            f"{told['first_latency_ms']:.1f} ms, median {told['latency_p50_ms']:.1f} ms on this "
            f"machine; {told['memory_bytes'] / _MEGABYTE:,.0f} MB of memory."
        )
        lines.append(f"Answer: {told['answer'][:500]}")
    else:
        lines += [*told["logs"][-10:], f"It does not serve: {told['detail']}"]
    for line in lines:
        console.print(Text(line))
