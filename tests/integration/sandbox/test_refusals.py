"""What AWS refuses when a resource is created, with its codes and wording."""

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.sandbox.conftest import IMAGE, TRUST, Client, Hosting, archive

SERVERLESS = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}
CAPTURE = {
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://hosting-tests/capture",
    "CaptureOptions": [{"CaptureMode": "Input"}],
}
ASYNC = {"OutputConfig": {"S3OutputPath": "s3://hosting-tests/out"}}


def refusal(call: Any, **params: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    error = caught.value.response["Error"]
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return error["Code"], error["Message"]


def fresh(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:10]}"


@pytest.fixture(scope="module")
def model(hosting: Hosting) -> str:
    return hosting.model()


@pytest.fixture(scope="module")
def data_url(hosting: Hosting, client: Client) -> str:
    client("s3").put_object(Bucket=hosting.bucket, Key="good/model.tar.gz", Body=archive())
    return f"s3://{hosting.bucket}/good/model.tar.gz"


class TestModels:
    def test_an_existing_name_is_refused(self, hosting: Hosting, model: str, data_url: str) -> None:
        code, message = refusal(
            hosting.client("sagemaker").create_model,
            ModelName=model,
            PrimaryContainer={"Image": IMAGE, "ModelDataUrl": data_url},
            ExecutionRoleArn=hosting.role_arn,
        )
        arn = f"arn:aws:sagemaker:us-east-1:123456789012:model/{model}"
        assert (code, message) == (
            "ValidationException",
            f'Cannot create already existing model "{arn}".',
        )

    def test_a_missing_role_cannot_be_assumed(self, client: Client, data_url: str) -> None:
        role = "arn:aws:iam::123456789012:role/nobody"
        code, message = refusal(
            client("sagemaker").create_model,
            ModelName=fresh("m"),
            PrimaryContainer={"Image": IMAGE, "ModelDataUrl": data_url},
            ExecutionRoleArn=role,
        )
        assert code == "ValidationException"
        assert message == (
            f"Could not assume role {role}. Please ensure that the role exists and allows "
            "principal 'sagemaker.amazonaws.com' to assume the role."
        )

    def test_a_role_that_trusts_another_service_cannot_be_assumed(
        self, client: Client, data_url: str
    ) -> None:
        trust = TRUST.replace("sagemaker.amazonaws.com", "ec2.amazonaws.com")
        role = client("iam").create_role(RoleName=fresh("r"), AssumeRolePolicyDocument=trust)
        _, message = refusal(
            client("sagemaker").create_model,
            ModelName=fresh("m"),
            PrimaryContainer={"Image": IMAGE, "ModelDataUrl": data_url},
            ExecutionRoleArn=role["Role"]["Arn"],
        )
        assert message.startswith("Could not assume role")

    @pytest.mark.parametrize(
        ("statement", "readable"),
        [
            ({"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::hosting-*"}, True),
            (
                {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::other/*"},
                False,
            ),
            ({"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}, False),
        ],
    )
    def test_the_role_must_be_able_to_read_the_artefact(
        self, client: Client, data_url: str, statement: dict[str, str], readable: bool
    ) -> None:
        name = fresh("r")
        role = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        client("iam").put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document)
        given = {
            "ModelName": fresh("m"),
            "PrimaryContainer": {"Image": IMAGE, "ModelDataUrl": data_url},
            "ExecutionRoleArn": role["Arn"],
        }
        if readable:
            assert client("sagemaker").create_model(**given)["ModelArn"]
            return
        code, message = refusal(client("sagemaker").create_model, **given)
        assert code == "ValidationException"
        assert message.startswith(
            f"Could not access model data at {data_url}. Please ensure that the role "
            f'"{role["Arn"]}" exists and that its trust relationship policy allows the action '
            '"sts:AssumeRole" for the service principal "sagemaker.amazonaws.com".'
        )
        assert 'the role has "s3:GetObject" permissions' in message

    @pytest.mark.parametrize("url", ["s3://hosting-tests/no/such", "s3://no-such-bucket-9/m"])
    def test_model_data_must_exist(self, hosting: Hosting, url: str) -> None:
        code, message = refusal(
            hosting.client("sagemaker").create_model,
            ModelName=fresh("m"),
            PrimaryContainer={"Image": IMAGE, "ModelDataUrl": url},
            ExecutionRoleArn=hosting.role_arn,
        )
        assert (code, message) == ("ValidationException", f"Could not find model data at {url}.")

    @pytest.mark.parametrize(
        ("image", "wording"),
        [
            ("docker.io/library/python:3.11", "Using non-ECR image"),
            (IMAGE.replace("us-east-1", "eu-west-1"), "is invalid"),
            (IMAGE.replace("1.9-0", "99.9-9"), "not found"),
        ],
    )
    def test_the_image_must_be_one_that_aws_would_find(
        self, hosting: Hosting, data_url: str, image: str, wording: str
    ) -> None:
        code, message = refusal(
            hosting.client("sagemaker").create_model,
            ModelName=fresh("m"),
            PrimaryContainer={"Image": image, "ModelDataUrl": data_url},
            ExecutionRoleArn=hosting.role_arn,
        )
        assert code == "ValidationException"
        assert wording in message

    def test_an_illegal_name_breaks_the_pattern(self, hosting: Hosting) -> None:
        code, message = refusal(
            hosting.client("sagemaker").create_model,
            ModelName="under_score",
            PrimaryContainer={"Image": IMAGE},
            ExecutionRoleArn=hosting.role_arn,
        )
        assert code == "ValidationException"
        assert message.startswith(
            "1 validation error detected: Value 'under_score' at 'modelName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: "
        )

    def test_a_missing_model_cannot_be_described_or_deleted(self, client: Client) -> None:
        for call in (client("sagemaker").describe_model, client("sagemaker").delete_model):
            code, message = refusal(call, ModelName="nothing")
            assert code == "ValidationException"
            assert message == (
                'Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/nothing".'
            )


class TestConfigs:
    def test_an_existing_name_is_refused(self, hosting: Hosting, model: str) -> None:
        name = hosting.config(model)
        _, message = refusal(
            hosting.client("sagemaker").create_endpoint_config,
            EndpointConfigName=name,
            ProductionVariants=[{"VariantName": "A", "ModelName": model} | SERVERLESS],
        )
        arn = f"arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/{name}"
        assert message == f'Cannot create already existing endpoint configuration "{arn}".'

    def test_the_model_must_exist(self, hosting: Hosting) -> None:
        with pytest.raises(ClientError, match='Could not find model "arn:aws:sagemaker'):
            hosting.config("nothing")

    def test_a_maximum_is_refused_in_the_words_of_the_service_model(
        self, hosting: Hosting, model: str
    ) -> None:
        variant = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 999}}
        with pytest.raises(ClientError) as caught:
            hosting.config(model, variant)
        assert caught.value.response["Error"]["Message"] == (
            "1 validation error detected: Value '999' at "
            "'productionVariants.1.member.serverlessConfig.maxConcurrency' failed to satisfy "
            "constraint: Member must have value less than or equal to 200"
        )

    @pytest.mark.parametrize(
        ("variant", "wording"),
        [
            ({"ServerlessConfig": {"MemorySizeInMB": 1500, "MaxConcurrency": 1}}, "1024, 2048"),
            (
                {
                    "ServerlessConfig": {
                        "MemorySizeInMB": 2048,
                        "MaxConcurrency": 2,
                        "ProvisionedConcurrency": 3,
                    }
                },
                "ProvisionedConcurrency must be less than or equal to MaxConcurrency",
            ),
            (SERVERLESS | {"InstanceType": "ml.m5.large"}, "together with ServerlessConfig"),
            ({"InstanceType": "ml.m5.large"}, "InitialInstanceCount must be specified"),
            ({"InitialInstanceCount": 1}, "InstanceType must be specified"),
            ({"InstanceType": "ml.p3.2xlarge", "InitialInstanceCount": 1}, "not supported"),
            ({"InstanceType": "ml.m5.nonsense", "InitialInstanceCount": 1}, "enum value set"),
        ],
    )
    def test_a_variant_that_hosting_cannot_make_is_refused(
        self, hosting: Hosting, model: str, variant: dict[str, Any], wording: str
    ) -> None:
        with pytest.raises(ClientError) as caught:
            hosting.config(model, variant)
        assert caught.value.response["Error"]["Code"] == "ValidationException"
        assert wording in caught.value.response["Error"]["Message"]

    @pytest.mark.parametrize(
        ("extra", "feature"),
        [
            ({"DataCaptureConfig": CAPTURE}, "DataCaptureConfig"),
            ({"AsyncInferenceConfig": ASYNC}, "AsyncInferenceConfig"),
        ],
    )
    def test_serverless_excludes_capture_and_async(
        self, hosting: Hosting, model: str, extra: dict[str, Any], feature: str
    ) -> None:
        with pytest.raises(ClientError) as caught:
            hosting.config(model, SERVERLESS, **extra)
        message = caught.value.response["Error"]["Message"]
        assert message.startswith("One or more endpoint features are not supported")
        assert feature in message

    @pytest.mark.parametrize(
        "extra",
        [
            {"EnableNetworkIsolation": True},
            {"VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}},
        ],
    )
    def test_serverless_excludes_network_isolation_and_vpc(
        self, hosting: Hosting, extra: dict[str, Any]
    ) -> None:
        model = hosting.model(**extra)
        with pytest.raises(
            ClientError, match=f"serverless inference does not.*{next(iter(extra))}"
        ):
            hosting.config(model, SERVERLESS)

    @pytest.mark.parametrize(
        ("names", "wording"),
        [(("A", "A"), "must be unique"), (("A", "B"), "several production variants")],
    )
    def test_serverless_variants_stand_alone_and_names_differ(
        self, client: Client, model: str, names: tuple[str, str], wording: str
    ) -> None:
        variants = [{"VariantName": name, "ModelName": model} | SERVERLESS for name in names]
        _, message = refusal(
            client("sagemaker").create_endpoint_config,
            EndpointConfigName=fresh("c"),
            ProductionVariants=variants,
        )
        assert wording in message


class TestEndpoints:
    def test_an_existing_name_is_refused(self, hosting: Hosting, served: str, model: str) -> None:
        _, message = refusal(
            hosting.client("sagemaker").create_endpoint,
            EndpointName=served,
            EndpointConfigName=hosting.config(model),
        )
        arn = f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{served}"
        assert message == f'Cannot create already existing endpoint "{arn}".'

    def test_the_config_must_exist(self, client: Client, served: str) -> None:
        for call, name in (
            (client("sagemaker").create_endpoint, fresh("e")),
            (client("sagemaker").update_endpoint, served),
        ):
            code, message = refusal(call, EndpointName=name, EndpointConfigName="nothing")
            assert code == "ValidationException"
            assert message.startswith('Could not find endpoint configuration "arn:aws:sagemaker')

    def test_no_update_while_creating(self, hosting: Hosting, model: str) -> None:
        config = hosting.config(model)
        name = hosting.endpoint(config, wait=False)
        sagemaker = hosting.client("sagemaker")
        arn = f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{name}"
        for call, params in (
            (sagemaker.update_endpoint, {"EndpointConfigName": config}),
            (sagemaker.delete_endpoint, {}),
        ):
            _, message = refusal(call, EndpointName=name, **params)
            assert message == f'Cannot update in-progress endpoint "{arn}".'
        _, message = refusal(
            hosting.client("sagemaker-runtime").invoke_endpoint, EndpointName=name, Body=b"[]"
        )
        assert message == f"Endpoint {name} of account 123456789012 not found."
        hosting.wait(name)

    def test_more_instances_than_the_quota_are_refused(self, hosting: Hosting, model: str) -> None:
        variant = {"InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 5}
        code, message = refusal(
            hosting.client("sagemaker").create_endpoint,
            EndpointName=fresh("e"),
            EndpointConfigName=hosting.config(model, variant),
        )
        assert code == "ResourceLimitExceeded"
        assert message.startswith(
            "The account-level service limit 'ml.g5.xlarge for endpoint usage' is 4 Instances, "
            "with current utilization of 0 Instances and a request delta of 5 Instances."
        )

    def test_real_time_cannot_become_serverless(
        self, hosting: Hosting, served: str, model: str
    ) -> None:
        _, message = refusal(
            hosting.client("sagemaker").update_endpoint,
            EndpointName=served,
            EndpointConfigName=hosting.config(model, SERVERLESS),
        )
        assert "serverless" in message
