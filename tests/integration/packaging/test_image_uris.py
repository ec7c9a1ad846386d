"""Every URI we give equals the SDK's own answer; the SDK runs in one child process."""

import json
import subprocess
import sys
from functools import cache

import pytest

from tools.errors import InvalidInputError
from tools.sdk import FAMILIES, LANGUAGE_FAMILIES, image_uri, newest_version, regions, versions

INSTANCES = (
    None,
    "ml.m5.large",
    "ml.g5.xlarge",
    "ml.c6g.large",
    "ml.inf2.xlarge",
    "ml.p4d.24xlarge",
)
NEWEST = 3  # versions of a family that are tried with every instance type
NEW_GRAVITON = ("ml.m7g.large", "ml.c8g.large", "ml.r8gd.xlarge", "ml.t4g.medium")

ASK = """
import json, sys, logging
logging.disable(logging.CRITICAL)
from sagemaker.core import image_uris
answers = []
for family, version, region, instance, base, python in json.load(sys.stdin):
    serverless = object() if instance is None else None
    try:
        uri = image_uris.retrieve(
            family, region, version=version, instance_type=instance, image_scope="inference",
            serverless_inference_config=serverless, base_framework_version=base, py_version=python)
    except (ValueError, KeyError, TypeError, AttributeError):
        uri = None
    answers.append(uri)
json.dump(answers, sys.stdout)
"""


def ours(case):
    family, version, region, instance, *_ = case
    try:
        return image_uri(family, region=region, version=version, instance_type=instance)
    except InvalidInputError:
        return None


def python_of(uri, family):
    """Old versions exist for several Pythons, and the SDK wants to be told: ours is the newest."""
    wants = family in ("pytorch", "tensorflow") and uri and "-py" in uri
    return f"py{uri.rpartition('-py')[2].split('-')[0]}" if wants else None


def base_of(uri, family):
    if family != "huggingface" or not uri:
        return None
    return f"pytorch{uri.partition(':')[2].partition('-')[0]}"


@cache
def compared():
    cases = [
        (family, version, "us-east-1", instance)
        for family in FAMILIES
        for index, version in enumerate(reversed(versions(family)))
        for instance in (INSTANCES if index < NEWEST else INSTANCES[:1])
    ]
    cases += [
        (family, versions(family)[-1], region, "ml.m5.large")
        for family in FAMILIES
        for region in (*regions(family, versions(family)[-1]), "eu-nowhere-1")
    ]
    cases += [
        (family, newest_version(family), "us-east-1", instance)
        for family in LANGUAGE_FAMILIES
        for instance in ("ml.g5.2xlarge", "ml.m5.large")
    ]
    answers = [ours(case) for case in cases]
    asked = [
        (*case, base_of(uri, case[0]), python_of(uri, case[0]))
        for case, uri in zip(cases, answers, strict=True)
    ]
    child = subprocess.run(
        [sys.executable, "-c", ASK],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        env={"AWS_DEFAULT_REGION": "us-east-1", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
    )
    return list(zip(cases, answers, json.loads(child.stdout), strict=True))


def test_every_uri_we_give_is_the_sdks():
    wrong = [(case, mine, sdk) for case, mine, sdk in compared() if mine and mine != sdk]

    assert wrong == []
    assert sum(mine is not None for _, mine, _ in compared()) > 200


def test_what_we_refuse_the_sdk_refuses_too_for_current_versions():
    refused = [
        (case, sdk)
        for case, mine, sdk in compared()
        if mine is None and sdk and case[1] == versions(case[0])[-1]
    ]

    # The SDK hands out scikit-learn 1.0-1 when asked for 1.9-0 on Graviton; that is no answer.
    assert [case for case, _ in refused] == [("sklearn", "1.9-0", "us-east-1", "ml.c6g.large")]


@pytest.mark.parametrize("instance_type", NEW_GRAVITON)
def test_new_graviton_families_get_arm64_or_a_refusal(instance_type):
    uri = image_uri("pytorch", region="us-east-1", version="2.6.0", instance_type=instance_type)

    assert "pytorch-inference-arm64:" in uri
    with pytest.raises(InvalidInputError, match=r"arm64|of version"):
        image_uri("sklearn", region="us-east-1", version="1.9-0", instance_type=instance_type)


def test_the_sdk_is_not_imported():
    code = (
        "import sys; from tools.sdk import image_uri;"
        "image_uri('sklearn', region='us-east-1', version='1.9-0', instance_type=None);"
        "print([m for m in sys.modules if m.startswith(('sagemaker', 'boto'))])"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert child.stdout.strip() == "[]"
