"""Which words ask for the plan as code, and which only name a tool."""

import pytest

from assistant.offline.code_talk import wanted


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("give me the Terraform", "terraform"),
        ("Can you export this as terraform please?", "terraform"),
        ("terraform?", "terraform"),
        ("the notebook please", "notebook"),
        ("cho tôi mã Terraform", "terraform"),
        ("show me the CloudFormation template", "cloudformation"),
        ("cho tôi xem template CloudFormation", "cloudformation"),
        ("print the cfn", "cloudformation"),
        ("as a Python script", "python"),
        ("in Python", "python"),
        ("can I have the notebook?", "notebook"),
        ("I want the Terraform for this", "terraform"),
        ("I want it as a python script", "python"),
        ("xuất ra script Python", "python"),
        ("viết thành mã Python giúp tôi", "python"),
        ("Give me the boto3 code", "python"),
        ("show it as a Jupyter notebook", "notebook"),
        ("cho tôi notebook", "notebook"),
        ("dưới dạng sổ tay Jupyter", "notebook"),
        ("give me a python script with the sagemaker sdk", "python-sdk"),
        ("I'd like the SDK script", "python-sdk"),
        ("show me the ModelBuilder code", "python-sdk"),
        ("write a GitHub Actions workflow for it", "workflow"),
        ("tạo workflow GitHub Actions", "workflow"),
        ("now the terraform version", "terraform"),
    ],
)
def test_a_wish_for_code_names_its_language(said: str, language: str) -> None:
    assert wanted(said) == language


@pytest.mark.parametrize(
    "said",
    [
        "deploy it with CloudFormation",
        "use CloudFormation",
        "I want to deploy it using CloudFormation",
        "Please deploy my PyTorch model through the Python SDK",
        "what is Terraform?",
        "CloudFormation là gì?",
        "should I use Terraform or CloudFormation?",
        "how does the notebook differ",
        "triển khai bằng CloudFormation",
        "my model is a python pickle of 40 MB",
        "it runs in a notebook today",
        "I have a Python model in a notebook",
        "I need a Python model deployed",
        "I want a CloudFormation deployment",
        "my inference script is in S3",
        "we run it in a notebook instance",
        "show me my endpoints",
        "give me the cheapest option",
        "",
    ],
)
def test_what_only_names_a_tool_asks_for_no_code(said: str) -> None:
    assert wanted(said) is None
