"""`sagepilot update`: another version of an endpoint as a plan, approved by digest."""

from typing import Any

import click
from pydantic import ValidationError

from assistant.cli.common import JSON, app, parse_json, read_text, requirements_of
from assistant.cli.removing import carried_out, offered
from tools.errors import InvalidInputError
from tools.planners.lifecycle import WantedVersion, plan_update


@click.command()
@click.argument("endpoint")
@click.argument("source", required=False)
@click.option("--instance-type", help="For example ml.c7i.xlarge.")
@click.option("--initial-instance-count", type=click.IntRange(1, 1000))
@click.option("--memory-size-in-mb", type=int, help="For serverless.")
@click.option("--max-concurrency", type=int, help="For serverless.")
@click.option("--variant", help="Which variant changes, where there are several.")
@click.option(
    "--strategy",
    type=click.Choice(["all-at-once", "canary", "linear", "rolling"]),
    help="How traffic shifts; by default what alarms and instances allow.",
)
@click.option("--topic-arn", help="SNS topic that new alarms tell.")
@click.option("--approve", "digest", help="The digest of the plan that this command showed.")
@JSON
@click.pass_context
def command(
    ctx: click.Context,
    /,
    endpoint: str,
    source: str | None,
    digest: str | None,
    as_json: bool,
    **options: Any,  # noqa: ANN401 - the fields of a wanted version
) -> None:
    """Plan another version of ENDPOINT; SOURCE (a file or -) says what changes.

    SOURCE is JSON (requirement fields, and the options above with underscores) or a sentence. What
    it does not name stays as it is. With --approve the plan is carried out.
    """
    made = app(ctx)
    if digest is not None:
        carried_out(
            made,
            digest,
            lambda plan: plan.kind == "update" and plan.endpoint_name == endpoint,
            as_json=as_json,
        )
        return
    given = {key: value for key, value in options.items() if value is not None}
    wanted = _wanted(read_text(source).strip() if source else "", given)
    bench = made.place.bench(made.region_of_endpoint(endpoint))
    offered(made, plan_update(endpoint, wanted, bench), as_json=as_json)


def _wanted(text: str, options: dict[str, Any]) -> WantedVersion:
    said: Any = parse_json(text) if text.startswith("{") else text
    own = WantedVersion.model_fields.keys() - {"needs"}
    if isinstance(said, dict):
        options = {**{k: v for k, v in said.items() if k in own}, **options}
        said = {k: v for k, v in said.items() if k not in own}
    try:
        return WantedVersion(needs=requirements_of(said), **options)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInputError(
            f"{where}: {first['msg']}", remedy=f"Correct or leave out {where}."
        ) from error
