"""A page served on a free port and a Chromium that looks at it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[2]
STARTED_WITHIN_S = 60


@contextmanager
def served(script: Path, *arguments: str, **environment: str) -> Iterator[str]:
    """The page's address while Streamlit serves `script`."""
    port = _free_port()
    command = [
        sys.executable, "-m", "streamlit", "run", str(script),
        "--server.address", "127.0.0.1", "--server.port", str(port), "--server.headless", "true",
        "--", *arguments,
    ]  # fmt: skip
    with subprocess.Popen(
        command, cwd=ROOT / "ui", env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    ) as server:
        try:
            _wait_until_served(server, f"http://127.0.0.1:{port}/_stcore/health")
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait(20)


@contextmanager
def browser_page(**options: object) -> Iterator[Page]:
    """A page of the system's Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "The browser tests drive the system's Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            yield browser.new_page(**options)  # type: ignore[arg-type]
        finally:
            browser.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_served(server: subprocess.Popen[bytes], health: str) -> None:
    end = time.monotonic() + STARTED_WITHIN_S
    while time.monotonic() < end:
        assert server.poll() is None, "Streamlit ended at once"
        try:
            with urllib.request.urlopen(health, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("Streamlit did not answer")
