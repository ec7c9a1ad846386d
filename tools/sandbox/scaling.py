"""Application Auto Scaling for SageMaker variants: validated and stored as AWS does.

What moves capacity is in `scaling_engine.py`. Error codes and checks: `auto-scaling` pages of the
developer guide and the service model of `application-autoscaling`; the wording of messages that no
public source shows is ours.
"""

import re
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from tools.sandbox.hosting_state import (
    Endpoint,
    HostingState,
    InferenceComponent,
    ScalableTarget,
    ScalingPolicy,
    ScheduledAction,
    Variant,
)
from tools.sandbox.scaling_engine import ScalingEngine
from tools.sandbox.scaling_policies import Alarms, check_configuration
from tools.sandbox.scaling_rules import (
    COPY_COUNT,
    INSTANCE_COUNT,
    PROVISIONED_CONCURRENCY,
    action_definition,
    check_action,
    check_capacity,
    check_order,
    describe_policy,
    describe_target,
    key,
    policy_arn,
)
from tools.sandbox.scaling_tags import ScalingTags
from tools.sandbox.service import Call, Operation, page
from tools.sandbox.tagging import drop_tags
from tools.sandbox.wire import ACCOUNT, AwsError, validation_exception

_RESOURCE = re.compile(r"endpoint/(?P<endpoint>[^/]+)/variant/(?P<variant>[^/]+)")
_COMPONENT = re.compile(r"inference-component/(?P<name>[^/]+)")
_UNSUPPORTED = "Unsupported service namespace, resource type or scalable dimension"
_SUSPENDABLE = (
    "DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended",
)  # fmt: skip
_MAX_POLICIES = 50

S = TypeVar("S", ScalableTarget, ScalingPolicy, ScheduledAction)


def _not_found(what: str, call: Call) -> AwsError:
    params = call.params
    return AwsError(
        "ObjectNotFoundException",
        f"No {what} found for service namespace: {params['ServiceNamespace']}, resource ID: "
        f"{params['ResourceId']}, scalable dimension: {params['ScalableDimension']}",
    )


