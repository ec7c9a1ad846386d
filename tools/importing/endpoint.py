"""An endpoint that is there, as a specification. AWS is only read."""

from tools.aws import AwsClients
from tools.importing.reading import Imported, Requests, imported
from tools.planners.observed import observe_endpoint


def spec_of_endpoint(name: str, clients: AwsClients) -> Imported:
    """Return the specification of an endpoint, whoever made it.

    Raises:
        NotFoundError: There is no such endpoint.
        InvalidInputError: It is nothing that a specification can say.
        UserError: AWS refused a read.
        AwsUnavailableError: No answer.
    """
    seen = observe_endpoint(name, clients)
    holders = (seen.config, *seen.models.values())
    role = next((row["ExecutionRoleArn"] for row in holders if row.get("ExecutionRoleArn")), None)
    return imported(
        Requests(
            name=seen.name,
            region=clients.target.region_name,
            config=seen.config,
            models=seen.models,
            components=seen.components,
            targets=seen.scaling.targets,
            policies=tuple(seen.scaling.policies.values()),
            actions=seen.scaling.actions,
            alarms=seen.scaling.alarms,
            tags={k: v for k, v in seen.tags.items() if not k.startswith("aws:")},
            role_arn=role,
        )
    )
