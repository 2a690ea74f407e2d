"""``pg.doctor``: what is installed, what is in force, and whether it works; a report to be copied."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from patchgrad.version import __version__

NEEDED = ("numpy", "anywidget", "ipywidgets", "ml-dtypes", "msgspec", "plotly", "tqdm")
OPTIONAL = {
    "jupyterlab": "pip install 'patchgrad[lab]', for the studio",
    "ipykernel": "pip install 'patchgrad[lab]', for the studio",
    "scikit-learn": "for pg.datasets.digits",
    "llvmlite": "pip install 'patchgrad[fast]', for compiled kernels",
    "onnx": "pip install 'patchgrad[onnx]', for ONNX files",
    "torch": "for from_torch and to_torch",
}
Rows = dict[str, str]


@dataclass(frozen=True)
class Report:
    """What ``pg.doctor`` found. Printed, it can be copied into a question.

    Fields
        installed, in_force, tests  what was found, by name
        problems                    what is wrong, each with its cure; empty if nothing is
    """

    installed: Rows
    in_force: Rows
    tests: Rows
    problems: tuple[str, ...]

    def __str__(self) -> str:
        parts = {"installed": self.installed, "in force": self.in_force, "self-test": self.tests}
        lines = [f"patchgrad {__version__}: {_count(self.problems)}"]
        lines += [f"  ! {problem}" for problem in self.problems]
        for title, rows in parts.items():
            lines += [title, *(f"  {name:<14} {value}" for name, value in rows.items())]
        return "\n".join(lines)

    __repr__ = __str__


def _count(problems: tuple[str, ...]) -> str:
    return "all is well" if not problems else f"{len(problems)} problem{'s' * (len(problems) > 1)}"


def doctor() -> Report:
    """Look at this installation and try it: versions, accelerators, the way of messages, a step of training.

    It takes a second, changes nothing and sends nothing. Of this machine it names the folders of Python and patchgrad.
    """
    tests = {name: _tried(test) for name, test in TESTS.items()}
    problems = [*_missing(), *_copies(), *_front_end()]
    problems += [f"the self-test of {name} fails: {outcome}" for name, outcome in tests.items() if outcome != "passed"]
    return Report(_installed(), _in_force(), tests, tuple(problems))


# --- what is installed ----------------------------------------------------------------------------


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _installed() -> Rows:
    rows = {
        "Python": f"{platform.python_version()} in {sys.prefix}",
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "patchgrad": f"{__version__} in {Path(__file__).parents[1]}",
    }
    rows |= {name: _version(name) or "missing" for name in NEEDED}
    rows |= {name: _version(name) or f"not installed ({cure})" for name, cure in OPTIONAL.items()}
    cupy = next(
        (f"{name} {found}" for name in ("cupy-cuda13x", "cupy-cuda12x", "cupy") if (found := _version(name))), ""
    )
    return rows | {"cupy": cupy or "not installed (pip install 'patchgrad[cuda13]', for NVIDIA GPUs)"}


def _missing() -> list[str]:
    return [f"{name} is missing: pip install {name}" for name in NEEDED if _version(name) is None]


def _copies() -> list[str]:
    """Versions of patchgrad that are not the one that was imported."""
    found = {entry.version for entry in metadata.distributions(name="patchgrad")}
    others = sorted(found - {__version__})
    if not others:
        return []
    return [
        f"patchgrad {', '.join(others)} is installed, and {__version__} was imported from {Path(__file__).parents[1]}: "
        "pip uninstall patchgrad until it says that there is none, then install the one you want"
    ]


def _front_end() -> list[str]:
    built = Path(__file__).parents[1] / "static" / "widget.js"
    if built.exists():
        return []
    return [f"the studio's code is not built, {built} is missing: make lab in a checkout, or install the wheel"]


# --- what is in force -----------------------------------------------------------------------------


def _in_force() -> Rows:
    return {"kernels": _kernels(), "GPU": _gpus(), "messages": _messages(), "lab extension": _lab(), "data": _data()}


def _kernels() -> str:
    mode = os.environ.get("PATCHGRAD_KERNELS", "")
    if mode == "off":
        return "plain NumPy: PATCHGRAD_KERNELS is off"
    if find_spec("llvmlite") is None:
        return "plain NumPy: without llvmlite nothing is compiled"
    return "compiled by llvmlite at their first use" + (f" (PATCHGRAD_KERNELS={mode})" if mode else "")


def _gpus() -> str:
    from patchgrad import cuda

    if not cuda.is_available():
        return "none that can be used: computing on the CPU"
    return ", ".join(cuda.get_device_name(number) for number in range(cuda.device_count()))


def _messages() -> str:
    from IPython.core.getipython import get_ipython

    from patchgrad.widgets import lane

    if getattr(get_ipython(), "kernel", None) is None:
        return "not in a notebook"
    if lane.own_subshell() is not None:
        return lane.OWN
    return f"{lane.BACKGROUND}, or {lane.FRONT_END}"


def _lab() -> str:
    place = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / "patchgrad-lab" / "package.json"
    return "found" if place.exists() else f"not in {sys.prefix}: the studio works, the sidebar of layers is missing"


def _data() -> str:
    from patchgrad.datasets.download import place_of

    offline = "; downloads are refused: PATCHGRAD_OFFLINE is set" if os.environ.get("PATCHGRAD_OFFLINE") else ""
    return f"{place_of('', None)}{offline}"


# --- does it work ---------------------------------------------------------------------------------


def _tried(test: Callable[[], None]) -> str:
    try:
        test()
    except Exception as error:
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return "passed"


def _gradients() -> None:
    import patchgrad as pg

    x = pg.rand(3, 4, dtype=pg.float64, generator=pg.Generator().manual_seed(0), requires_grad=True)
    pg.testing.gradcheck(lambda x: (x @ x.T).tanh().exp().sum(), [x])


def _training() -> None:
    import patchgrad as pg

    with pg.fork_rng():
        pg.manual_seed(0)
        model = pg.nn.Sequential(pg.nn.Linear(4, 8), pg.nn.ReLU(), pg.nn.Linear(8, 1))
        x = pg.randn(32, 4)
        batches = [(x, x.sum(1, keepdim=True))]
        optimizer = pg.optim.Adam(model.parameters(), lr=0.01)
        session = pg.Session(model, batches, loss=pg.nn.MSELoss(), optimizer=optimizer, watch=False)
        first = session.step().loss or 0.0
        session.apply(pg.edit.insert("relu1 -> linear2", pg.nn.Dropout(0.0)))
        last = session.run(steps=20, progress=False).loss
        session.close()
    if last is None or not last < first:
        raise ArithmeticError(f"the loss does not fall: {first}, then {last}")


def _files() -> None:
    import patchgrad as pg

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.safetensors"
        pg.save({"w": pg.arange(6).reshape(2, 3)}, path)
        if pg.load(path)["w"].tolist() != [[0, 1, 2], [3, 4, 5]]:
            raise ValueError("what was loaded is not what was saved")


def _device() -> None:
    import patchgrad as pg

    device = "cuda" if pg.cuda.is_available() else "cpu"
    x = pg.ones(8, 8, device=device)
    if (x @ x).cpu().tolist() != [[8.0] * 8] * 8:
        raise ArithmeticError(f"a product on {device} is wrong")


TESTS = {"gradients": _gradients, "training": _training, "files": _files, "device": _device}
