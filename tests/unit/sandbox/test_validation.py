from typing import Any

import pytest

from tools.sandbox.validation import check
from tools.sandbox.wire import AwsError, service_model


def refusal(operation: str, params: dict[str, Any]) -> AwsError:
    shape = service_model("sagemaker").operation_model(operation).input_shape
    with pytest.raises(AwsError) as caught:
        check(shape, params)
    return caught.value


def test_a_valid_request_passes() -> None:
    shape = service_model("sagemaker").operation_model("CreateEndpoint").input_shape
    check(shape, {"EndpointName": "e", "EndpointConfigName": "c"})


def test_a_missing_member_is_null() -> None:
    error = refusal("CreateEndpoint", {"EndpointName": "e"})
    assert (error.code, error.status) == ("ValidationException", 400)
    assert error.message == (
        "1 validation error detected: Value null at 'endpointConfigName' failed to satisfy "
        "constraint: Member must not be null"
    )


def test_every_violation_is_listed() -> None:
    error = refusal("CreateEndpoint", {"EndpointName": "a_b", "EndpointConfigName": "-" * 64})
    assert error.message.startswith("3 validation errors detected: Value 'a_b' at 'endpointName'")
    assert "Member must have length less than or equal to 63" in error.message


def test_an_enum_lists_its_values() -> None:
    error = refusal("ListEndpoints", {"StatusEquals": "Dead"})
    assert (
        "at 'statusEquals' failed to satisfy constraint: Member must satisfy enum" in error.message
    )
    assert "InService" in error.message


def test_map_values_are_checked() -> None:
    container = {"Environment": {"A": "x" * 2000}}
    error = refusal("CreateModel", {"ModelName": "m", "PrimaryContainer": container})
    assert "at 'primaryContainer.environment'" in error.message
    assert "Map value must satisfy constraint: [Member must have length less" in error.message


@pytest.mark.parametrize("value", [1, True, ["x"], {"a": 1}])
def test_another_type_cannot_be_read(value: object) -> None:
    error = refusal("CreateEndpoint", {"EndpointName": value, "EndpointConfigName": "c"})
    assert error.code == "SerializationException"
