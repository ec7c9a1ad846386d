"""The deployment configuration that JumpStart takes when none is named; pure.

A specification may hold several ("lmi", "tgi", ...), each a list of components laid over the base
fields. The SDK takes the first of the ranking "overall", else the first by name, and lays its
components on in order (sagemaker-core 2.27.0 `jumpstart/types.py`, `deep_override_dict`).
"""

from typing import Any

#: What a component may not change (`JumpStartConfigComponent.OVERRIDING_DENY_LIST`).
_FIXED = frozenset(
    {
        "model_id", "url", "version", "min_sdk_version", "deprecated", "deprecated_message",
        "deprecate_warn_message", "resource_name_base", "gated_bucket", "training_supported",
        "incremental_training_supported", "component_name",
    }
)  # fmt: skip


def with_top_configuration(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a specification with its first-ranked configuration laid on.

    Raises:
        KeyError: It names a configuration or component that it does not hold.
    """
    configurations = spec.get("inference_configs") or {}
    if not configurations:
        return spec
    rankings = (spec.get("inference_config_rankings") or {}).get("overall") or {}
    ranked = rankings.get("rankings") or sorted(configurations)
    resolved = dict(spec)
    for name in configurations[ranked[0]].get("component_names") or ():
        component = spec["inference_config_components"][name]
        changes = {key: value for key, value in component.items() if key not in _FIXED}
        resolved = _laid_over(resolved, changes)
    return resolved


def _laid_over(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        before = merged.get(key)
        both = isinstance(value, dict) and isinstance(before, dict)
        merged[key] = _laid_over(before or {}, value) if both else value
    return merged
