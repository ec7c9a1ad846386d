"""The Python packages in each image: what a user's script can import there.

Versions are the images' own pins; None means that the image has some version, not pinned by
name. Sources: github.com/aws/deep-learning-containers `docker/sklearn/1.9-0/pyproject.toml`,
`docker/xgboost/pyproject.toml`, `pytorch/inference/docker/2.6`, read 2026-11-22, and
github.com/aws/sagemaker-scikit-learn-container requirements.txt. Transitive dependencies are
listed too, with those of the versions on this machine, so that a library can import its own.
"""

from collections.abc import Mapping

Packages = Mapping[str, str | None]

_BASE: dict[str, str | None] = {
    "blinker": None, "boto3": None, "botocore": None, "certifi": None, "cffi": None,
    "charset-normalizer": None, "click": None, "cloudpickle": None, "cryptography": None,
    "flask": None, "gevent": None, "greenlet": None, "gunicorn": None,
    "idna": None, "itsdangerous": None,
    "jinja2": None, "jmespath": None, "joblib": None, "markupsafe": None, "narwhals": None,
    "packaging": None, "pip": None, "protobuf": None, "psutil": None, "pycparser": None,
    "python-dateutil": None, "pytz": None, "pyyaml": None, "requests": None, "retrying": None,
    "s3transfer": None, "setuptools": None, "six": None, "threadpoolctl": None, "tzdata": None,
    "urllib3": None, "werkzeug": None, "sagemaker-inference": None,
}  # fmt: skip

SKLEARN_1_9: Packages = {
    **_BASE,
    "scikit-learn": "1.9.0", "numpy": "2.5.1", "scipy": "1.18.0", "pandas": "2.2.3",
    "pyarrow": "25.0.0", "boto3": "1.43.46", "flask": "3.1.3", "gunicorn": "26.0.0",
    "pyyaml": "6.0.3", "requests": "2.33.0", "protobuf": "3.20.2",
    "sagemaker-containers": "2.8.6.post2", "sagemaker-inference": "1.5.5",
    "sagemaker-training": "4.8.0",
}  # fmt: skip
SKLEARN_1_4: Packages = {
    **_BASE,
    "scikit-learn": "1.4.2", "numpy": "2.1.0", "pandas": "2.3.2", "scipy": None,
    "pyarrow": "23.0.1", "wheel": "0.46.2", "sagemaker-containers": "2.8.6.post2",
    "sagemaker-inference": "1.2.0", "sagemaker-training": "4.8.0",
}  # fmt: skip
SKLEARN_1_2: Packages = {
    **_BASE,
    "scikit-learn": "1.2.1", "numpy": "1.24.1", "pandas": "1.5.3", "scipy": "1.9.3",
    "wheel": None, "sagemaker-containers": "2.8.6.post2", "sagemaker-inference": "1.2.0",
    "sagemaker-training": "4.8.0",
}  # fmt: skip
XGBOOST_3_2: Packages = {
    **_BASE,
    "xgboost": "3.2.0", "scikit-learn": "1.8.0", "numpy": "2.1.0", "scipy": "1.15.0",
    "pandas": "2.2.3", "pyarrow": "22.0.0", "matplotlib": "3.10.9", "numba": "0.65.1",
    "pillow": "12.3.0", "psutil": "7.0.0", "pyyaml": "6.0.1", "requests": "2.33.0",
    "contourpy": None, "cycler": None, "fonttools": None, "kiwisolver": None,
    "llvmlite": None, "msgpack": None, "pyparsing": None, "tornado": None, "dask": None,
    "sagemaker-containers": "2.8.6.post2", "sagemaker-inference": "1.5.5",
}  # fmt: skip
XGBOOST_3_0: Packages = {**XGBOOST_3_2, "xgboost": "3.0.5", "scikit-learn": None, "wheel": None}
XGBOOST_1_7: Packages = {
    **XGBOOST_3_2,
    "xgboost": "1.7.4", "numpy": "1.24.1", "scikit-learn": None, "scipy": None, "pandas": None,
    "wheel": None,
}  # fmt: skip
PYTORCH: Packages = {
    **_BASE,
    "torch": None, "torchvision": None, "torchaudio": None, "torchserve": None,
    "torch-model-archiver": None, "numpy": None, "scipy": None, "pandas": None,
    "scikit-learn": None, "pillow": None, "opencv-python": None, "cython": None,
    "filelock": None, "fsspec": None, "mpmath": None, "networkx": None, "sympy": None,
    "typing-extensions": None, "enum-compat": None, "awscli": None, "ninja": None,
    "sagemaker-pytorch-inference": None, "wheel": None,
}  # fmt: skip
# With the ONNX backend Triton runs no Python of the user's; what stands in for it does.
TRITON: Packages = {
    "numpy": None, "onnxruntime": None, "flatbuffers": None, "protobuf": None,
    "packaging": None, "sympy": None, "mpmath": None, "coloredlogs": None, "humanfriendly": None,
}  # fmt: skip

_IMPORT_NAMES = {
    "scikit-learn": ("sklearn",),
    "python-dateutil": ("dateutil",),
    "pyyaml": ("yaml", "_yaml"),
    "protobuf": ("google",),
    "pillow": ("PIL",),
    "opencv-python": ("cv2",),
    "setuptools": ("setuptools", "pkg_resources", "_distutils_hack"),
    "fonttools": ("fontTools",),
    "matplotlib": ("matplotlib", "mpl_toolkits", "pylab"),
    "cffi": ("cffi", "_cffi_backend"),
    "typing-extensions": ("typing_extensions",),
    "charset-normalizer": ("charset_normalizer",),
    "sagemaker-containers": ("sagemaker_containers",),
    "sagemaker-inference": ("sagemaker_inference",),
    "sagemaker-training": ("sagemaker_training",),
    "sagemaker-pytorch-inference": ("sagemaker_pytorch_serving_container",),
    "torchserve": ("ts",),
    "torch-model-archiver": ("model_archiver",),
    "cython": ("Cython", "cython", "pyximport"),
    "gevent": ("gevent", "zope"),
}


def import_names(packages: Packages) -> frozenset[str]:
    """Return the top-level modules that these packages bring."""
    return frozenset(
        name for package in packages for name in _IMPORT_NAMES.get(package, (package,))
    )
