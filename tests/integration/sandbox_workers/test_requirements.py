"""requirements.txt in an archive: what pip would do at container start, with no network here."""

import numpy
import pytest

from tools.sandbox.images.packages import PYTORCH, SKLEARN_1_9, XGBOOST_3_2
from tools.sandbox.images.requirements_check import check_requirements

ECHO = "def model_fn(d): return 1\ndef transform_fn(m, d, c, a): return 'x', 'text/plain'\n"


@pytest.fixture
def check(tmp_path):
    def _check(text, image=SKLEARN_1_9, isolated=False):
        file = tmp_path / "requirements.txt"
        file.write_text(text)
        return check_requirements(file, image, isolated=isolated)

    return _check


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a remark\n\n",
        "pandas",
        "pandas==2.2.3",
        "scikit_learn>=1.9,<2  # the image's own",
        "--extra-index-url https://example.com/simple\nnumpy",
        "nothing-here; python_version < '3'",
        "numpy \\\n  >=2",
    ],
)
@pytest.mark.parametrize("isolated", [False, True])
def test_what_the_image_has_passes_even_in_isolation(check, text, isolated):
    assert not check(text, isolated=isolated).failed


def test_what_pypi_would_bring_passes_when_this_machine_has_it(check):
    outcome = check("onnxruntime>=1.0\n")
    assert not outcome.failed
    assert "onnxruntime" in outcome.modules
    assert "AWS would install it from PyPI at every start" in outcome.lines[0]


@pytest.mark.parametrize("text", ["onnxruntime>=1.0", "pandas==2.1.0", "no-such-package"])
def test_isolation_lets_nothing_be_installed(check, text):
    outcome = check(text, isolated=True)
    assert outcome.failed
    assert outcome.lines[-1] == f"ERROR: No matching distribution found for {text}"
    assert (
        f"ERROR: Could not find a version that satisfies the requirement {text} (from versions:"
        " none)" in outcome.lines
    )


@pytest.mark.parametrize("text", ["no-such-package", "numpy==1.2.3", "lightgbm", "./wheels/x.whl"])
def test_what_this_machine_has_not_fails_and_says_why(check, text):
    outcome = check(text)
    assert outcome.failed
    assert any(line.startswith("[sandbox]") for line in outcome.lines)


def test_other_files_are_followed(check, tmp_path):
    (tmp_path / "more.txt").write_text("no-such-package\n")
    assert check("-r more.txt\n").failed


def test_each_image_counts_its_own_packages(check):
    assert not check("xgboost", XGBOOST_3_2, isolated=True).failed
    assert check("xgboost", SKLEARN_1_9, isolated=True).failed
    assert not check("torch", PYTORCH, isolated=True).failed


def test_an_installed_requirement_is_importable_in_the_worker(start, images, script):
    files = {"code/inference.py": f"import onnxruntime\n{ECHO}"}
    assert "No module named 'onnxruntime'" in start(images.sklearn, files, script).wait_for_exit()
    served = start(images.sklearn, files | {"code/requirements.txt": "onnxruntime\n"}, script)
    assert served.first_ping == 200
    assert "AWS would install it from PyPI at every start" in served.log


def test_a_requirement_that_fails_ends_the_container(start, images, script):
    files = {"code/inference.py": ECHO, "code/requirements.txt": "no-such-package\n"}
    reason = start(images.sklearn, files, script).wait_for_exit()
    assert "InstallModuleError" in reason
    assert 'Command "/usr/bin/python3 -m pip install . -r requirements.txt"' in reason


@pytest.mark.parametrize("family", ["sklearn", "xgboost"])
def test_under_isolation_even_the_bare_script_cannot_be_built(start, images, script, family):
    image, files = getattr(images, family), {"code/inference.py": ECHO}
    served = start(image, files, script, network_isolation=True)
    assert "InstallModuleError" in served.wait_for_exit()
    assert "when installing build dependencies" in served.log
    switched = script | {"PIP_NO_BUILD_ISOLATION": "0"}
    assert start(image, files, switched, network_isolation=True).first_ping == 200


def test_algorithm_mode_builds_nothing_and_serves_under_isolation(start, images, booster):
    files = {"xgboost-model": bytes(booster.save_raw("ubj"))}
    assert start(images.xgboost, files, network_isolation=True).first_ping == 200


def test_the_machines_numpy_is_not_the_images(check):
    here = numpy.__version__
    assert not check(f"numpy=={here}").failed
    assert check(f"numpy=={here}", isolated=True).failed == (here != SKLEARN_1_9["numpy"])
