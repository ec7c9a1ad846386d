"""Options asked for by name are understood in both languages, and never where they were not."""

import pytest

from assistant.offline.understanding import understand

SNS = "arn:aws:sns:eu-west-1:123456789012:Told"
NEW = {"kind": "local", "uri": "./new_model.joblib"}
COUNT, TYPE, OPTION = "initial_instance_count", "instance_type", "inference_option"
BOUNDS = {"min_capacity": 2, "max_capacity": 8}

ASKED = {
    "deploy it as a serverless endpoint": {OPTION: "serverless"},
    "Serverless.": {OPTION: "serverless"},
    "asynchronous please": {OPTION: "asynchronous"},
    "make it async": {OPTION: "asynchronous"},
    "I want a real-time endpoint": {OPTION: "real-time"},
    "triển khai dạng serverless": {OPTION: "serverless"},
    "trien khai no thanh endpoint bat dong bo nhe": {OPTION: "asynchronous"},
    "dùng endpoint bất đồng bộ": {OPTION: "asynchronous"},
    "run it on two ml.m5.large": {TYPE: "ml.m5.large", COUNT: 2},
    "2 x ml.m5.large please": {TYPE: "ml.m5.large", COUNT: 2},
    "use ml.g5.xlarge": {TYPE: "ml.g5.xlarge"},
    "chạy trên hai máy ml.m5.large": {TYPE: "ml.m5.large", COUNT: 2},
    "between 2 and 8 instances": BOUNDS,
    "từ 2 đến 8 instance": BOUNDS,
    "between 2 and 8 ml.m5.large": {**BOUNDS, TYPE: "ml.m5.large"},
    "with 2 to 8 instances of ml.m5.large": {**BOUNDS, TYPE: "ml.m5.large"},
    "từ 2 đến 8 máy ml.m5.large": {**BOUNDS, TYPE: "ml.m5.large"},
    "no auto scaling": {"auto_scaling": False},
    "with auto scaling": {"auto_scaling": True},
    "không tự động co giãn": {"auto_scaling": False},
    "bat auto scaling": {"auto_scaling": True},
    "scale on CPU at 60 %": {"scaling_metric": "CPUUtilization", "scaling_target_value": 60},
    "scale theo CPU ở mức 60%": {"scaling_metric": "CPUUtilization", "scaling_target_value": 60},
    "scale to zero": {"min_capacity": 0},
    "thu nhỏ về 0": {"min_capacity": 0},
    "keep 3 warm": {"provisioned_concurrency": 3},
    "giữ 3 môi trường ấm": {"provisioned_concurrency": 3},
    "capture 10% of the traffic": {"data_capture_percent": 10},
    "ghi lại 10% lưu lượng": {"data_capture_percent": 10},
    "no data capture": {"data_capture_percent": 0},
    "encrypt with alias/My-Key": {"kms_key_id": "alias/My-Key"},
    "mã hóa bằng alias/Khoa": {"kms_key_id": "alias/Khoa"},
    "in subnets subnet-1, subnet-2 with sg-1": {
        "subnets": ["subnet-1", "subnet-2"], "security_group_ids": ["sg-1"],
    },
    "with network isolation": {"network_isolation": True},
    "cô lập mạng": {"network_isolation": True},
    f"notify {SNS}": {"alarm_topic_arn": SNS},
    f"asynchronous, and notify {SNS}": {"success_topic_arn": SNS, "error_topic_arn": SNS},
    f"send failures to {SNS}": {"error_topic_arn": SNS},
    "send 10% of traffic to ./new_model.joblib": {
        "challenger_share": 0.1, "challenger_source": NEW,
    },
    "gửi 10% lưu lượng sang ./new_model.joblib": {
        "challenger_share": 0.1, "challenger_source": NEW,
    },
    "shadow test ./new_model.joblib": {"shadow_source": NEW},
    "chạy shadow với ./new_model.joblib": {"shadow_source": NEW},
    "compile with Neo": {"compilation": "neo"},
    "biên dịch bằng Neo": {"compilation": "neo"},
    "tag it team=risk and costCentre=42": {"tags": {"team": "risk", "costCentre": "42"}},
    "gắn thẻ team=risk": {"tags": {"team": "risk"}},
    "serverless with 2 GB of memory": {OPTION: "serverless", "memory_size_in_mb": 2048},
}  # fmt: skip

