"""The names that a plan gives: fixed by the specification alone."""

from tools.endpoint import EndpointSpec, InferenceComponentSpec, ProductionVariant, Upload

LONGEST = 63  # characters of a SageMaker name (limits.csv: resource_name_max)


def config_name(spec: EndpointSpec) -> str:
    """Return the endpoint configuration's name."""
    return _suffixed(spec.name, spec.suffix)


def model_name(spec: EndpointSpec, variant: ProductionVariant) -> str:
    """Return the name of a variant's SageMaker model; the first one's is the configuration's."""
    if variant == spec.first:
        return config_name(spec)
    room = LONGEST - 2 - len(variant.name) - len(spec.suffix)
    stem = spec.name.removesuffix(spec.suffix)[: max(room, 0)].strip("-")
    return _suffixed(f"{stem}-{variant.name}".lstrip("-"), spec.suffix)


def component_model_name(spec: EndpointSpec, component: InferenceComponentSpec) -> str:
    """Return the name of the SageMaker model that a component serves."""
    if component == spec.components[0]:
        return config_name(spec)
    return _suffixed(component.name, spec.suffix)


def model_names(spec: EndpointSpec) -> tuple[str, ...]:
    """Return the names of all its SageMaker models."""
    own = [model_name(spec, v) for v in spec.all_variants if v.sagemaker_model is not None]
    return (*own, *(component_model_name(spec, one) for one in spec.components))


def compilation_job_name(folder: str) -> str:
    """Return the name of the job that compiles what is uploaded into a plan's folder."""
    name, suffix = folder.rstrip("/").rsplit("/", 2)[-2:]
    return _suffixed(f"{name.removesuffix(suffix).rstrip('-')}-neo", suffix)


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


def uploads(spec: EndpointSpec) -> tuple[Upload, ...]:
    """Return every archive that is uploaded, each S3 URI once."""
    found: dict[str, Upload] = {}
    for served in spec.served:
        for upload in served.uploads:
            found.setdefault(upload.uri, upload)
    return tuple(found.values())
