"""The parts of what stands when a plan is carried out."""

from pydantic import BaseModel, ConfigDict

from tools.endpoint import InferenceOption


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Capacity(_Value):
    """What a variant (or a batch job) runs on.

    Attributes:
        most_instances: Scaled out, as far as the plan says; at least `instances`.
        model_name: What it serves; None where components are served, or not known.
    """

    name: str
    model_name: str | None = None
    instance_type: str | None = None
    instances: int = 0
    most_instances: int = 0
    memory_size_in_mb: int | None = None
    max_concurrency: int | None = None
    provisioned_concurrency: int | None = None

    @property
    def serverless(self) -> bool:
        """Whether it has no instance."""
        return self.memory_size_in_mb is not None


class HostedModel(_Value):
    """A model as it is made, or as AWS describes it.

    Attributes:
        made: The plan makes it; else it stands already.
        images: Image URIs of its containers.
        data_uris: S3 URIs of their data.
        isolated: Network isolation.
    """

    name: str
    made: bool = True
    images: tuple[str, ...] = ()
    data_uris: tuple[str, ...] = ()
    role_arn: str | None = None
    isolated: bool = False
    subnets: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()


class Encryption(_Value):
    """Something that can be encrypted, and the key; None when there is none."""

    of: str
    key: str | None = None


class Footprint(_Value):
    """What stands when a plan is carried out.

    Attributes:
        inference_options: Of what the plan puts up; empty when it puts up nothing.
        serves: A model is put up, or served anew: not only tags or times change.
        encryptions: Volumes and what is written, each with its key.
        tags: The endpoint's; None when it is not known.
        made: Names that the plan gives, by the operation that gives them.
    """

    serves: bool = False
    inference_options: tuple[InferenceOption, ...] = ()
    capacities: tuple[Capacity, ...] = ()
    models: tuple[HostedModel, ...] = ()
    encryptions: tuple[Encryption, ...] = ()
    tags: dict[str, str] | None = None
    made: tuple[tuple[str, str], ...] = ()

    @property
    def most_instances(self) -> int:
        """Instances of all variants together, scaled out."""
        return sum(max(c.most_instances, c.instances) for c in self.capacities)

    def model(self, name: str | None) -> HostedModel | None:
        """Return the model of that name."""
        return next((m for m in self.models if m.name == name), None)
