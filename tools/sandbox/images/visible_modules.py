"""Let a user's script import what its image has, and nothing else of this machine.

The worker runs in the product's own environment, which holds far more packages than an image
does. A script that imports one of those would work here and fail on AWS, so every top-level
import is held against the image's list; the product's own packages are as good as absent.
"""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

_OURS = ("assistant", "tools", "knowledge", "ui")
_NO_FILE_OF_ITS_OWN = frozenset({"__main__", "_distutils_hack", "sitecustomize", "usercustomize"})


class VisibleModules(MetaPathFinder):
    """A finder in front of all others that refuses what the image has not."""

    def __init__(
        self,
        allowed: Iterable[str],
        own_folders: Callable[[], Sequence[str]],
        missing_here: Iterable[str] = (),
    ) -> None:
        """Make the finder.

        Args:
            allowed: Top-level modules of the image's packages.
            own_folders: The folders of the user's code, searched first.
            missing_here: Modules that the image has, to say so when this machine has not.
        """
        self._allowed = set(allowed) | set(sys.stdlib_module_names) | _NO_FILE_OF_ITS_OWN
        self._own_folders = own_folders
        self._image_has = frozenset(missing_here)
        standard = Path(os.__file__).parent
        self._standard_folders = [str(standard), str(standard / "lib-dynload")]

    def allow(self, names: Iterable[str]) -> None:
        """Make further top-level modules visible, such as an installed requirement's."""
        self._allowed.update(names)

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Return the user's own module; None where the next finder may look.

        Raises:
            ModuleNotFoundError: The image has no such module.
        """
        if path is not None or "." in fullname:
            return None
        own = PathFinder.find_spec(fullname, list(self._own_folders()), target)
        if own is not None:
            return own
        if fullname in self._allowed:
            self._say_if_missing_here(fullname)
            return None
        if PathFinder.find_spec(fullname, self._standard_folders) is not None:
            return None  # a part of the standard library that is not among its public names
        raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)

    def _say_if_missing_here(self, name: str) -> None:
        if name in self._image_has and PathFinder.find_spec(name, None) is None:
            message = f"[sandbox] The image has the package {name}; this machine has not."
            print(message, file=sys.stderr)  # noqa: T201 - the worker's log


def hide_product() -> None:
    """Forget the product's own packages, so that a script's `import tools` is its own.

    What is already imported keeps working: functions hold their modules' globals.
    """
    for name in [name for name in sys.modules if name.split(".")[0] in _OURS]:
        if name != "__main__":
            del sys.modules[name]
