"""The names that a plan gives: fixed by the specification alone."""

from tools.endpoint import EndpointSpec, ProductionVariant

LONGEST = 63  # characters of a SageMaker name (limits.csv: resource_name_max)


def config_name(spec: EndpointSpec) -> str:
    """Return the endpoint configuration's name."""
    return _suffixed(spec.name, spec.suffix)


def model_name(spec: EndpointSpec, variant: ProductionVariant) -> str:
    """Return the name of a variant's SageMaker model; the first one's is the configuration's."""
    if variant == spec.first:
        return config_name(spec)
    return _suffixed(
        f"{spec.name.removesuffix(spec.suffix).rstrip('-')}-{variant.name}", spec.suffix
    )


def _suffixed(stem: str, suffix: str) -> str:
    if stem.endswith(suffix):
        return stem
    return f"{stem[: LONGEST - 1 - len(suffix)].rstrip('-')}-{suffix}"


def bucket_of(uri: str) -> str:
    """Return the bucket of an S3 URI."""
    return uri.removeprefix("s3://").partition("/")[0]


def key_of(uri: str) -> str:
    """Return the key of an S3 URI."""
    return uri.removeprefix("s3://").partition("/")[2]


def uploads(spec: EndpointSpec) -> tuple[tuple[str, ProductionVariant], ...]:
    """Return (S3 URI, variant) of every archive that is uploaded, each URI once."""
    found: dict[str, ProductionVariant] = {}
    for variant in spec.all_variants:
        served = variant.sagemaker_model
        if served.archive_sha256 is not None and served.model_data_uri is not None:
            found.setdefault(served.model_data_uri, variant)
    return tuple(found.items())
