"""What the SDK asks for, request by request, over specifications of every kind it can express."""

import tarfile
from types import SimpleNamespace

import pytest

from tests.integration.deployment.conftest import deployed
from tests.integration.deployment.test_kills import killed
from tests.integration.sdk_recording.conftest import archive
from tests.integration.sdk_recording.resources import SDK_TAGS, nameless
from tests.integration.sdk_recording.test_model_builder_plans import REAL_TIME
from tests.unit.plan.builders import ACCOUNT, SCALING, model, plan, spec
from tools.deployment import outcome
from tools.endpoint import (
    AsyncSpec,
    DataCapture,
    DeploymentMethod,
    InferenceOption,
    ProductionVariant,
    VpcSpec,
)
from tools.errors import InvalidInputError
from tools.packing.archive import write_archive
from tools.planners.api import steps_for
from tools.planners.inverse import undo_for
from tools.planners.model_builder import SdkRoom, steps_by_sdk
from tools.recording.request import SourceFolder
from tools.requirements import Requirements, merge
from tools.sandbox.catalogue.training import train

REAL, SERVERLESS, ASYNC = (
    InferenceOption.REAL_TIME, InferenceOption.SERVERLESS, InferenceOption.ASYNCHRONOUS,
)  # fmt: skip
TOPICS = {"success_topic_arn": "arn:aws:sns:eu-west-1:123456789012:ok",
          "error_topic_arn": "arn:aws:sns:eu-west-1:123456789012:bad"}  # fmt: skip
EXPRESSIBLE = {
    "scaling": spec(ASYNC, variant_changes={"scaling": SCALING}),
    "environment and tags": spec(
        variant_changes={"sagemaker_model": model(environment={"B": "2", "A": "1"})},
        tags={"team": "ml", "cost": "7"},
    ),
    "isolation, network and keys": spec(
        network_isolation=True,
        vpc=VpcSpec(subnets=("subnet-1",), security_group_ids=("sg-1", "sg-2")),
        kms_key_id="arn:aws:kms:eu-west-1:123456789012:key/abc",
        role_arn="arn:aws:iam::123456789012:role/mine",
    ),
    "variant": spec(
        variant_changes={
            "volume_size_in_gb": 30,
            "model_data_download_timeout_s": 900,
            "container_startup_health_check_timeout_s": 600,
            "inference_ami_version": "al2-ami-sagemaker-inference-gpu-2",
            "instance_type": "ml.g5.xlarge",
            "routing_strategy": "LEAST_OUTSTANDING_REQUESTS",
        }
    ),
    "data capture": spec(
        data_capture=DataCapture(
            destination_uri="s3://sagemaker-b/capture",
            sampling_percentage=20,
            capture=("Input",),
            json_content_types=("application/json",),
            csv_content_types=("text/csv",),
        )
    ),
    "warm serverless": spec(SERVERLESS, variant_changes={"provisioned_concurrency": 2}),
    "asynchronous with everything": spec(
        ASYNC,
        asynchronous=AsyncSpec(
            output_uri="s3://sagemaker-b/out",
            failure_uri="s3://sagemaker-b/bad",
            max_concurrent_invocations_per_instance=4,
            kms_key_id="arn:aws:kms:eu-west-1:123456789012:key/abc",
            **TOPICS,
        ),
    ),
}


def room(sdk, blobs="/nonexistent", bucket="sagemaker-b", exists=False):
    return SdkRoom(ACCOUNT, bucket, exists, str(blobs), sdk.record)


def requests_of(steps, made_of):
    """Operation and parameters without names and without the SDK's own tags."""
    for step in steps:
        parameters = dict(step.parameters)
        container = parameters.get("PrimaryContainer", {})
        if container.get("Environment") == {}:  # the SDK says so where plain calls say nothing
            parameters["PrimaryContainer"] = {k: v for k, v in container.items() if v != {}}
        for variant in parameters.get("ProductionVariants", ()):
            variant.setdefault("InitialVariantWeight", 1)  # AWS's default; the SDK says it always
        tags = [t for t in parameters.pop("Tags", ()) if t["Key"] not in SDK_TAGS]
        if tags:
            parameters["Tags"] = sorted(tags, key=lambda tag: tag["Key"])
        yield step.operation, nameless(parameters, made_of.name, made_of.suffix)


@pytest.mark.parametrize("name", EXPRESSIBLE)
def test_the_sdk_asks_for_what_plain_calls_ask_for(sdk, name):
    made_of = EXPRESSIBLE[name]
    by_sdk = list(requests_of(steps_by_sdk(made_of, room(sdk)), made_of))
    plain = list(requests_of(steps_for(made_of, account=ACCOUNT, bucket_exists=False), made_of))
    assert by_sdk == plain


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"variants": (ProductionVariant(sagemaker_model=model()),) * 2}, "several variants"),
        ({"shadow": ProductionVariant(name="s", sagemaker_model=model())}, "shadow"),
        ({"variant_changes": {"name": "Blue"}}, "not named AllTraffic"),
        ({"variant_changes": {"weight": 0.5}}, "weight"),
    ],
)
def test_what_the_sdk_cannot_express_is_refused_before_it_runs(changes, words):
    never = SimpleNamespace(record=None)
    with pytest.raises(InvalidInputError, match=words) as caught:
        steps_by_sdk(spec(**changes), room(never))
    assert "api" in caught.value.remedy


