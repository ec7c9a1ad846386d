"""CloudFormation as a whole: what answers its requests."""

from collections.abc import Callable
from datetime import datetime

from tools.sandbox.cloudformation.aws_calls import Answer, AwsCalls
from tools.sandbox.cloudformation.change_sets import ChangeSets
from tools.sandbox.cloudformation.drift import DriftChecks
from tools.sandbox.cloudformation.execution import Execution
from tools.sandbox.cloudformation.query import parse_form, xml_response
from tools.sandbox.cloudformation.reporting import Notify, Reporter
from tools.sandbox.cloudformation.requests import TemplateSource
from tools.sandbox.cloudformation.stack_views import StackViews
from tools.sandbox.cloudformation.stacks import Stacks
from tools.sandbox.cloudformation.store import StackStore
from tools.sandbox.cloudformation.template_operations import TemplateOperations
from tools.sandbox.journal import Journal
from tools.sandbox.service import Call, Operation
from tools.sandbox.validation import check
from tools.sandbox.wire import AwsError, WireRequest, WireResponse, service_model


class CloudFormation:
    """Carries stacks out by calling the sandbox's other services."""

    def __init__(
        self, journal: Journal, answer: Answer, now: Callable[[], datetime], notify: Notify
    ) -> None:
        """Take `answer`: what answers a request of a service, given as a WSGI environment."""
        calls = AwsCalls(answer)
        self._store = StackStore(journal)
        reporter = Reporter(self._store, now, notify)
        self._execution = Execution(self._store, reporter, calls)
        source = TemplateSource(calls)
        stacks = Stacks(self._store, reporter, self._execution, source)
        self._change_sets = ChangeSets(self._store, reporter, stacks, source)
        self._drift = DriftChecks(self._store, calls, now)
        self._operations: dict[str, Operation] = {
            **stacks.operations(),
            **StackViews(self._store).operations(),
            **self._change_sets.operations(),
            **self._drift.operations(),
            **TemplateOperations(self._store, source).operations(),
        }

    def start(self) -> None:
        """Go on with what was under way when the server stopped."""
        self._execution.restore()
        self._change_sets.restore()
        self._drift.restore()

    def close(self) -> None:
        """Stop waiting; what is under way goes on at the next start."""
        self._execution.close()
        self._drift.close()
        self._store.close()

    def answer(self, request: WireRequest) -> WireResponse:
        """Answer a request.

        Raises:
            AwsError: It is refused.
        """
        name = request.operation or ""
        operation = self._operations.get(name)
        if operation is None:
            raise AwsError(
                "UnsupportedOperation",
                f"The sandbox does not serve the operation {name} of cloudformation.",
                501,
            )
        model = service_model("cloudformation").operation_model(name)
        params = parse_form(model.input_shape, request.body)
        try:
            check(model.input_shape, params)
        except AwsError as error:
            raise AwsError("ValidationError", error.message) from error
        output = operation(Call(params, request.region, request.received_at))
        return xml_response(name, model.output_shape, output)
