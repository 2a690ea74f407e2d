"""A real JupyterLab, or Notebook 7, for the browser tests: on its own port, and with settings that are nobody's."""

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
class App:
    """An application: its ``module``, its class in settings, and where it shows a notebook."""

    module: str
    settings: str
    place: str


LAB = App("jupyterlab", "LabApp", "lab/tree/{path}?reset")
NOTEBOOK = App("notebook", "JupyterNotebookApp", "notebooks/{path}")


@dataclass(frozen=True)
class Lab:
    """A running server: its ``address``, the ``folder`` whose notebooks it shows, and in what."""

    address: str
    folder: Path
    app: App

    def url(self, path: str) -> str:
        return f"{self.address}/{self.app.place.format(path=path)}"


@contextmanager
def running_lab(folder: Path, app: App = LAB) -> Iterator[Lab]:
    """Start the application with the interpreter that runs the tests; stop it, and its kernels, afterwards."""
    notebooks, home = folder / "notebooks", folder / "home"
    notebooks.mkdir()
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(QUIET))
    port = free_port()
    command = [sys.executable, "-m", app.module, *arguments(notebooks, port, app)]
    with (folder / "lab.log").open("w") as log:
        server = subprocess.Popen(command, env=environment(folder, home), stdout=log, stderr=log, cwd=folder)
        try:
            wait_until_up(f"http://127.0.0.1:{port}/api/status", server, folder / "lab.log")
            yield Lab(f"http://127.0.0.1:{port}", notebooks, app)
        finally:
            stop(server)


def arguments(notebooks: Path, port: int, app: App) -> list[str]:
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
        f"--{app.settings}.expose_app_in_browser=True",
    ]


def labextension_of_this_checkout(folder: Path) -> dict[str, str]:
    """Variable that shows the application the extension built here, whatever its environment has installed."""
    (folder / "share" / "labextensions").mkdir(parents=True)
    (folder / "share" / "labextensions" / "patchgrad-lab").symlink_to(ROOT / "extension" / "labextension")
    return {"JUPYTER_PATH": str(folder / "share")}


def environment(folder: Path, home: Path) -> dict[str, str]:
    names = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    own = {variable: str(home / name) for variable, name in names.items()}
    return os.environ | own | labextension_of_this_checkout(folder) | {"PYTHONPATH": str(ROOT / "package")}


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