NOT_ASKED = [
    "why not serverless?", "is async cheaper?", "what if it were serverless?",
    "we looked at ml.g5.xlarge but it was too dear", "serverless or real-time, I don't care",
    "I am not sure about serverless", "don't use serverless", "no serverless please",
    "our other team uses async endpoints", "rather real-time than async",
    "My colleague recommended serverless", "does it support auto scaling?",
    "it does not need to scale to zero", "should I use network isolation?",
    "I read about inference components", "we process documents asynchronously today",
    "the app scales between 2 and 8 users", "captures 10% more customers",
    "instance ml.m5.large has 8 GB memory", "tại sao không dùng serverless?",
    "serverless có rẻ hơn không?", "tôi phân vân giữa serverless và bất đồng bộ",
    "do not encrypt with alias/my-key", "how do I tag it team=risk?",
]  # fmt: skip

BESIDE_A_MODEL = {
    "Deploy ./new_model.joblib real time": "real-time",
    "Deploy ./new_model.joblib, real-time": "real-time",
    "Deploy ./new_model.joblib real-time on two ml.m5.large": "real-time",
    "Deploy ./new_model.joblib on eu-central-1, async, encrypt with alias/k": "asynchronous",
    "Deploy my model ./new_model.joblib on AWS, serverless": "serverless",
    "an async endpoint for ./new_model.joblib": "asynchronous",
    "real-time endpoint for ./new_model.joblib, 20 requests a second": "real-time",
    "Triển khai ./new_model.joblib thời gian thực": "real-time",
    "triển khai ./new_model.joblib không đồng bộ": "asynchronous",
    "một endpoint bất đồng bộ cho ./new_model.joblib": "asynchronous",
    "Deploy ./new_model.joblib, real-time predictions for our shop": None,
    "Deploy ./new_model.joblib, serverless or real-time?": None,
    "Deploy ./new_model.joblib, not async": None,
    "Don't deploy ./new_model.joblib async": None,
    "Deploy ./new_model.joblib; our async workers call it": None,
}


@pytest.mark.parametrize("text", BESIDE_A_MODEL)
def test_an_option_beside_the_model_is_asked_for(text):
    facts = {fact.field: fact.value for fact in understand(text).facts}
    assert facts.get(OPTION) == BESIDE_A_MODEL[text]


@pytest.mark.parametrize("text", ASKED)
def test_what_is_asked_for_is_recorded_with_its_own_words(text):
    found = understand(text)
    assert {fact.field: fact.value for fact in found.facts} == ASKED[text]
    assert all(fact.quote and fact.quote in text for fact in found.facts)
    assert found.refused == ()


@pytest.mark.parametrize("text", NOT_ASKED)
def test_what_is_not_asked_for_is_not_recorded(text):
    assert understand(text).facts == ()


@pytest.mark.parametrize(
    "model_id", ["sklearn-classification-linear", "meta-textgeneration-llama-3-8b"]
)
def test_an_id_of_the_catalogue_needs_no_word_beside_it(model_id):
    facts = {f.field: f.value for f in understand(f"Deploy {model_id} as serverless").facts}
    assert facts["model_source"] == {"kind": "jumpstart", "uri": model_id}
    facts = {f.field: f.value for f in understand("Deploy our pytorch-trained-on-gpu model").facts}
    assert "model_source" not in facts


def test_a_second_model_does_not_replace_the_first():
    found = understand("deploy ./old.joblib, with ./new_model.joblib as a shadow")
    facts = {fact.field: fact.value for fact in found.facts}
    assert facts["model_source"] == {"kind": "local", "uri": "./old.joblib"}
    assert facts["shadow_source"] == NEW


def test_what_cannot_be_is_refused_with_a_remedy():
    (refused,) = understand("capture 120% of the traffic").refused
    assert refused.field == "data_capture_percent"
    assert refused.remedy.endswith(".")
