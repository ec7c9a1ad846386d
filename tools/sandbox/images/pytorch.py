# ruff: noqa: ANN401
# What a user's hooks take and return has no narrower type.
"""The PyTorch image: TorchServe in front of the inference toolkit and its PyTorch defaults.

`code/inference.py` is optional; without its hooks the defaults load TorchScript. The server
listens before the model has loaded, so /ping is 500 until then and for good when it fails.
Source: github.com/aws/sagemaker-pytorch-inference-toolkit (2.0.25: transformer,
default_pytorch_inference_handler, torchserve), github.com/pytorch/serve (ping, job errors).
"""

import importlib
import importlib.util
import inspect
import json
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from tools.sandbox.images import pytorch_hooks
from tools.sandbox.images.packages import Packages
from tools.sandbox.images.requirements_check import check_requirements
from tools.sandbox.images.serving import ContainerExitError, Invocation, Place, Reply, json_reply
from tools.sandbox.images.torchserve_context import Context, as_bytes

_DEFAULT_MAX_BYTES = 6_553_500
_LOAD_WAIT_S = 60.0
_HOOKS = ("model_fn", "input_fn", "predict_fn", "output_fn")
_TRANSFORM_FN_CLASH = (
    "Cannot use transform_fn implementation in conjunction with input_fn, predict_fn, and/or"
    " output_fn implementation"
)
_NO_WORKER = (
    'Model "model" has no worker to serve inference request. Please use scale workers API to add'
    " workers. If this is a sequence inference, please check if it is closed, or expired; or"
    " exceeds maxSequenceJobQueueSize"
)


