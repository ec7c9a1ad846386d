"""A compilation among a plan's calls, and what takes it back."""

import json

import pytest

from tests.unit.plan.builders import ACCOUNT, plan, spec
from tests.unit.rules.compilation_cases import GOOD, compiled, serving
from tools.endpoint import VpcSpec
from tools.errors import InvalidInputError
from tools.plan import check
from tools.planners.api import steps_for
from tools.planners.cloudformation import template_for
from tools.planners.compiling import compiled_anew
from tools.planners.compiling_ways import before_stack, stack_spec
from tools.planners.inverse import undo_for
from tools.planners.rendering import rendered

PREFIX = "s3://sagemaker-b/endpoints/e"


def job_of(made):
    (step,) = [s for s in made.steps if s.operation == "sagemaker.create_compilation_job"]
    return step


def test_the_job_follows_uploads_and_role_and_precedes_the_model():
    operations = [step.operation for step in plan(GOOD).steps]
    assert operations == [
        "s3.create_bucket", "s3.put_object", "s3.put_object", "iam.create_role",
        "iam.put_role_policy", "sagemaker.create_compilation_job", "sagemaker.create_model",
        "sagemaker.create_endpoint_config", "sagemaker.create_endpoint",
    ]  # fmt: skip
    assert check(plan(GOOD)) == ()


def test_the_job_reads_what_was_uploaded_and_the_model_what_the_job_makes():
    made = plan(GOOD)
    job = job_of(made)
    assert job.wait_for == "compilation_completed"
    assert job.parameters == {
        "CompilationJobName": "score-neo-12345678",
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/sagepilot-score-12345678",
        "InputConfig": {
            "S3Uri": f"{PREFIX}/model.tar.gz", "Framework": "ONNX",
            "DataInputConfig": '{"X":[1,4]}',
        },
        "OutputConfig": {"S3OutputLocation": f"{PREFIX}/compiled/", "TargetDevice": "ml_m5"},
        "StoppingCondition": {"MaxRuntimeInSeconds": 900},
    }  # fmt: skip
    (model,) = [s for s in made.steps if s.operation == "sagemaker.create_model"]
    container = model.parameters["PrimaryContainer"]
    assert container["ModelDataUrl"] == f"{PREFIX}/compiled/model-ml_m5.tar.gz"


def test_options_network_and_key_go_to_the_job():
    wanted = serving(
        compiled(compiler_options={"mcpu": "skylake-avx512"}),
        vpc=VpcSpec(subnets=("subnet-1",), security_group_ids=("sg-1",)),
        kms_key_id="alias/mine",
    )
    parameters = job_of(plan(wanted)).parameters
    assert parameters["OutputConfig"]["CompilerOptions"] == '{"mcpu":"skylake-avx512"}'
    assert parameters["OutputConfig"]["KmsKeyId"] == "alias/mine"
    assert parameters["VpcConfig"]["Subnets"] == ["subnet-1"]


def test_the_role_may_write_below_the_output_prefix_alone():
    (policy,) = [s for s in plan(GOOD).steps if s.operation == "iam.put_role_policy"]
    statements = json.loads(policy.parameters["PolicyDocument"])["Statement"]
    writes = [s["Resource"] for s in statements if "s3:PutObject" in s["Action"]]
    assert writes == ["arn:aws:s3:::sagemaker-b/endpoints/e/compiled/*"]
    reads = {s["Resource"] for s in statements if "s3:GetObject" in s["Action"]}
    assert reads == {
        f"arn:aws:s3:::sagemaker-b/endpoints/e/{name}"
        for name in ("model.tar.gz", "sourcedir.tar.gz", "compiled/model-ml_m5.tar.gz")
    }


def test_the_job_is_taken_back_before_its_result():
    made = plan(GOOD)
    number = made.steps.index(job_of(made))
    back = [call for call in reversed(made.undo) if call.for_step == number]
    assert [call.operation for call in back] == [
        "sagemaker.delete_compilation_job", "s3.delete_object",
    ]  # fmt: skip
    assert back[1].parameters == {
        "Bucket": "sagemaker-b", "Key": "endpoints/e/compiled/model-ml_m5.tar.gz",
    }  # fmt: skip


def test_before_a_stack_the_role_and_the_job_are_made_and_the_stack_takes_the_result():
    before = [step.operation for step in before_stack(GOOD, ACCOUNT)]
    assert before == [
        "iam.create_role", "iam.put_role_policy", "sagemaker.create_compilation_job",
    ]  # fmt: skip
    left = stack_spec(GOOD, ACCOUNT)
    template = template_for(left, ACCOUNT)
    kinds = {row["Type"] for row in template.resources.values()}
    assert "AWS::IAM::Role" not in kinds
    assert "compiled/model-ml_m5.tar.gz" in template.text()
    assert before_stack(spec(), ACCOUNT) == ()
    assert stack_spec(spec(), ACCOUNT) == spec()


@pytest.mark.parametrize("language", ["cloudformation", "terraform"])
def test_a_rendering_that_cannot_compile_refuses(language):
    with pytest.raises(InvalidInputError, match="compilation job"):
        rendered(plan(GOOD, spec=GOOD), language)


def test_a_script_runs_the_job_and_takes_it_back():
    script = rendered(plan(GOOD, spec=GOOD), "python")
    compile(script, "deploy.py", "exec")
    run = script.index("sagemaker.create_compilation_job")
    waited = script.index('wait_for_compilation(sagemaker, "score-neo-12345678", poll_s)')
    assert run < waited < script.index("sagemaker.create_model")
    assert "sagemaker.delete_compilation_job" in script


def test_a_stack_whose_model_was_compiled_before_it_is_not_rendered_without_that():
    left = stack_spec(GOOD, ACCOUNT)
    before = before_stack(GOOD, ACCOUNT)
    steps = (*before, *steps_for(left, account=ACCOUNT, bucket_exists=True))
    made = plan(left, spec=left, method="cloudformation", steps=steps, undo=undo_for(steps))
    with pytest.raises(InvalidInputError, match="compiled before its stack"):
        rendered(made, "python")


def test_a_second_deployment_of_one_specification_has_a_job_and_a_result_of_its_own():
    again = compiled_anew(GOOD, "87654321").first.sagemaker_model.compilation
    first = GOOD.first.sagemaker_model.compilation
    assert again.job_name != first.job_name
    assert again.artifact_uri != first.artifact_uri
    assert compiled_anew(spec(), "87654321") == spec()
