"""Every check on a batch transform, on both sides of its boundary."""

import pytest

from tests.unit.plan.transforms import job
from tools.catalog import load_catalog
from tools.endpoint import ModelSpec
from tools.rules.checks import ALL_CHECKS
from tools.rules.transform_checks import TRANSFORM_CHECKS, transform_findings
from tools.transform import InputFile

CATALOG = load_catalog()
TRITON = "785573368785.dkr.ecr.us-east-1.amazonaws.com/sagemaker-tritonserver:25.09-py3"
ONE = (InputFile(uri="s3://b/in/a.csv", sha256="0" * 64, size_bytes=1),)
JSON, LINES, CSV = "application/json", "application/jsonlines", "text/csv"


def triton(kind):
    served = ModelSpec(image_uri=TRITON, model_data_uri="s3://b/model.tar.gz")
    return job(sagemaker_model=served, content_type=kind)


def joined(**changes):
    return job(join_source="Input", **{"accept": CSV, **changes})


WRONG_AND_RIGHT = [
    ("CHK-401", job(instance_type="ml.t2.medium"), job(instance_type="ml.m5.large")),
    ("CHK-401", job(instance_type="ml.inf1.xlarge"), job(instance_type="ml.inf2.xlarge")),
    ("CHK-402", job(instance_count=101), job(instance_count=100)),
    ("CHK-403", job(max_payload_in_mb=101), job(max_payload_in_mb=100)),
    ("CHK-404", job(max_payload_in_mb=26, max_concurrent_transforms=4),
     job(max_payload_in_mb=25, max_concurrent_transforms=4)),
    ("CHK-405", job(split_type="None", batch_strategy="SingleRecord"),
     job(split_type="None", batch_strategy="MultiRecord")),
    ("CHK-406", job(content_type="image/png"), job(content_type="image/png", split_type="None")),
    ("CHK-406", job(split_type="RecordIO", assemble_with="None"),
     job(split_type="RecordIO", assemble_with="None",
         content_type="application/x-recordio-protobuf")),
    ("CHK-406", job(split_type="TFRecord", assemble_with="None"),
     job(split_type="TFRecord", assemble_with="None", content_type="application/x-tfrecord")),
    ("CHK-407", job(content_type=JSON), job(content_type=JSON, batch_strategy="SingleRecord")),
    ("CHK-407", job(content_type=JSON), job(content_type=LINES)),
    ("CHK-408", job(split_type="RecordIO", content_type="application/x-recordio-protobuf"),
     job(split_type="RecordIO", content_type="application/x-recordio-protobuf",
         assemble_with="None")),
    ("CHK-409", job(output_uri="s3://b/in/out"), job(output_uri="s3://b/out")),
    ("CHK-409", job(output_uri="s3://b/in"), job(output_uri="s3://b/in-results")),
    ("CHK-409", job(input_uri="s3://b/out/in", output_uri="s3://b/out"),
     job(input_uri="s3://b/in", output_uri="s3://b/out")),
    ("CHK-410", job(output_uri="/tmp/out"), job()),
    ("CHK-411", job(sagemaker_model=ModelSpec(image_uri=TRITON, model_data_uri="s3://b/model/")),
     job()),
    ("CHK-412", job(input_filter="features"), job(input_filter="$[1:]")),
    ("CHK-412", job(output_filter="$[?(@.a)]"), job(output_filter="$['id','SageMakerOutput']")),
    ("CHK-413", job(content_type="text/libsvm", input_filter="$[1:]"), job(input_filter="$[1:]")),
    ("CHK-414", joined(accept=JSON), joined()),
    ("CHK-415", joined(assemble_with="None"), joined()),
    ("CHK-416", triton(CSV), triton(JSON).model_copy(update={"batch_strategy": "SingleRecord"})),
    ("CHK-417", job(instance_count=2, uploads=ONE), job(instance_count=1, uploads=ONE)),
]  # fmt: skip


def ids(spec):
    return {found.rule_id for found in transform_findings(spec, CATALOG)}


@pytest.mark.parametrize(("rule", "wrong", "right"), WRONG_AND_RIGHT)
def test_a_check_finds_its_fault_and_nothing_else(rule, wrong, right):
    assert rule in ids(wrong)
    assert rule not in ids(right)


def test_every_check_is_tried_and_has_an_id_of_its_own_and_a_source():
    assert {case[0] for case in WRONG_AND_RIGHT} == {check.id for check in TRANSFORM_CHECKS}
    all_ids = [check.id for check in (*ALL_CHECKS, *TRANSFORM_CHECKS)]
    assert len(set(all_ids)) == len(all_ids)
    assert all(check.source_url.startswith("https://") for check in TRANSFORM_CHECKS)


def test_a_good_job_has_no_findings():
    assert transform_findings(job(), CATALOG) == ()