def test_what_the_sdk_itself_refuses_is_told_in_its_words(sdk):
    wrong = spec(variant_changes={"initial_instance_count": None})
    with pytest.raises(InvalidInputError, match="Must specify instance type and instance count"):
        steps_by_sdk(wrong, room(sdk))


@pytest.fixture
def code(tmp_path):
    """A source folder and an archive with the model alone, in a blob store."""
    files = dict(train("sklearn-classification-linear").files)
    folder = tmp_path / "src"
    folder.mkdir()
    (folder / "inference.py").write_bytes(files.pop("code/inference.py"))
    (folder / "constants.py").write_text("ONE = 1\n")
    bare = write_archive(files, tmp_path)
    return tmp_path, SourceFolder(folder=str(folder), entry_script="inference.py"), bare


def coded(bare, name="coded-12345678"):
    image = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3"
    served = model(
        image_uri=image,
        archive_sha256=bare.sha256,
        archive_size_bytes=bare.size_bytes,
        model_data_uri=f"s3://coded-models-123456789012/{name}/model.tar.gz",
    )
    return spec(
        name=name, region="us-east-1",
        variant_changes={"sagemaker_model": served, "initial_instance_count": 1},
    )  # fmt: skip


def test_the_sdk_packs_code_beside_the_model_the_same_way_twice(sdk, code):
    blobs, source, bare = code
    made_of = coded(bare)
    here = room(sdk, blobs, "coded-models-123456789012")
    first, second = (steps_by_sdk(made_of, here, source) for _ in range(2))
    assert first == second
    uploads = [step for step in first if step.operation == "s3.put_object"]
    assert len(uploads) == 1  # the packed archive in place of ours, not both
    blob = uploads[0].parameters["Body"]["$blob"]
    with tarfile.open(blobs / blob["sha256"]) as packed:
        names = set(packed.getnames())
        assert {"model.joblib", "code/inference.py", "code/constants.py"} <= {
            name.removeprefix("./") for name in names
        }
        assert {member.mtime for member in packed} == {0}
    container = next(
        step.parameters["PrimaryContainer"]
        for step in first
        if step.operation == "sagemaker.create_model"
    )
    assert container["Environment"]["SAGEMAKER_PROGRAM"] == "inference.py"
    key = f"{uploads[0].parameters['Bucket']}/{uploads[0].parameters['Key']}"
    assert container["ModelDataUrl"] == f"s3://{key}"


def test_code_that_the_sdk_packed_is_served(app, sdk, code):
    blobs, source, bare = code
    made_of = coded(bare)
    steps = steps_by_sdk(made_of, room(sdk, blobs, "coded-models-123456789012"), source)
    payload = train("sklearn-classification-linear").payload
    ready = plan(made_of, steps=steps, undo=undo_for(steps), region="us-east-1", method="sdk")
    ready = ready.model_copy(update={"sample": sample(payload)})
    made, _ = deployed(app, ready, blobs=blobs)
    assert made.status == "deployed"
    assert made.verification.ok


def sample(payload):
    import base64

    from tools.packaging import SampleRequest

    return SampleRequest(
        content_type=payload["content_type"],
        accept=None,
        body_base64=base64.b64encode(payload["body"].encode()).decode(),
        origin="user",
    )


def test_links_in_a_source_folder_are_refused(sdk, code):
    blobs, source, bare = code
    (blobs / "src" / "link").symlink_to("/etc/hostname")
    with pytest.raises(InvalidInputError, match="is a link"):
        steps_by_sdk(coded(bare), room(sdk, blobs, "coded-models-123456789012"), source)


@pytest.mark.parametrize("at", [1, 6, 13])
def test_a_plan_by_the_sdk_survives_a_kill(app, home, sdk, onnx_model, at):
    source = {"model_source": {"kind": "local", "uri": str(onnx_model)}}
    ready = app.place.plan(merge(Requirements(), {**source, **REAL_TIME}), DeploymentMethod.SDK)
    app.place.keep(ready)
    assert killed(home, ready, at, before=True) != 0
    app.recover()
    made = outcome(app.place.journal, f"dep-{ready.digest[:12]}")
    assert made.status == "deployed"
    assert made.verification.ok


def test_archive_in_tests_has_times(tmp_path):
    """The inputs differ from run to run, so that equal outputs prove something."""
    (tmp_path / "a.tar.gz").write_bytes(archive({"x": b"1"}))
    with tarfile.open(tmp_path / "a.tar.gz") as made:
        assert made.getmembers()[0].mtime > 0
