# ruff: noqa: ANN401
# Arrays, fitted estimators and parsed JSON have no narrower type here.
"""The toolkit behind the scikit-learn image and XGBoost's script mode.

nginx, gunicorn and Flask run a user's script: `model_fn` must be there, the other hooks have
defaults. The user's module is installed and imported before gunicorn starts, so a script that
cannot be imported ends the container; the model loads at the first request, so a `model_fn`
that raises makes /ping fail. Every error of a hook is a 500 whose page says nothing: the reason
is only in the log. Source: github.com/aws/sagemaker-containers (_server, _transformer, _worker,
_encoders; package 2.8.6.post2) and aws/sagemaker-scikit-learn-container (serving).
"""

import importlib
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from tools.sandbox.images import script_codecs, script_installation
from tools.sandbox.images.flask_pages import flask_content_type, flask_page, gunicorn_page
from tools.sandbox.images.packages import Packages
from tools.sandbox.images.saved_versions import load_and_check
from tools.sandbox.images.serving import ContainerExitError, Invocation, Place, Reply

_NO_MODEL_FN = (
    "\nPlease provide a model_fn implementation.\n"
    "See documentation for model_fn at https://github.com/aws/sagemaker-python-sdk\n"
)
_TRANSFORM_FN_CLASH = (
    "Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn"
)
_DEFAULT_TIMEOUT_S = 60


class ClientError(Exception):
    """What the toolkit wraps every error of a hook in."""


ClientError.__module__ = "sagemaker_containers._errors"


@dataclass(frozen=True)
class DefaultHooks:
    """What an image does where the script has no hook of its own."""

    input_fn: Callable[[Any, str], Any]
    predict_fn: Callable[[Any, Any], Any]


@dataclass(frozen=True)
class ScriptImage:
    """What tells one script image from another.

    Attributes:
        hooks: Its defaults for input_fn and predict_fn.
        packages: The packages in the image and their versions.
        build_needs_index: pip cannot build the user's module without a package index, because
            the image has no `wheel` (scikit-learn 1.9-0, XGBoost 3.2-0).
    """

    hooks: DefaultHooks
    packages: Packages
    build_needs_index: bool


def _default_model_fn(_model_dir: str) -> Any:
    raise NotImplementedError(_NO_MODEL_FN)


