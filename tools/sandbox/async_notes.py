"""The SNS messages about asynchronous invocations.

Shape: developer guide, async-inference-check-predictions.
"""

import json
from datetime import datetime
from typing import Any

from tools.sandbox.facts import limit
from tools.sandbox.hosting_state import AsyncRequest
from tools.sandbox.moto_bridge import MotoBridge
from tools.sandbox.process import WorkerResponse
from tools.sandbox.wire import AwsError


class Notes:
    """Publishes what became of one invocation, if the config names topics."""

    def __init__(self, bridge: MotoBridge, queued: AsyncRequest, config: dict[str, Any]) -> None:
        """Take the config's NotificationConfig."""
        self._bridge = bridge
        self._queued = queued
        self._config = config

    def _message(self, at: datetime, status: str) -> dict[str, Any]:
        queued = self._queued
        parameters = {"endpointName": queued.endpoint_name}
        if queued.content_type:
            parameters["contentType"] = queued.content_type
        if queued.input_location:
            parameters["inputLocation"] = queued.input_location
        return {
            "awsRegion": queued.region,
            "eventTime": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "receivedTime": queued.received_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "invocationStatus": status,
            "requestParameters": parameters,
            "inferenceId": queued.inference_id,
            "eventVersion": "1.0",
            "eventSource": "aws:sagemaker",
            "eventName": "InferenceResult",
        }

    def succeeded(self, at: datetime, response: WorkerResponse) -> bool:
        """Publish to the success topic, with the response when it is wanted and small enough.

        Returns:
            False when there is a topic that could not be published to.
        """
        message = self._message(at, "Completed")
        parameters: dict[str, Any] = {"outputLocation": self._queued.output_location}
        if response.content_type:
            parameters["contentType"] = response.content_type
        wanted = "SUCCESS_NOTIFICATION_TOPIC" in self._config.get("IncludeInferenceResponseIn", [])
        if wanted and len(response.body) <= limit("async_sns_inline_response_max") * 1024:
            content = response.body.decode("utf-8", "replace")
            parameters["responseBody"] = {"content": content, "encoding": "UTF-8"}
        message["responseParameters"] = parameters
        return self._publish("SuccessTopic", message, "Amazon SageMaker inference result")

    def failed(self, at: datetime, text: str) -> bool:
        """Publish to the error topic; returns as `succeeded`."""
        message = self._message(at, "Failed") | {"failureReason": text}
        return self._publish("ErrorTopic", message, "Amazon SageMaker inference failure")

    def _publish(self, topic_member: str, message: dict[str, Any], subject: str) -> bool:
        topic = self._config.get(topic_member)
        try:
            if topic:
                self._bridge.publish(topic, json.dumps(message), subject)
        except AwsError:
            return False
        return True
