"""Which package list and Python an image family's version has."""

from tools.sandbox.images import packages

_BY_VERSION: dict[tuple[str, str], tuple[packages.Packages, str]] = {
    ("scikit-learn", "1.9-0"): (packages.SKLEARN_1_9, "3.12"),
    ("scikit-learn", "1.4-2-py312"): (packages.SKLEARN_1_4, "3.12"),
    ("scikit-learn", "1.2-1"): (packages.SKLEARN_1_2, "3.9"),
    ("xgboost", "3.2-0"): (packages.XGBOOST_3_2, "3.12"),
    ("xgboost", "3.0-5"): (packages.XGBOOST_3_0, "3.10"),
    ("xgboost", "1.7-1"): (packages.XGBOOST_1_7, "3.9"),
}


def packages_of(family: str, version: str) -> packages.Packages:
    """Return the Python packages of an image; none where a user runs no Python in it."""
    if (family, version) in _BY_VERSION:
        return _BY_VERSION[family, version][0]
    if family == "pytorch":
        return {**packages.PYTORCH, "torch": version}
    return packages.TRITON if family in ("triton", "neo-onnx") else {}


def python_of(family: str, version: str) -> str | None:
    """Return the image's Python version; None where it is unknown or of no matter."""
    if (family, version) in _BY_VERSION:
        return _BY_VERSION[family, version][1]
    return "3.12" if (family, version) == ("pytorch", "2.6.0") else None
