"""From requirements to results in S3: planned, approved, scored, counted, undone."""

import json

import pytest

from tests.integration.deployment.conftest import deployed
from tools.errors import (
    DeploymentFailedError,
    InvalidInputError,
    NameInUseError,
    NotFoundError,
    PlanOutdatedError,
)
from tools.planners.removal import plan_undo
from tools.requirements import merge


def s3(app):
    return app.place.clients("us-east-1").client("s3")


def results(app, uri):
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    found = s3(app).list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/").get("Contents", [])
    return {
        one["Key"].removeprefix(f"{prefix}/"): s3(app)
        .get_object(Bucket=bucket, Key=one["Key"])["Body"]
        .read()
        .decode()
        for one in found
    }


def put(app, bucket, **files):
    if not app.place.clients("us-east-1").exists("s3.head_bucket", {"Bucket": bucket}):
        s3(app).create_bucket(Bucket=bucket)
    for name, body in files.items():
        s3(app).put_object(Bucket=bucket, Key=name.replace("__", "/"), Body=body)


def test_a_local_file_is_scored_as_the_model_itself_scores_it(app, wanted, expected):
    plan = app.place.plan(wanted)
    assert plan.kind == "transform"
    assert plan.cost_usd_per_month > 0
    assert plan.cost_if_forgotten_usd_per_month == 0
    assert any("This plan is one run" in text for text in plan.warnings)
    made, progress = deployed(app, plan)
    assert made.status == "deployed"
    assert made.verification.ok, made.verification.detail
    told = made.outputs
    assert (told.objects, told.input_objects) == (1, 1)
    assert told.records == told.input_records == len(expected)
    assert told.uri == plan.transform.output_uri
    assert told.duration_s > 0
    assert told.cost_usd > 0
    (body,) = results(app, told.uri).values()
    assert [int(float(line)) for line in body.splitlines()] == expected
    assert {"InProgress", "Completed"} <= {step.detail for step in progress}
    again, _ = deployed(app, plan)
    assert again == made


def test_undo_leaves_nothing_but_the_results(app, wanted, expected):
    plan = app.place.plan(merge(wanted, {"endpoint_name": "score-and-go"}))
    made, _ = deployed(app, plan)
    undo = plan_undo(made.deployment_id, app.place.removal(plan.region))
    assert "sagemaker.stop_transform_job" not in {step.operation for step in undo.steps}
    assert any(plan.transform.output_uri in text for text in undo.warnings)
    gone, _ = deployed(app, undo)
    assert gone.status == "undone"
    clients = app.place.clients(plan.region)
    for step in plan.steps:
        match step.operation:
            case "sagemaker.create_model":
                name = {"ModelName": step.parameters["ModelName"]}
                assert not clients.exists("sagemaker.describe_model", name)
            case "iam.create_role":
                name = {"RoleName": step.parameters["RoleName"]}
                assert not clients.exists("iam.get_role", name)
            case "s3.put_object":
                place = {key: step.parameters[key] for key in ("Bucket", "Key")}
                assert not clients.exists("s3.head_object", place)
    (body,) = results(app, made.outputs.uri).values()
    assert len(body.splitlines()) == len(expected)
    with pytest.raises(NotFoundError):
        plan_undo(made.deployment_id, app.place.removal(plan.region))


def test_data_in_s3_is_scored_where_it_lies(app, wanted, sample, expected):
    rows = sample.rows_csv.read_text().splitlines()
    first, second = rows[:10], rows[10:]
    put(app, "nightly", data__a="\n".join(first), data__more__b="\n".join(second) + "\n")
    places = {"input_uri": "s3://nightly/data", "output_uri": "s3://nightly-scores/today"}
    with pytest.raises(NotFoundError, match="no bucket nightly-scores"):
        app.place.plan(merge(wanted, places))
    put(app, "nightly-scores")
    plan = app.place.plan(merge(wanted, places))
    assert not plan.transform.uploads
    made, _ = deployed(app, plan)
    assert made.verification.ok, made.verification.detail
    found = results(app, "s3://nightly-scores/today")
    assert sorted(found) == ["data/a.out", "data/more/b.out"]
    labels = [int(float(line)) for name in sorted(found) for line in found[name].splitlines()]
    assert labels == expected


def test_a_header_is_left_out_of_the_upload_and_told(app, wanted, sample, expected, tmp_path):
    rows = sample.rows_csv.read_text()
    columns = len(rows.splitlines()[0].split(","))
    header = ",".join(f"feature_{number}" for number in range(columns))
    file = tmp_path / "rows.csv"
    file.write_text(f"{header}\n{rows}")
    plan = app.place.plan(merge(wanted, {"input_uri": str(file)}))
    assert any("header" in text for text in plan.warnings)
    made, _ = deployed(app, plan)
    assert made.outputs.records == len(expected)


