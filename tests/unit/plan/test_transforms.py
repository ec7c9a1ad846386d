"""A job as calls, their inverse, their validity, what the role may do, what a run costs."""

import json
from decimal import Decimal

import pytest

from tests.unit.plan.transforms import job
from tools.catalog import load_catalog
from tools.endpoint import VpcSpec
from tools.plan import DeploymentPlan, check
from tools.planners.inverse import undo_for
from tools.planners.transform_cost import START_UP_S, run_cost
from tools.planners.transform_input import InputLook
from tools.planners.transforming import job_parameters, transform_steps
from tools.transform import InputFile

ACCOUNT = "123456789012"
FILE = InputFile(uri="s3://b/in/rows.csv", sha256="b" * 64, size_bytes=3)
FULL = job(
    uploads=(FILE,),
    compression="Gzip",
    max_concurrent_transforms=4,
    accept="text/csv",
    kms_key_id="alias/results",
    volume_kms_key_id="alias/volumes",
    input_filter="$[1:]",
    join_source="Input",
    output_filter="$[0,-1]",
    environment={"B": "2", "A": "1"},
    invocations_timeout_s=60,
    invocations_max_retries=1,
    network_isolation=True,
    vpc=VpcSpec(subnets=("subnet-1",), security_group_ids=("sg-1",)),
    tags={"team": "churn"},
)


def plan_of(spec, **changes):
    steps = transform_steps(spec, ACCOUNT, bucket_exists=False)
    values = {"kind": "transform", "target": "sandbox", "account": ACCOUNT, "region": spec.region,
              "endpoint_name": spec.name, "nonce": "12345678", "steps": steps,
              "undo": undo_for(steps), "transform": spec}  # fmt: skip
    return DeploymentPlan.model_validate({**values, **changes})


@pytest.mark.parametrize("spec", [job(), FULL, job(role_arn=f"arn:aws:iam::{ACCOUNT}:role/mine")])
def test_every_call_validates_against_the_service_model(spec):
    assert check(plan_of(spec)) == ()


def test_the_calls_come_in_order_and_each_has_its_inverse():
    plan = plan_of(FULL)
    assert [step.operation for step in plan.steps] == [
        "s3.create_bucket", "s3.put_object", "s3.put_object", "iam.create_role",
        "iam.put_role_policy", "sagemaker.create_model", "sagemaker.create_transform_job",
    ]  # fmt: skip
    assert plan.steps[-1].wait_for == "transform_completed"
    stop = plan.undo[-1]
    assert (stop.operation, stop.wait_for) == ("sagemaker.stop_transform_job", "transform_stopped")
    assert len(plan.undo) == len(plan.steps)


def test_every_property_reaches_the_request():
    told = job_parameters(FULL)
    assert told["TransformInput"] == {
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/in"}},
        "ContentType": "text/csv", "CompressionType": "Gzip", "SplitType": "Line",
    }  # fmt: skip
    assert told["TransformOutput"] == {
        "S3OutputPath": "s3://b/out", "Accept": "text/csv", "AssembleWith": "Line",
        "KmsKeyId": "alias/results",
    }  # fmt: skip
    assert told["TransformResources"] == {
        "InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeKmsKeyId": "alias/volumes",
    }  # fmt: skip
    assert told["DataProcessing"] == {
        "InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]",
    }  # fmt: skip
    assert told["ModelClientConfig"] == {
        "InvocationsTimeoutInSeconds": 60, "InvocationsMaxRetries": 1,
    }  # fmt: skip
    assert (told["MaxConcurrentTransforms"], told["MaxPayloadInMB"]) == (4, 6)
    assert told["Environment"] == {"A": "1", "B": "2"}
    assert told["Tags"] == [{"Key": "team", "Value": "churn"}]


def test_the_digest_covers_the_job():
    digests = {plan_of(spec).digest for spec in (job(), FULL, job(output_uri="s3://b/elsewhere"))}
    assert len(digests) == 3


def test_a_job_without_a_transform_and_a_transform_without_its_kind_are_no_plans():
    with pytest.raises(ValueError, match="batch transform"):
        plan_of(job(), transform=None)
    with pytest.raises(ValueError, match="batch transform"):
        plan_of(job(), kind="deploy")


def test_the_role_reads_the_input_and_writes_the_results_and_no_more():
    policy = next(s for s in plan_of(job()).steps if s.operation == "iam.put_role_policy")
    statements = json.loads(policy.parameters["PolicyDocument"])["Statement"]

    def allowed(action):
        found = [s["Resource"] for s in statements if action in s["Action"]]
        return [r for one in found for r in (one if isinstance(one, list) else [one])]

    assert allowed("s3:GetObject") == ["arn:aws:s3:::b/in*",
                                       "arn:aws:s3:::b/transforms/model.tar.gz"]  # fmt: skip
    assert allowed("s3:PutObject") == ["arn:aws:s3:::b/out/*"]
    assert allowed("s3:ListBucket") == ["arn:aws:s3:::b"]


def look(records, **changes):
    values = {"uri": "s3://b/in", "content_type": "text/csv", "compression": "None",
              "objects": 4, "total_bytes": 1, "largest_bytes": 1, "records": records,
              "counted": True}  # fmt: skip
    return InputLook(**{**values, **changes})


def test_a_run_costs_its_instance_hours():
    spec = job(instance_count=2, max_concurrent_transforms=2)
    cost = run_cost(spec, look(72_000), 0.1, load_catalog())
    price = load_catalog().price("ml.m5.large", "us-east-1").usd_per_hour
    assert cost.duration_s == START_UP_S + 72_000 * 0.1 / 4
    assert cost.usd == round(price * 2 * Decimal(repr(round(cost.duration_s / 3600, 4))), 2)
    assert "assumed" in cost.basis


def test_what_is_not_known_is_not_priced():
    assert run_cost(job(), look(None), 0.1, load_catalog()).usd is None
    unpriced = run_cost(job(region="sa-east-1"), look(5), 0.1, load_catalog())
    assert unpriced.usd is None
    assert "not known" in unpriced.basis
