"""What every rendered Python script says the same way: parts of it that no value changes.

The parts are `string.Template`s, filled by `tools.renderers.python`.
"""

from string import Template

IMPORTS = """\
import argparse
import hashlib
import json
import os
import sys
import time
from pathlib import Path

import boto3
from botocore.exceptions import ClientError, WaiterError
"""

CONNECT = '''\
def connect():
    """Return a session of the account that this script was made for."""
    session = boto3.Session(region_name=REGION)
    if os.environ.get("AWS_ENDPOINT_URL") and session.get_credentials() is None:
        # A stand-in for AWS on this machine takes any credentials.
        session = boto3.Session("local", "local", region_name=REGION)
    account = session.client("sts").get_caller_identity()["Account"]
    if account != ACCOUNT:
        sys.exit(f"This script is for account {ACCOUNT}, these credentials are of {account}.")
    return session
'''

READ_ARCHIVES = '''\
def archives_by_checksum(paths):
    """Return SHA-256 to path; what is uploaded is exactly what was planned."""
    found = {}
    for path in paths:
        with path.open("rb") as file:
            found[hashlib.file_digest(file, "sha256").hexdigest()] = path
    missing = ARCHIVES - found.keys()
    if missing:
        sys.exit(f"Give the archive whose SHA-256 is {', '.join(sorted(missing))}.")
    return found
'''

BUCKET_EXISTS = '''\
def bucket_exists(s3, name):
    """Say whether there is a bucket of ours by that name."""
    try:
        s3.head_bucket(Bucket=name, ExpectedBucketOwner=ACCOUNT)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchBucket"}:
            return False
        raise
    return True
'''

PATIENTLY = '''\
def patiently(call, **request):
    """Make a call, again while IAM has not told everyone of the new role yet."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return call(**request)
        except ClientError as error:
            if "assume role" not in str(error).lower() or time.monotonic() > deadline:
                raise
            time.sleep(2)
'''

REMOVE = '''\
def remove(call, **request):
    """Make a call that takes something away; what is gone already is fine."""
    try:
        call(**request)
    except ClientError as error:
        code, text = error.response["Error"]["Code"], str(error).lower()
        gone = {"404", "NoSuchBucket", "NoSuchEntity", "NoSuchKey", "ObjectNotFoundException"}
        if code == "BucketNotEmpty":
            print(f"Kept: bucket {request['Bucket']} holds something else.")
        elif code not in gone | {"ResourceNotFound", "ResourceNotFoundException"} and not (
            code == "ValidationException" and ("could not find" in text or "not exist" in text)
        ):
            raise
'''

WAIT = '''\
def wait(sagemaker, waiter, poll_s):
    """Wait, an hour at most (botocore's own limit for endpoints), looking every poll_s seconds."""
    attempts = max(1, int(3600 / poll_s))
    sagemaker.get_waiter(waiter).wait(
        EndpointName=ENDPOINT_NAME,
        WaiterConfig={"Delay": poll_s, "MaxAttempts": attempts},
    )
'''

WAIT_FOR_COMPILATION = '''\
def wait_for_compilation(sagemaker, name, poll_s):
    """Wait until Neo has compiled the model; botocore has no waiter for it."""
    deadline = time.monotonic() + 3600
    while time.monotonic() < deadline:
        seen = sagemaker.describe_compilation_job(CompilationJobName=name)
        status = seen["CompilationJobStatus"]
        if status == "COMPLETED":
            return
        if status in {"FAILED", "STOPPED"}:
            sys.exit(f"Compilation job {name} is {status}: {seen.get('FailureReason')}")
        time.sleep(poll_s)
    sys.exit(f"Compilation job {name} is still {status} after an hour.")
'''

WAIT_FOR_COMPONENT = '''\
def wait_for_component(sagemaker, name, poll_s):
    """Wait until an inference component serves; botocore has no waiter for it."""
    deadline = time.monotonic() + 3600
    while time.monotonic() < deadline:
        seen = sagemaker.describe_inference_component(InferenceComponentName=name)
        status = seen["InferenceComponentStatus"]
        if status == "InService":
            return
        if status == "Failed":
            sys.exit(f"Inference component {name} failed: {seen.get('FailureReason')}")
        time.sleep(poll_s)
    sys.exit(f"Inference component {name} is still {status} after an hour.")


def wait_until_gone(sagemaker, name, poll_s):
    """Wait until an inference component is gone: the endpoint can only go after it."""
    deadline = time.monotonic() + 3600
    while time.monotonic() < deadline:
        try:
            sagemaker.describe_inference_component(InferenceComponentName=name)
        except ClientError as error:
            if "could not find" in str(error).lower():
                return
            raise
        time.sleep(poll_s)
    sys.exit(f"Inference component {name} is still there after an hour.")
'''

