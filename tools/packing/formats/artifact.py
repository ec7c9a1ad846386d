"""What inspection finds: a model file's family, version and interface."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from tools.endpoint import Framework


class ModelFormat(StrEnum):
    """How a model is stored."""

    SKLEARN_PICKLE = "scikit-learn pickle"
    XGBOOST_PICKLE = "XGBoost scikit-learn wrapper pickle"
    XGBOOST_BOOSTER_PICKLE = "XGBoost Booster pickle"
    XGBOOST_JSON = "XGBoost JSON"
    XGBOOST_UBJ = "XGBoost UBJ"
    XGBOOST_BINARY = "XGBoost binary (removed in 3.1)"
    LIGHTGBM_TEXT = "LightGBM text"
    LIGHTGBM_PICKLE = "LightGBM pickle"
    CATBOOST_BINARY = "CatBoost binary"
    CATBOOST_PICKLE = "CatBoost pickle"
    ONNX = "ONNX"
    TORCHSCRIPT = "TorchScript"
    TORCH_STATE_DICT = "PyTorch state dict"
    TORCH_PICKLED_MODULE = "pickled PyTorch module"
    TENSORFLOW_SAVED_MODEL = "TensorFlow SavedModel"
    KERAS_FILE = "Keras file"
    HUGGINGFACE_FOLDER = "Hugging Face folder"
    SAFETENSORS = "safetensors weights"
    OTHER_PICKLE = "pickle of another library"


class TensorSpec(BaseModel):
    """One input or output of a graph.

    Attributes:
        name: As the graph calls it.
        datatype: KServe v2 name: FP32, FP64, INT64, BYTES, BOOL ...
        shape: Dimensions; -1 where the graph leaves them open.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    datatype: str
    shape: tuple[int, ...]


class ModelArtifact(BaseModel):
    """A model file and what its bytes tell.

    Attributes:
        path: POSIX path in its folder; "." for a folder that is a model as a whole.
        framework: Whose model it is.
        format: How it is stored.
        framework_version: Of the library that wrote it, as written there; None when not told.
        classes: Dotted names of the classes a pickle would load, in order of appearance.
        root_class: The pickled object's own class; None when it is a plain container.
        feature_count: Columns of the input; None when not told.
        objective: XGBoost's objective, or a Hugging Face architecture.
        inputs: Of a graph.
        outputs: Of a graph.
        sklearn_version: Of the scikit-learn estimators in a pickle, whosever model it is.
        early_stopped: Whether an XGBoost model records a best iteration.
        task: Of a Hugging Face model, by its architecture.
        opset: Of an ONNX graph: the version of the standard operators.
        extra_files: Further files that belong to the model: weights beside the graph.
        saved_with_numpy_2: Whether a pickle names numpy 2's modules (`numpy._core`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    framework: Framework
    format: ModelFormat
    framework_version: str | None = None
    classes: tuple[str, ...] = ()
    root_class: str | None = None
    feature_count: int | None = None
    objective: str | None = None
    inputs: tuple[TensorSpec, ...] = ()
    outputs: tuple[TensorSpec, ...] = ()
    sklearn_version: str | None = None
    early_stopped: bool = False
    opset: int | None = None
    task: str | None = None
    extra_files: tuple[str, ...] = ()
    saved_with_numpy_2: bool = False
