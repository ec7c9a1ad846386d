"""A batch transform job to vary."""

from tools.endpoint import ModelSpec
from tools.transform import TransformSpec

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3"


def job(**changes) -> TransformSpec:
    whole = {
        "name": "score-12345678",
        "suffix": "12345678",
        "region": "us-east-1",
        "sagemaker_model": ModelSpec(
            image_uri=IMAGE,
            archive_sha256="a" * 64,
            archive_size_bytes=10,
            model_data_uri="s3://b/transforms/model.tar.gz",
        ),
        "instance_type": "ml.m5.large",
        "input_uri": "s3://b/in",
        "content_type": "text/csv",
        "split_type": "Line",
        "assemble_with": "Line",
        "output_uri": "s3://b/out",
    }
    return TransformSpec.model_validate({**whole, **changes})
