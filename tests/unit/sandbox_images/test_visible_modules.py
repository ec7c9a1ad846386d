"""A script sees the standard library, its image's packages and its own modules."""

import pytest

from tools.sandbox.images.packages import SKLEARN_1_9, XGBOOST_3_2, import_names
from tools.sandbox.images.visible_modules import VisibleModules


@pytest.fixture
def guard():
    return VisibleModules(import_names(SKLEARN_1_9), list, missing_here={"torch"})


@pytest.mark.parametrize("name", ["sklearn", "numpy", "pandas", "json", "_sysconfig", "PIL_"])
def test_only_what_the_image_has_is_left_to_the_next_finder(guard, name):
    if name in ("PIL_", "_sysconfig"):
        with pytest.raises(ModuleNotFoundError, match=f"No module named '{name}'"):
            guard.find_spec(name, None)
    else:
        assert guard.find_spec(name, None) is None


@pytest.mark.parametrize("name", ["xgboost", "onnxruntime", "moto", "tools", "assistant"])
def test_other_packages_of_this_machine_are_missing(guard, name):
    with pytest.raises(ModuleNotFoundError):
        guard.find_spec(name, None)


def test_a_submodule_is_left_to_the_next_finder(guard):
    assert guard.find_spec("onnxruntime.capi", ["/somewhere"]) is None


def test_an_installed_requirement_becomes_visible(guard):
    guard.allow({"onnxruntime"})
    assert guard.find_spec("onnxruntime", None) is None


def test_each_image_has_its_own_packages():
    assert "xgboost" in import_names(XGBOOST_3_2)
    assert "xgboost" not in import_names(SKLEARN_1_9)
    assert {"sklearn", "yaml", "dateutil"} <= import_names(SKLEARN_1_9)


def test_a_package_of_the_image_that_this_machine_lacks_is_said(capsys):
    guard = VisibleModules({"torch_of_the_image"}, list, missing_here={"torch_of_the_image"})
    assert guard.find_spec("torch_of_the_image", None) is None
    said = "[sandbox] The image has the package torch_of_the_image; this machine has not."
    assert said in capsys.readouterr().err