class Scaling:
    """The operations on scalable targets, policies and scheduled actions."""

    def __init__(
        self,
        state: HostingState,
        alarms: Alarms,
        engine: ScalingEngine,
        suffix: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        """Take `suffix`: makes the unique part of an ARN."""
        self._state = state
        self._engine = engine
        self._alarms = alarms
        self._suffix = suffix
        self._tags = ScalingTags(state)

    def restore_alarms(self) -> None:
        """After a restart: bring the alarms of stored target-tracking policies back."""
        for policy in self._state.all(ScalingPolicy):
            name = f"{policy.resource_id}|{policy.dimension}"
            target = self._state.get(ScalableTarget, policy.region, name)
            if target is not None and policy.alarms:
                self._alarms.restore(
                    policy.region, target, policy.arn, policy.configuration, policy.alarms
                )

    def operations(self) -> dict[str, Operation]:
        """The operations by AWS's name."""
        return {
            "RegisterScalableTarget": self.register,
            "DescribeScalableTargets": self.describe_targets,
            "DeregisterScalableTarget": self.deregister,
            "PutScalingPolicy": self.put_policy,
            "DescribeScalingPolicies": self.describe_policies,
            "DeleteScalingPolicy": self.delete_policy,
            "PutScheduledAction": self.put_action,
            "DescribeScheduledActions": self.describe_actions,
            "DeleteScheduledAction": self.delete_action,
            "DescribeScalingActivities": self.describe_activities,
            **self._tags.operations(),
        }

    # --- what hosting asks
    def scaled_variants(self, region: str, endpoint_name: str) -> set[str]:
        """Names of an endpoint's variants that are registered."""
        prefix = f"endpoint/{endpoint_name}/variant/"
        return {
            target.resource_id.removeprefix(prefix)
            for target in self._state.all(ScalableTarget, region)
            if target.resource_id.startswith(prefix)
        }

    def deregister_endpoint(self, region: str, endpoint_name: str) -> None:
        """Forget every target of an endpoint that is being deleted."""
        prefix = f"endpoint/{endpoint_name}/variant/"
        for target in self._state.all(ScalableTarget, region):
            if target.resource_id.startswith(prefix):
                self._forget(target)

    def deregister_component(self, region: str, name: str) -> None:
        """Forget the target of an inference component that is being deleted."""
        for target in self._state.all(ScalableTarget, region):
            if target.resource_id == f"inference-component/{name}":
                self._forget(target)

    # --- targets
    def register(self, call: Call) -> dict[str, Any]:
        """RegisterScalableTarget: makes a target, or changes its limits."""
        params = call.params
        name = key(params)
        with self._state.lock:
            held = self._state.get(ScalableTarget, call.region, name)
            if held is None and not {"MinCapacity", "MaxCapacity"} <= params.keys():
                raise validation_exception(
                    "MinCapacity and MaxCapacity must be specified when registering a new scalable "
                    "target."
                )
            low = params.get("MinCapacity", held.min_capacity if held else 0)
            high = params.get("MaxCapacity", held.max_capacity if held else 0)
            self._check_resource(call, low, high)
            suspended = dict(held.suspended if held else dict.fromkeys(_SUSPENDABLE, False))
            target = ScalableTarget(
                region=call.region, name=name,
                arn=held.arn if held else self._arn(call.region, "scalable-target"),
                created_at=held.created_at if held else call.at,
                resource_id=params["ResourceId"], dimension=params["ScalableDimension"],
                min_capacity=low, max_capacity=high,
                suspended=suspended | params.get("SuspendedState", {}),
            )  # fmt: skip
            self._state.save(target)
            if params.get("Tags"):
                self._tags.keep(call.region, target.arn, params["Tags"])
            self._engine.limits_changed(target)
        return {"ScalableTargetARN": target.arn}

    def _check_resource(self, call: Call, low: int, high: int) -> None:
        params = call.params
        component = _COMPONENT.fullmatch(params["ResourceId"])
        if params["ServiceNamespace"] == "sagemaker" and component is not None:
            if params["ScalableDimension"] == COPY_COUNT:
                self._check_component(call, component["name"])
                check_order(low, high)
                return
        else:
            check_capacity(params["ScalableDimension"], self._require_variant(call), low, high)
            return
        raise validation_exception(_UNSUPPORTED)

    def _check_component(self, call: Call, name: str) -> None:
        found = self._state.get(InferenceComponent, call.region, name)
        if found is None:
            raise validation_exception(
                f'Could not find inference component "{name}" for {call.params["ResourceId"]}.'
            )
        if found.status != "InService":
            raise validation_exception(
                f'Inference component "{name}" is {found.status}; it must be InService.'
            )

    def _require_variant(self, call: Call) -> Variant:
        params = call.params
        match = _RESOURCE.fullmatch(params["ResourceId"])
        dimensions = (INSTANCE_COUNT, PROVISIONED_CONCURRENCY)
        if (
            params["ServiceNamespace"] != "sagemaker"
            or match is None
            or params["ScalableDimension"] not in dimensions
        ):
            raise validation_exception(_UNSUPPORTED)
        endpoint = self._state.get(Endpoint, call.region, match["endpoint"])
        live = endpoint.live if endpoint else None
        variant = live.variant(match["variant"]) if live else None
        if endpoint is None:
            raise validation_exception(
                f'Could not find endpoint "{match["endpoint"]}" for {params["ResourceId"]}.'
            )
        if endpoint.status != "InService" or live is None:
            raise validation_exception(
                f'Endpoint "{endpoint.name}" is {endpoint.status}; it must be InService.'
            )
        if variant is None:
            raise validation_exception(
                f'The variant name(s) "{match["variant"]}" is/are not present within endpoint '
                f'"{endpoint.name}".'
            )
        return variant

    def describe_targets(self, call: Call) -> dict[str, Any]:
        """DescribeScalableTargets."""
        wanted = call.params.get("ResourceIds")
        found = [
            describe_target(target)
            for target in self._of_dimension(ScalableTarget, call)
            if wanted is None or target.resource_id in wanted
        ]
        items, rest = page(found, call.params, default_size=50)
        return {"ScalableTargets": items} | rest

    def deregister(self, call: Call) -> dict[str, Any]:
        """DeregisterScalableTarget: its policies and scheduled actions go with it."""
        self._forget(self._require_target(call))
        return {}

    def _require_target(self, call: Call) -> ScalableTarget:
        target = self._state.get(ScalableTarget, call.region, key(call.params))
        if target is None:
            params = call.params
            raise AwsError(
                "ObjectNotFoundException",
                "No scalable target registered for service namespace: "
                f"{params['ServiceNamespace']}, resource ID: {params['ResourceId']}, "
                f"scalable dimension: {params['ScalableDimension']}",
            )
        return target

    def _forget(self, target: ScalableTarget) -> None:
        with self._state.lock:
            for policy in self._state.all(ScalingPolicy, target.region):
                if policy.name.startswith(target.name + "|"):
                    self._alarms.delete(policy.region, policy.alarms)
                    self._state.drop(policy)
            for action in self._state.all(ScheduledAction, target.region):
                if action.name.startswith(target.name + "|"):
                    self._state.drop(action)
            drop_tags(self._state, target.region, target.arn)
            self._state.drop(target)

    # --- policies
    def put_policy(self, call: Call) -> dict[str, Any]:
        """PutScalingPolicy: a target-tracking policy brings its two alarms."""
        params = call.params
        with self._state.lock:
            target = self._require_target(call)
            name = f"{target.name}|{params['PolicyName']}"
            held = self._state.get(ScalingPolicy, call.region, name)
            kind, configuration = check_configuration(params, held.policy_type if held else None)
            others = [p for p in self._of_target(ScalingPolicy, target) if p.name != name]
            if len(others) >= _MAX_POLICIES:
                raise AwsError("LimitExceededException", "Exceeded the policies per target.")
            if held is not None:
                self._alarms.delete(call.region, held.alarms)
            arn = held.arn if held else policy_arn(call.region, target, params, self._suffix())
            alarms = self._alarms.put(call.region, target, arn, kind, configuration)
            self._state.save(
                ScalingPolicy(
                    region=call.region, name=name, arn=arn,
                    created_at=held.created_at if held else call.at,
                    resource_id=target.resource_id, dimension=target.dimension,
                    policy_name=params["PolicyName"], policy_type=kind,
                    configuration=configuration, alarms=alarms,
                )
            )  # fmt: skip
        return {"PolicyARN": arn, "Alarms": list(alarms)}

    def describe_policies(self, call: Call) -> dict[str, Any]:
        """DescribeScalingPolicies."""
        names = call.params.get("PolicyNames")
        found = [
            describe_policy(policy)
            for policy in self._of_dimension(ScalingPolicy, call)
            if (names is None or policy.policy_name in names)
            and call.params.get("ResourceId") in (None, policy.resource_id)
        ]
        items, rest = page(found, call.params, default_size=10)
        return {"ScalingPolicies": items} | rest

    def delete_policy(self, call: Call) -> dict[str, Any]:
        """DeleteScalingPolicy."""
        name = f"{key(call.params)}|{call.params['PolicyName']}"
        with self._state.lock:
            policy = self._state.get(ScalingPolicy, call.region, name)
            if policy is None:
                raise _not_found("scaling policy", call)
            self._alarms.delete(call.region, policy.alarms)
            self._state.drop(policy)
        return {}

    # --- scheduled actions
    def put_action(self, call: Call) -> dict[str, Any]:
        """PutScheduledAction."""
        params = call.params
        with self._state.lock:
            target = self._require_target(call)
            name = f"{target.name}|{params['ScheduledActionName']}"
            held = self._state.get(ScheduledAction, call.region, name)
            definition = dict(held.definition if held else {}) | action_definition(params)
            check_action(definition)
            arn = held.arn if held else self._arn(call.region, "scheduledAction")
            self._state.save(
                ScheduledAction(
                    region=call.region, name=name, arn=arn,
                    created_at=held.created_at if held else call.at,
                    resource_id=target.resource_id, dimension=target.dimension,
                    action_name=params["ScheduledActionName"], definition=definition,
                    checked_at=call.at,
                )
            )  # fmt: skip
        return {}

    def describe_actions(self, call: Call) -> dict[str, Any]:
        """DescribeScheduledActions."""
        names = call.params.get("ScheduledActionNames")
        found = [
            {
                "ScheduledActionName": action.action_name,
                "ScheduledActionARN": action.arn,
                "ServiceNamespace": "sagemaker",
                "ResourceId": action.resource_id,
                "ScalableDimension": action.dimension,
                "CreationTime": action.created_at,
                **action.definition,
            }
            for action in self._of_dimension(ScheduledAction, call)
            if (names is None or action.action_name in names)
            and call.params.get("ResourceId") in (None, action.resource_id)
        ]
        items, rest = page(found, call.params, default_size=50)
        return {"ScheduledActions": items} | rest

    def delete_action(self, call: Call) -> dict[str, Any]:
        """DeleteScheduledAction."""
        name = f"{key(call.params)}|{call.params['ScheduledActionName']}"
        action = self._state.get(ScheduledAction, call.region, name)
        if action is None:
            raise _not_found("scheduled action", call)
        self._state.drop(action)
        return {}

    def describe_activities(self, call: Call) -> dict[str, Any]:
        """DescribeScalingActivities, newest first."""
        found = self._engine.activities.listed(call.region, call.params, call.at)
        items, rest = page(found, call.params, default_size=50)
        return {"ScalingActivities": items} | rest

    # --- look-ups
    def _of_dimension(self, kind: type[S], call: Call) -> list[S]:
        if call.params["ServiceNamespace"] != "sagemaker":
            return []
        wanted = call.params.get("ScalableDimension")
        return [r for r in self._state.all(kind, call.region) if wanted in (None, r.dimension)]

    def _of_target(self, kind: type[S], target: ScalableTarget) -> list[S]:
        found = self._state.all(kind, target.region)
        return [resource for resource in found if resource.name.startswith(target.name + "|")]

    def _arn(self, region: str, kind: str) -> str:
        return f"arn:aws:application-autoscaling:{region}:{ACCOUNT}:{kind}/{self._suffix()}"