TRY_NOW = '''\
def verify(session, body, content_type, accept):
    """Invoke the endpoint once and show what it answers."""
    runtime = session.client("sagemaker-runtime")
    request = {"ContentType": content_type} | ({"Accept": accept} if accept else {})
    begun = time.perf_counter()
    answer = runtime.invoke_endpoint(EndpointName=ENDPOINT_NAME, Body=body, **request)
    text = answer["Body"].read(2_000).decode("utf-8", errors="replace")
    print(f"Answered in {(time.perf_counter() - begun) * 1000:.0f} ms: {text}")
'''

TRY_EACH = '''\
def verify(session, body, content_type, accept):
    """Invoke everything behind the endpoint once and show what it answers."""
    runtime = session.client("sagemaker-runtime")
    request = {"ContentType": content_type} | ({"Accept": accept} if accept else {})
    for target in TARGETS:
        begun = time.perf_counter()
        answer = once_loaded(runtime, Body=body, **target, **request)
        text = answer["Body"].read(2_000).decode("utf-8", errors="replace")
        shown = f"{(time.perf_counter() - begun) * 1000:.0f} ms: {text}"
        print(f"{next(iter(target.values()))} answered in {shown}")


def once_loaded(runtime, **request):
    """Invoke, again while a model is being loaded, for as long as SageMaker goes on loading."""
    deadline = time.monotonic() + 360
    while True:
        try:
            return runtime.invoke_endpoint(EndpointName=ENDPOINT_NAME, **request)
        except ClientError as error:
            loading = error.response["Error"]["Code"] == "ModelNotReadyException"
            if not loading or time.monotonic() > deadline:
                raise
            time.sleep(1)
'''

TRY_LATER = '''\
def verify(session, body, content_type, accept):
    """Hand the endpoint one request and wait for what it writes, at most 15 minutes."""
    runtime, s3 = session.client("sagemaker-runtime"), session.client("s3")
    request = {"ContentType": content_type} | ({"Accept": accept} if accept else {})
    taken = runtime.invoke_endpoint_async(EndpointName=ENDPOINT_NAME, Body=body, **request)
    deadline = time.monotonic() + 900  # what a request may take by default
    while time.monotonic() < deadline:
        for key in ("OutputLocation", "FailureLocation"):
            bucket, _, name = taken.get(key, "").removeprefix("s3://").partition("/")
            # List, not get: without s3:ListBucket a missing object reads as a refusal.
            if bucket and s3.list_objects_v2(Bucket=bucket, Prefix=name, MaxKeys=1)["KeyCount"]:
                found = s3.get_object(Bucket=bucket, Key=name)["Body"].read(2_000)
                print(f"{key} {taken[key]}: {found.decode('utf-8', errors='replace')}")
                if key == "FailureLocation":
                    sys.exit("The model refused the sample.")
                return
        time.sleep(1)
    sys.exit(f"No result yet; it will be written to {taken['OutputLocation']}.")
'''

MAIN = Template('''\
def main():
    """Make the endpoint and try it, or take everything back."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\\n")[0])
${options}\
    parser.add_argument("--delete", action="store_true", help="take everything back")
    parser.add_argument("--poll-s", type=float, default=15, help="seconds between two looks")
    parser.add_argument("--sample", type=Path, help="a request to try, instead of the one here")
    parser.add_argument("--content-type", default=CONTENT_TYPE, help="of the sample")
    given = parser.parse_args()
    session = connect()
    if given.delete:
        delete(session, given.poll_s)
        print(f"Endpoint {ENDPOINT_NAME} and what belonged to it are gone.")
        return
${checks}\
    try:
        deploy(session${arguments}, given.poll_s)
        print(f"Endpoint {ENDPOINT_NAME} is in service.")
        body = given.sample.read_bytes() if given.sample else SAMPLE
        if body is None:
            print("Not tried: give a request with --sample FILE --content-type TYPE.")
        else:
            verify(session, body, given.content_type, ACCEPT)
    except (ClientError, WaiterError) as error:
        sys.exit(f"{error}\\n{explained(session)}--delete takes back what was made.")


def explained(session):
    """Return why the endpoint failed, in SageMaker's words, and where its log is."""
    try:
        seen = session.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT_NAME)
    except ClientError:
        return ""
    reason = seen.get("FailureReason", seen["EndpointStatus"])
    return f"{reason}\\nIts log: /aws/sagemaker/Endpoints/{ENDPOINT_NAME}\\n"


if __name__ == "__main__":
    main()
''')
