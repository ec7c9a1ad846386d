"""Specifications with a compilation: wrong ones, and ones that are not."""

from typing import Any

from tests.unit.plan.builders import model, spec, variant
from tools.endpoint import CompilationSpec, EndpointSpec, ModelSpec


def compilation(**changes: Any) -> CompilationSpec:
    values: dict[str, Any] = {
        "job_name": "score-neo-12345678",
        "framework": "ONNX",
        "data_input_config": {"X": (1, 4)},
        "target_device": "ml_m5",
        "output_uri": "s3://sagemaker-b/endpoints/e/compiled",
        "script_uri": "s3://sagemaker-b/endpoints/e/sourcedir.tar.gz",
        "script_sha256": "b" * 64,
        "script_size_bytes": 5,
    }
    return CompilationSpec(**{**values, **changes})


def compiled(**changes: Any) -> ModelSpec:
    return model(compilation=compilation(**changes))


def serving(served: ModelSpec, **changes: Any) -> EndpointSpec:
    return spec(variants=(variant(sagemaker_model=served),), **changes)


GOOD = serving(compiled())
COMPILATION_CASES = [
    ("CHK-701", serving(compiled(framework="SKLEARN")), GOOD),
    ("CHK-701", serving(compiled(data_input_config={"X": (-1, 4)})), GOOD),
    ("CHK-701", serving(compiled(data_input_config={})), GOOD),
    ("CHK-701", serving(compiled(compiler_options={"dtype": "int64"})),
     serving(compiled(compiler_options={"mcpu": "skylake-avx512"}))),
    ("CHK-701", serving(compiled(data_input_config={"X" * 17000: (1, 4)})), GOOD),
    ("CHK-702", serving(compiled(target_device="ml_c5")), GOOD),
    ("CHK-703", serving(compiled(), network_isolation=True),
     serving(model(), network_isolation=True)),
    ("CHK-704", serving(model(model_data_uri="s3://b/files/", archive_sha256=None,
                              compilation=compilation())), GOOD),
]  # fmt: skip