def test_json_lines_go_one_by_one(app, wanted, sample, expected, tmp_path):
    rows = json.loads(sample.rows_json.read_text())[:5]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(json.dumps([row]) for row in rows))
    plan = app.place.plan(merge(wanted, {"input_uri": str(file)}))
    assert plan.transform.batch_strategy == "SingleRecord"
    made, _ = deployed(app, plan)
    assert made.verification.ok, made.verification.detail
    (body,) = results(app, made.outputs.uri).values()
    assert [json.loads(line)[0] for line in body.splitlines()] == expected[:5]


def test_rows_for_an_onnx_model_are_uploaded_in_its_images_own_form(
    app, wanted, onnx_model, tmp_path
):
    import onnxruntime
    from sklearn.datasets import load_iris

    rows = load_iris(return_X_y=True)[0].astype("float32")[::15]
    session = onnxruntime.InferenceSession(str(onnx_model))
    own = session.run(None, {session.get_inputs()[0].name: rows})[0].tolist()
    file = tmp_path / "iris.csv"
    file.write_text("\n".join(",".join(map(str, row)) for row in rows.tolist()))
    source = {"kind": "local", "uri": str(onnx_model)}
    plan = app.place.plan(merge(wanted, {"model_source": source, "input_uri": str(file)}))
    assert any("Triton" in text for text in plan.warnings)
    made, _ = deployed(app, plan)
    assert made.verification.ok, made.verification.detail
    (body,) = results(app, made.outputs.uri).values()
    answers = [json.loads(line)["outputs"] for line in body.splitlines()]
    assert [one[0]["data"][0] for one in answers] == own
    put(app, "onnx-rows", rows=file.read_text())
    with pytest.raises(InvalidInputError, match="CHK-416"):
        app.place.plan(merge(wanted, {"model_source": source, "input_uri": "s3://onnx-rows/rows"}))


def test_a_bad_record_fails_and_the_message_says_which(app, wanted, sample, tmp_path):
    rows = sample.rows_csv.read_text().splitlines()
    width = len(rows[0].split(","))
    (tmp_path / "good.csv").write_text("\n".join(rows[:3]))
    (tmp_path / "worse.csv").write_text("\n".join([rows[0], ",".join(["oops"] * width)]))
    plan = app.place.plan(merge(wanted, {"input_uri": str(tmp_path)}))
    with pytest.raises(DeploymentFailedError) as failed:
        deployed(app, plan)
    assert "worse.csv" in failed.value.message
    assert "Everything that had been made was removed again" in failed.value.message
    assert "/aws/sagemaker/TransformJobs" in failed.value.remedy
    assert list(results(app, plan.transform.output_uri)) == ["good.csv.out"]
    model = {"ModelName": plan.transform.name}
    assert not app.place.clients(plan.region).exists("sagemaker.describe_model", model)


def test_nothing_is_planned_without_data(app, wanted, tmp_path):
    for changes, error, words in (
        ({"input_uri": None}, InvalidInputError, "not known yet"),
        ({"input_uri": "s3://nobody-has-this/in"}, NotFoundError, "no bucket"),
        ({"input_uri": str(tmp_path / "missing.csv")}, NotFoundError, "no data"),
    ):
        with pytest.raises(error, match=words):
            app.place.plan(merge(wanted, changes))
    narrow = tmp_path / "narrow.csv"
    narrow.write_text("1,2\n3,4\n")
    with pytest.raises(InvalidInputError, match="2 columns"):
        app.place.plan(merge(wanted, {"input_uri": str(narrow)}))


def test_results_among_the_input_are_refused_with_the_rule(app, wanted, sample):
    put(app, "among", data__rows=sample.rows_csv.read_text())
    places = {"input_uri": "s3://among/data", "output_uri": "s3://among/data/results"}
    with pytest.raises(InvalidInputError, match="CHK-409"):
        app.place.plan(merge(wanted, places))


def test_a_named_option_plans_a_job_whatever_the_rules_prefer(app, wanted, expected):
    named = merge(wanted, {"traffic_pattern": None, "inference_option": "batch-transform"})
    plan = app.place.plan(named)
    assert plan.inference_option == "batch-transform"
    assert not any("This plan is one run" in text for text in plan.warnings)


def test_the_same_wish_twice_has_two_digests_and_a_job_name_serves_once(app, wanted):
    named = merge(wanted, {"endpoint_name": "once-only"})
    one, other = app.place.plan(named), app.place.plan(named)
    assert one.digest != other.digest
    deployed(app, one)
    with pytest.raises(PlanOutdatedError, match="taken"):
        deployed(app, other)
    with pytest.raises(NameInUseError, match="serves once"):
        app.place.plan(named)
