import json
from datetime import UTC, datetime
from io import BytesIO
from xml.etree import ElementTree

import pytest

from tools.sandbox.requests import read_request
from tools.sandbox.wire import AwsError, WireRequest, error_response

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def environ(service: str | None, body: bytes = b"", **headers: str) -> dict[str, object]:
    made: dict[str, object] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "wsgi.input": BytesIO(body),
        "CONTENT_LENGTH": str(len(body)),
    }
    if service:
        scope = f"AKIA/20261124/eu-west-1/{service}/aws4_request"
        made["HTTP_AUTHORIZATION"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host"
    return made | dict(headers)


def read(service: str | None, body: bytes = b"", **headers: str) -> WireRequest:
    return read_request(environ(service, body, **headers), NOW, "us-east-1")


def test_service_region_and_operation_are_read_from_a_signed_json_request() -> None:
    request = read("sagemaker", b"{}", HTTP_X_AMZ_TARGET="SageMaker.ListModels")
    assert (request.service, request.region, request.operation) == (
        "sagemaker", "eu-west-1", "ListModels",
    )  # fmt: skip
    assert (request.body, request.received_at) == (b"{}", NOW)


def test_a_query_request_names_its_action_in_the_form() -> None:
    form = {"CONTENT_TYPE": "application/x-www-form-urlencoded; charset=utf-8"}
    assert read("iam", b"Version=1&Action=GetRole&RoleName=x", **form).operation == "GetRole"


def test_a_cbor_request_names_its_operation_in_the_path() -> None:
    path = {"PATH_INFO": "/service/GraniteServiceVersion20100801/operation/PutMetricData"}
    assert read("monitoring", **path).operation == "PutMetricData"


def test_an_unsigned_request_is_for_s3_in_the_default_region() -> None:
    assert (read(None).service, read(None).region) == ("s3", "us-east-1")


def test_a_presigned_url_carries_its_scope() -> None:
    query = "X-Amz-Credential=AKIA%2F20261124%2Feu-north-1%2Fs3%2Faws4_request"
    request = read(None, QUERY_STRING=query)
    assert (request.service, request.region) == ("s3", "eu-north-1")


ERROR = AwsError("UnsupportedOperation", 'not <"served">', 501, {"OriginalStatusCode": 7})


def test_json_services_get_json() -> None:
    response = error_response(read("sagemaker"), ERROR)
    body = json.loads(response.body)
    assert response.status == 501
    assert (body["__type"], body["message"]) == (ERROR.code, ERROR.message)
    assert body["OriginalStatusCode"] == 7
    assert response.headers["x-amzn-ErrorType"] == ERROR.code


@pytest.mark.parametrize(
    ("service", "path"), [("iam", "Error/"), ("s3", ""), ("ec2", "Errors/Error/")]
)
def test_xml_services_get_their_own_xml(service: str, path: str) -> None:
    root = ElementTree.fromstring(error_response(read(service), ERROR).body)
    assert root.findtext(f"{path}Code") == ERROR.code
    assert root.findtext(f"{path}Message") == ERROR.message


def test_cbor_callers_get_cbor() -> None:
    response = error_response(read("monitoring", HTTP_SMITHY_PROTOCOL="rpc-v2-cbor"), ERROR)
    assert response.headers["smithy-protocol"] == "rpc-v2-cbor"
    assert response.body[:1] == b"\xa2"
    assert ERROR.code.encode() in response.body
