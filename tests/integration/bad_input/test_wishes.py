"""Requirements that cannot be used: each refused with its reason, nothing planned."""

import json
import tarfile

import pytest

from tests.integration.faces.command_line import refused

pytestmark = pytest.mark.usefixtures("nothing_changes")


@pytest.fixture
def files(tmp_path):
    """Files that are no model, by name."""
    (tmp_path / "noise.tar.gz").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "empty.joblib").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    (tmp_path / "README.md").write_text("no model here")
    with tarfile.open(tmp_path / "prose.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "README.md", "README.md")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("nowhere.joblib", "InvalidInputError", "There is no file"),
        ("noise.tar.gz", "ModelArtifactError", "not an archive"),
        ("empty.joblib", "InvalidInputError", "empty"),
        ("folder", "ModelArtifactError", "no files"),
        ("prose.tar.gz", "ModelArtifactError", "no model"),
        ("a\0b", "InvalidInputError", "There is no file"),
        ("x" * 300, "InvalidInputError", "There is no file"),
    ],
)
def test_a_path_that_holds_no_model(sagepilot, wish, files, name, kind, said):
    source = {"kind": "local", "uri": f"{files}/{name}"}
    ran = sagepilot("plan", "--json", stdin=json.dumps(wish(model_source=source)))
    assert said in refused(ran, kind)["message"]


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("s3://no-such-bucket-anywhere/model.tar.gz", "NotFoundError"),
        ("s3://bucket", "InvalidInputError"),
        ("s3://bucket/folder/", "InvalidInputError"),
        ("s3://Not_A_Bucket/model.tar.gz", "InvalidInputError"),
        ("http://example.com/model.tar.gz", "InvalidInputError"),
    ],
)
def test_an_address_in_s3_that_leads_nowhere(sagepilot, wish, uri, kind):
    needs = wish(model_source={"kind": "s3", "uri": uri})
    assert uri in refused(sagepilot("plan", "--json", stdin=json.dumps(needs)), kind)["message"]


def test_a_key_that_is_not_in_the_bucket(sagepilot, wish, deployed):
    bucket = "sagemaker-sagepilot-us-east-1-123456789012"
    needs = wish(model_source={"kind": "s3", "uri": f"s3://{bucket}/none.tar.gz"})
    refused(sagepilot("plan", "--json", stdin=json.dumps(needs)), "NotFoundError")


@pytest.mark.parametrize(
    "changes",
    [
        {"model_source": None},
        {"model_source": {"kind": "registry", "uri": "some-package"}},
        {"model_source": {"kind": "local", "uri": "~nobody-at-all/model.joblib"}},
        {"model_source": {"kind": "moon", "uri": "x"}},
        {"model_source": "sample"},
        {"region": "xx-nowhere-1"},
        {"region": "moon"},
        {"endpoint_name": "bad_name!"},
        {"endpoint_name": "-a"},
        {"sample_path": "/nowhere.json"},
        {"no_such_field": 1},
        {"peak_requests_per_second": -5},
        {"request_payload_bytes": 10**30},
        {"latency_p95_ms": "fast"},
        {"latency_p95_ms": True},
        {"traffic_pattern": "zigzag"},
        {"text": 5},
        {"text": "hello \ud800"},
    ],
    ids=str,
)
def test_a_field_that_cannot_be_used(sagepilot, wish, changes):
    ran = sagepilot("plan", "--json", stdin=json.dumps(wish(**changes)))
    refused(ran, "InvalidInputError")


@pytest.mark.parametrize(
    "text",
    ['{"latency_p95_ms": NaN}', '{"latency_p95_ms": -Infinity}', '{"latency_p95_ms": 1e400}',
     '{"budget_usd_per_month": NaN}', '{"idle_share": 7}', '{"model_count": 0}',
     '{"request_payload_bytes": 1' + "0" * 6000 + "}", '{"a":' * 3000, "{", '{"a": 1} trailing',
     "", "   \n", "[[1]]", '{"latency_p95_ms": 50, "latency_p95_ms": -1}'],
    ids=lambda text: text[:30],
)  # fmt: skip
@pytest.mark.parametrize("command", ["recommend", "plan"])
def test_numbers_and_json_beyond_reason(sagepilot, command, text):
    refused(sagepilot(command, "--json", stdin=text), "InvalidInputError")


@pytest.mark.parametrize("command", ["recommend", "plan"])
def test_bytes_that_are_no_text(sagepilot, command, tmp_path):
    refused(sagepilot(command, "--json", stdin=b"\xff\xfe\x80"), "InvalidInputError")
    file = tmp_path / "needs.json"
    file.write_bytes(b"\xff\xfe\x80")
    refused(sagepilot(command, str(file), "--json"), "InvalidInputError")
    for name in (tmp_path, "/nowhere.json", "a\0b"):
        refused(sagepilot(command, str(name), "--json"), "InvalidInputError")


def test_needs_that_contradict_each_other_name_the_reasons(sagepilot, wish):
    needs = wish(request_payload_bytes=900_000_000, latency_p95_ms=100)
    told = refused(sagepilot("plan", "--json", stdin=json.dumps(needs)), "InvalidInputError")
    assert "900 MB" in told["message"]
    assert "asynchronous" in told["remedy"]
    recommended = sagepilot("recommend", "--json", stdin=json.dumps(needs)).json()
    assert recommended["inference_option"] == "none"
    assert recommended["conflicts"]


def test_a_region_of_the_environment_or_the_option_must_exist(sagepilot, wish):
    from tests.integration.faces.command_line import CommandLine

    there = CommandLine(sagepilot.home, SAGEPILOT_REGION="xx-nowhere-1")
    for ran in (
        there("endpoints", "--json"),
        there("recommend", "--json", stdin="{}"),
        sagepilot("plan", "--region", "moon", "--json", stdin=json.dumps(wish())),
    ):
        assert "region" in refused(ran, "InvalidInputError")["message"]


def test_a_name_in_use(sagepilot, wish, deployed):
    needs = wish(endpoint_name=deployed["endpoint_name"])
    told = refused(sagepilot("plan", "--json", stdin=json.dumps(needs)), "NameInUseError")
    assert deployed["endpoint_name"] in told["message"]


def test_a_very_long_sentence_is_read_or_refused_but_never_breaks(sagepilot):
    assert sagepilot("recommend", "--json", stdin="word " * 40_000).status in {0, 1}


def test_the_conversation_refuses_and_goes_on(sagepilot, files):
    said = [
        f"deploy {files}/nowhere.joblib, p95 50 ms, 20 requests a second, 2 KB; go ahead",
        "-5 requests a second",
        "x" * 100_000,
        "\u0000\u202e",
        "deploy it to the region xx-nowhere-1",
        "hello",
    ]
    stdin = "".join(json.dumps({"say": text}) + "\n" for text in said)
    ran = sagepilot("chat", "--jsonl", "--thread", "bad-input", stdin=stdin)
    events = ran.lines()
    assert ran.status == 0
    assert sum(event["event"] == "turn_finished" for event in events) == len(said)
    assert not [e for e in events if e["event"] == "failed" and e["type"] == "InternalError"]
    last = [event["values"] for event in events if event["event"] == "requirements"][-1]
    assert last.get("peak_requests_per_second", 20) > 0
    assert "region" not in last
    assert not [event for event in events if event["event"] == "plan"]