class PyTorchContainer:
    """One model behind TorchServe."""

    def __init__(
        self,
        place: Place,
        environment: Mapping[str, str],
        packages: Packages,
        *,
        isolated: bool = False,
        unhealthy_status: int = 500,
        allow: Callable[[frozenset[str]], None] = lambda _modules: None,
    ) -> None:
        """Make the container.

        Args:
            place: Where /opt/ml/model is.
            environment: The plan's Environment.
            packages: The image's packages.
            isolated: Whether the plan sets EnableNetworkIsolation.
            unhealthy_status: What /ping answers while no model is loaded; images up to 1.12: 200.
            allow: Makes further top-level modules importable.
        """
        self._place = place
        self._environment = environment
        self._packages = packages
        self._isolated = isolated
        self._unhealthy_status = unhealthy_status
        self._allow = allow
        self._done = threading.Event()
        self._model: Any = None
        self._hooks: dict[str, Callable[..., Any]] | None = None
        self._accept = environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "application/json")
        self.max_body_bytes: int | None = int(
            environment.get("TS_MAX_REQUEST_SIZE", _DEFAULT_MAX_BYTES)
        )
        self._max_answer_bytes = int(environment.get("TS_MAX_RESPONSE_SIZE", _DEFAULT_MAX_BYTES))

    def start(self) -> None:
        """Install requirements.txt, then load the model while the server already listens."""
        requirements = self._place.model_dir / "code" / "requirements.txt"
        if requirements.is_file():
            print("installing packages from requirements.txt...", file=sys.stderr)  # noqa: T201
            outcome = check_requirements(requirements, self._packages, isolated=self._isolated)
            print("\n".join(outcome.lines), file=sys.stderr)  # noqa: T201 - the worker's log
            if outcome.failed:
                print("failed to install required packages, exiting", file=sys.stderr)  # noqa: T201
                raise ContainerExitError("ValueError: failed to install required packages")
            self._allow(outcome.modules)
        for folder in (self._place.model_dir, self._place.model_dir / "code"):
            sys.path.insert(0, str(folder))
        threading.Thread(target=self._load, daemon=True).start()

    def ping(self) -> Reply:
        """Answer Healthy once the model has loaded."""
        healthy = self._done.is_set() and self._hooks is not None
        text = json.dumps({"status": "Healthy" if healthy else "Unhealthy"}, indent=2) + "\n"
        status = 200 if healthy else self._unhealthy_status
        return Reply(status, text.encode(), "application/json")

    def too_large(self) -> Reply:
        """Answer a body over TS_MAX_REQUEST_SIZE."""
        return Reply(413)

    def invoke(self, request: Invocation) -> Reply:
        """Run the hooks; an error is 500 with its message and traceback as the body."""
        self._done.wait(_LOAD_WAIT_S)
        if self._hooks is None:
            return _torchserve_error(503, "ServiceUnavailableException", _NO_WORKER)
        context = Context(self._place.model_dir, request)
        try:
            reply = _as_reply(*self._transform(request, context, self._hooks), context)
        except Exception as error:  # noqa: BLE001 - the process edge: the user's code failed
            trace = traceback.format_exc()
            print(trace, file=sys.stderr)  # noqa: T201 - the worker's log
            message = getattr(error, "message", None) or str(error) or "Invalid Request"
            status = getattr(error, "status_code", 500)
            return Reply(status, self._place.shown(f"{message}\n{trace}").encode())
        if len(reply.body) > self._max_answer_bytes:
            return _torchserve_error(500, "InternalServerException", "Worker died.")
        return reply

    def _transform(
        self, request: Invocation, context: Context, hooks: Mapping[str, Callable[..., Any]]
    ) -> tuple[Any, str]:
        content_type = request.content_type
        accept = request.accept if request.accept not in (None, "", "*/*") else self._accept
        text = content_type in pytorch_hooks.TEXT_TYPES
        content = request.body.decode("utf-8") if text else request.body
        if "transform_fn" in hooks:
            arguments = (self._model, content, content_type, accept)
            result = _call(hooks["transform_fn"], arguments, context)
        else:
            data = _call(hooks["input_fn"], (content, content_type), context)
            prediction = _call(hooks["predict_fn"], (data, self._model), context)
            result = _call(hooks["output_fn"], (prediction, accept), context)
        return (result[0], result[1]) if isinstance(result, tuple) else (result, str(accept))

    def _load(self) -> None:
        try:
            hooks = self._find_hooks()
            context = Context(self._place.model_dir, Invocation(b""))
            folder = str(self._place.model_dir)
            if "pre_model_fn" in hooks:
                _call(hooks["pre_model_fn"], (folder,), context)
            self._model = _call(hooks["model_fn"], (folder,), context)
            if "model_warmup_fn" in hooks:
                _call(hooks["model_warmup_fn"], (folder, self._model), context)
            self._hooks = hooks
        except BaseException:  # noqa: BLE001 - the process edge: the server outlives its worker
            traceback.print_exc()
            print("Load model failed: model, error: Worker died.", file=sys.stderr)  # noqa: T201
        finally:
            self._done.set()

    def _find_hooks(self) -> dict[str, Callable[..., Any]]:
        program = self._environment.get("SAGEMAKER_PROGRAM", "inference.py")
        hooks = pytorch_hooks.defaults(self._place)
        name = program.removesuffix(".py")
        try:
            found = importlib.util.find_spec(name)
        except ModuleNotFoundError:
            found = None
        if found is None:
            return hooks
        module = importlib.import_module(name)
        optional = (*_HOOKS, "transform_fn", "pre_model_fn", "model_warmup_fn")
        own = {hook: getattr(module, hook) for hook in optional if getattr(module, hook, None)}
        if "transform_fn" in own and {"input_fn", "predict_fn", "output_fn"} & own.keys():
            raise ValueError(_TRANSFORM_FN_CLASH)
        return hooks | own


def _call(hook: Callable[..., Any], arguments: tuple[Any, ...], context: Context) -> Any:
    """Call a hook with or without the context, by the number of its parameters."""
    taken = len(inspect.signature(hook).parameters)
    if taken == len(arguments):
        return hook(*arguments)
    if taken == len(arguments) + 1:
        return hook(*arguments, context)
    raise TypeError(f"{hook.__name__} takes {taken} arguments but {len(arguments)} were given.")


def _as_reply(result: Any, content_type: str, context: Context) -> Reply:
    status, kind, headers = context.response_status, context.response_content_type, context.headers
    return Reply(status, as_bytes(result), kind or content_type, headers)


def _torchserve_error(status: int, kind: str, message: str) -> Reply:
    return json_reply(status, {"code": status, "type": kind, "message": message})
