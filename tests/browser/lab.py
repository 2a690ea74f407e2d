"""A real JupyterLab for the browser tests: its own port, and its own settings, so that nobody's are read or changed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
QUIET = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}
START_SECONDS = 120


@dataclass(frozen=True)
class Lab:
    """A running server: its ``address``, and the ``folder`` whose notebooks it shows."""

    address: str
    folder: Path


@contextmanager
def running_lab(folder: Path) -> Iterator[Lab]:
    """Start JupyterLab with the interpreter that runs the tests; stop it, and its kernels, afterwards."""
    notebooks, home = folder / "notebooks", folder / "home"
    notebooks.mkdir()
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(QUIET))
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", *arguments(notebooks, port), *labextension_of_this_checkout(folder)]
    with (folder / "lab.log").open("w") as log:
        server = subprocess.Popen(command, env=environment(home), stdout=log, stderr=log, cwd=folder)
        try:
            wait_until_up(f"http://127.0.0.1:{port}/api/status", server, folder / "lab.log")
            yield Lab(f"http://127.0.0.1:{port}", notebooks)
        finally:
            stop(server)


def arguments(notebooks: Path, port: int) -> list[str]:
    """``expose_app_in_browser`` gives the tests ``window.jupyterapp``."""
    return [
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
        "--ServerApp.password=",
        "--ServerApp.disable_check_xsrf=True",
        f"--ServerApp.root_dir={notebooks}",
        "--LabApp.expose_app_in_browser=True",
    ]


def labextension_of_this_checkout(folder: Path) -> list[str]:
    """Argument that shows JupyterLab the extension built here, whatever its environment has installed."""
    (folder / "labextensions").mkdir()
    (folder / "labextensions" / "patchgrad-lab").symlink_to(ROOT / "extension" / "labextension")
    return [f"--LabApp.extra_labextensions_path={folder / 'labextensions'}"]


def environment(home: Path) -> dict[str, str]:
    names = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    own = {variable: str(home / name) for variable, name in names.items()}
    own["PYTHONPATH"] = str(ROOT / "package")
    return os.environ | own


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_up(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """RuntimeError, with the server's own words, if it ends or does not answer."""
    last = time.monotonic() + START_SECONDS
    while time.monotonic() < last and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


def stop(server: subprocess.Popen[bytes]) -> None:
    """Interrupt twice, as a person does at the terminal; kill what is deaf to it."""
    for number in (signal.SIGINT, signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        if server.poll() is not None:
            return
        server.send_signal(number)
        try:
            server.wait(5 if number != signal.SIGINT else 1)
        except subprocess.TimeoutExpired:
            continue