class ScriptContainer:
    """One model behind the script toolkit."""

    max_body_bytes: int | None = None

    def __init__(
        self,
        place: Place,
        environment: Mapping[str, str],
        image: ScriptImage,
        *,
        isolated: bool = False,
        allow: Callable[[frozenset[str]], None] = lambda _modules: None,
    ) -> None:
        self._place = place
        self._environment = environment
        self._image = image
        self._isolated = isolated
        self._allow = allow
        self._lock = threading.Lock()
        self._module: ModuleType | None = None
        self._transform: Callable[[Any, str, str], Any] | None = None
        self._accept = environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "application/json")

    def start(self) -> None:
        """Install and import the user's module, as the start command does before gunicorn."""
        program = self._environment.get("SAGEMAKER_PROGRAM")
        if program is None:
            return
        submitted = self._environment.get("SAGEMAKER_SUBMIT_DIRECTORY")
        script_installation.copy_code(submitted, self._place)
        modules = script_installation.install(
            self._place,
            self._image.packages,
            isolated=self._isolated,
            build_needs_index=self._image.build_needs_index,
            switch=self._environment.get("PIP_NO_BUILD_ISOLATION"),
        )
        self._allow(modules)
        sys.path.insert(0, str(self._place.code_dir))
        try:
            self._module = importlib.import_module(program.removesuffix(".py").replace("/", "."))
        except BaseException as error:
            traceback.print_exc()
            message = f"sagemaker_containers._errors.ImportModuleError: {error}"
            raise ContainerExitError(message) from error

    def ping(self) -> Reply:
        """Answer 200 with an empty JSON body, once the model has loaded."""
        try:
            self._application()
        except Exception:  # noqa: BLE001 - the process edge: the user's code failed
            traceback.print_exc()
            return gunicorn_page()
        return Reply(200, b"", "application/json")

    def invoke(self, request: Invocation) -> Reply:
        """Run the hooks; any error of theirs is Flask's own 500 page."""
        try:
            transform = self._application()
        except Exception:  # noqa: BLE001 - the process edge: the user's code failed
            traceback.print_exc()
            return gunicorn_page()
        content_type = request.headers.get("ContentType") or request.content_type
        content_type = content_type or "application/json"
        accept = request.accept if request.accept not in (None, "", "*/*") else self._accept
        content = script_codecs.text_or_bytes(request.body, content_type)
        try:
            return as_reply(transform(content, content_type, str(accept)))
        except Exception:  # noqa: BLE001 - the process edge: the user's code failed
            print("Exception on /invocations [POST]", file=sys.stderr)  # noqa: T201 - the log
            traceback.print_exc()
            return flask_page(500)

    def too_large(self) -> Reply:
        """Answer an over-size body; this toolkit itself has no limit."""
        return flask_page(413)

    def _application(self) -> Callable[[Any, str, str], Any]:
        with self._lock:
            if self._transform is None:
                self._transform = self._load()
            return self._transform

    def _load(self) -> Callable[[Any, str, str], Any]:
        if self._module is None:
            # importlib.import_module(None): the variable is missing.
            raise AttributeError("'NoneType' object has no attribute 'startswith'")
        limit_s = float(self._environment.get("SAGEMAKER_MODEL_SERVER_TIMEOUT", _DEFAULT_TIMEOUT_S))
        hooks = _user_hooks(self._module)
        began = time.monotonic()
        model_fn = _wrapped(hooks.get("model_fn", _default_model_fn))
        model = load_and_check(
            lambda: model_fn(str(self._place.model_dir)), self._image.packages.get("scikit-learn")
        )
        if time.monotonic() - began > limit_s:
            message = "[CRITICAL] WORKER TIMEOUT: the model took longer to load than"
            raise TimeoutError(f"{message} SAGEMAKER_MODEL_SERVER_TIMEOUT ({limit_s:.0f} s)")
        return self._transformer(model, hooks)

    def _transformer(
        self, model: Any, hooks: Mapping[str, Callable[..., Any]]
    ) -> Callable[[Any, str, str], Any]:
        if "transform_fn" in hooks:
            transform_fn = _wrapped(hooks["transform_fn"])
            return lambda content, content_type, accept: transform_fn(
                model, content, content_type, accept
            )
        input_fn = _wrapped(hooks.get("input_fn", self._image.hooks.input_fn))
        predict_fn = _wrapped(hooks.get("predict_fn", self._image.hooks.predict_fn))
        output_fn = _wrapped(hooks.get("output_fn", _default_output_fn))

        def transform(content: Any, content_type: str, accept: str) -> Any:
            return output_fn(predict_fn(input_fn(content, content_type), model), accept)

        return transform


def _default_output_fn(prediction: Any, accept: str) -> Any:
    return script_codecs.encode(prediction, accept), accept


def _user_hooks(module: ModuleType) -> dict[str, Callable[..., Any]]:
    names = ("model_fn", "input_fn", "predict_fn", "output_fn", "transform_fn")
    hooks = {name: getattr(module, name) for name in names if getattr(module, name, None)}
    if "transform_fn" in hooks and {"input_fn", "predict_fn", "output_fn"} & hooks.keys():
        raise ValueError(_TRANSFORM_FN_CLASH)
    return hooks


def _wrapped(hook: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        try:
            return hook(*arguments)
        except Exception as error:
            raise ClientError(error) from error

    return call


def as_reply(result: Any) -> Reply:
    """Turn what a hook returned into the answer that Flask would send.

    A pair is (body, mimetype); a string or bytes is HTML to Flask; a dict or list is JSON.

    Raises:
        TypeError: Flask could not make a response of it.
    """
    mimetype = "text/html"
    status = 200
    if isinstance(result, tuple):
        result, mimetype = result[0], result[1]
    elif hasattr(result, "get_data") and hasattr(result, "status_code"):
        return Reply(result.status_code, result.get_data(), result.content_type)
    elif isinstance(result, dict | list):
        return Reply(status, script_codecs.flask_json(result), "application/json")
    body = result.encode() if isinstance(result, str) else result
    if not isinstance(body, bytes | bytearray):
        raise TypeError(
            "The view function did not return a valid response. The return type must be a string,"
            " dict, list, tuple with headers or status, Response instance, or WSGI callable, but"
            f" it was a {type(result).__name__}."
        )
    return Reply(status, bytes(body), flask_content_type(mimetype))
