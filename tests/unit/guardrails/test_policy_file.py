"""`policy.toml`: read whole, or refused with the line that is wrong."""

from pathlib import Path

import pytest

from tools.errors import InvalidInputError
from tools.policy import NO_POLICY, find_policy, load_policy
from tools.policy.file import parse_policy

WHOLE = """
[instance_types]
allowed = ["ml.m5.*", "c7i"]
message = "GPUs need the platform team's consent."

[regions]
allowed = ["eu-*"]

[[tags]]
key = "cost-centre"
pattern = "[0-9]{4}"

[[tags]]
key = "team"
values = ["risk", "search"]
environments = ["production"]

[vpc]
required = true
[kms]
required = true
keys = ["alias/hosting"]
[network_isolation]
required = true
[budget]
usd_per_month_per_endpoint = 500
usd_per_month_together = 2000.50
[instances]
max = 4
[approval]
author_may_approve_in_production = false
[images]
registries = ["763104351884"]
[expiry]
required_outside_production = true
within_days = 14
[inference_options]
allowed = ["real-time", "serverless"]
[methods]
allowed = ["cloudformation"]
"""


def test_every_rule_is_read():
    policy = parse_policy(WHOLE)
    assert set(policy.names) == set(type(policy).model_fields)
    assert policy.instance_types.allows("ml.c7i.xlarge")
    assert policy.instance_types.allows("ml.m5.large")
    assert not policy.instance_types.allows("ml.m5d.large")
    assert policy.tags[0].accepts("1234")
    assert not policy.tags[0].accepts("12345")
    assert float(policy.budget.usd_per_month_together) == 2000.5


def test_the_digest_is_the_rules_own():
    assert parse_policy(WHOLE).digest == parse_policy("# the same\n" + WHOLE).digest
    assert parse_policy(WHOLE).digest != NO_POLICY.digest


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[instance_types]\nallowed = ['m5']\n\n[instanec_types]\nallowed = []", "line 4"),
        ("[instances]\nmax = 'many'", "line 2, instances.max"),
        ("[budget]\nusd_per_month = 3", "line 2, budget.usd_per_month: there is no such rule"),
        ("[[tags]]\nkey = 'a'\n[[tags]]\nkey = 'b'\npattern = '('", "line 5"),
        ("[regions\nallowed = 1", "line 1"),
        ("[regions]\nallowed = []", "line 2, regions.allowed"),
        ("[regions]", "regions.allowed"),
        ("[methods]\nallowed = ['terraform']", "line 2"),
        ("[instances]\nmax = 2026-01-01", "is no text"),
        ("vpc = true", "line 1, vpc"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(text, says):
    with pytest.raises(InvalidInputError) as refused:
        parse_policy(text)
    assert says in refused.value.message
    assert "nothing is planned" in refused.value.remedy


def test_a_file_that_is_named_must_be_there(tmp_path):
    with pytest.raises(InvalidInputError, match="is not there"):
        find_policy(tmp_path / "policy.toml", ())


def test_the_first_folder_with_a_policy_counts(tmp_path):
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    assert find_policy(None, (home, here)) is None
    (here / "policy.toml").write_text("[instances]\nmax = 1\n", encoding="utf-8")
    assert load_policy(find_policy(None, (home, here))).instances.max == 1
    (home / "policy.toml").write_text("[instances]\nmax = 2\n", encoding="utf-8")
    assert load_policy(find_policy(None, (home, here))).instances.max == 2


def test_no_file_forbids_nothing():
    assert load_policy(None).names == ()


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "policy.toml").write_bytes(b"\xff\xfe[x]")
    with pytest.raises(InvalidInputError, match="cannot be read"):
        load_policy(tmp_path / "policy.toml")


def test_the_example_in_the_docs_holds_every_rule():
    page = (Path(__file__).parents[3] / "docs" / "policy.md").read_text(encoding="utf-8")
    example = page.split("```toml\n", 1)[1].split("```", 1)[0]
    policy = parse_policy(example)
    assert set(policy.names) == set(type(policy).model_fields)
    with pytest.raises(InvalidInputError) as refused:
        parse_policy("[instances]\nmaximum = 3\n")
    assert page.split("```text\n", 1)[1].split("```", 1)[0].strip() in refused.value.message
