"""A template that was rendered is read back as the specification that it was made from."""

import copy
import json

import pytest
from hypothesis import given, settings

from tests.unit.renderers.sharing_specs import sharing_specs
from tests.unit.renderers.specs import ACCOUNT, REGION, one, specs
from tools.endpoint import AlarmSpec, EndpointSpec, InferenceOption, ModelSpec, ProductionVariant
from tools.errors import InvalidInputError
from tools.importing import spec_of_template
from tools.planners.cloudformation import template_for


def without_uploads(spec: EndpointSpec) -> EndpointSpec:
    """The specification once its archives lie in S3."""

    def in_s3(served: ModelSpec) -> ModelSpec:
        several = served.multi_model and served.multi_model.model_copy(update={"models": ()})
        kept = {"archive_sha256": None, "archive_size_bytes": 0, "multi_model": several}
        return served.model_copy(update=kept)

    def there(variant: ProductionVariant) -> ProductionVariant:
        own = variant.sagemaker_model
        hosted = tuple(
            one.model_copy(update={"sagemaker_model": in_s3(one.sagemaker_model)})
            for one in variant.components
        )
        return variant.model_copy(
            update={"sagemaker_model": own and in_s3(own), "components": hosted}
        )

    return spec.model_copy(
        update={
            "variants": tuple(map(there, spec.variants)),
            "shadow": there(spec.shadow) if spec.shadow else None,
        }
    )


@settings(max_examples=100, deadline=None)
@given(specs() | sharing_specs())
def test_a_rendered_template_is_its_specification(spec: EndpointSpec) -> None:
    found = spec_of_template(template_for(spec, ACCOUNT).text(), region=REGION, account=ACCOUNT)
    wanted = without_uploads(spec).model_copy(update={"suffix": found.spec.suffix})
    assert found.spec == wanted
    assert found.notes == ()


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nResources: {}\n"


@pytest.mark.parametrize(
    "text", ["", "[]", "Resources: {}", BOMB, "!!python/object:os.system {}", "a: !If {b: c}", "{"]
)
def test_what_is_no_template_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        spec_of_template(text, region=REGION, account=ACCOUNT)
    assert "--render cloudformation" in refused.value.remedy


@settings(max_examples=20, deadline=None)
@given(specs())
def test_alarms_are_read_back(spec: EndpointSpec) -> None:
    alarms = AlarmSpec(latency_p95_ms=50, topic_arn=f"arn:aws:sns:{REGION}:{ACCOUNT}:told")
    watched = spec.model_copy(update={"alarms": alarms})
    text = template_for(watched, ACCOUNT).text()
    found = spec_of_template(text, region=REGION, account=ACCOUNT)
    assert found.spec.alarms == alarms
    assert found.notes == ()


def test_what_a_specification_does_not_say_is_told() -> None:
    spec = one(specs(InferenceOption.REAL_TIME), lambda found: not found.variants[0].scaling)
    document = copy.deepcopy(template_for(spec, ACCOUNT).document)
    config = document["Resources"]["EndpointConfig"]["Properties"]
    config["ExplainerConfig"] = {}
    config["ProductionVariants"][0]["CoreDumpConfig"] = {}
    found = spec_of_template(json.dumps(document), region=REGION, account=ACCOUNT)
    assert [note.split()[0] for note in found.notes] == ["ExplainerConfig", "CoreDumpConfig"]
