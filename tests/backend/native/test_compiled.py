"""When kernels are there, and what happens when they cannot be: nothing but a slower way."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import patchgrad as pg
from patchgrad.backend import cpu, host
from patchgrad.backend.kernels.cpu import checked
from patchgrad.backend.native import KernelWarning, cache, compiled, native
from patchgrad.backend.native.machine import Machine

pytest.importorskip("llvmlite", reason="compiled kernels need llvmlite")

if TYPE_CHECKING:
    from patchgrad.backend.native.language import Reals, part

SINGLE = host.dtype("float32")
TRAIN = """
import patchgrad as pg
pg.manual_seed(3)
model = pg.nn.Sequential(pg.nn.Linear(5, 9), pg.nn.LayerNorm(9), pg.nn.GELU(), pg.nn.Linear(9, 3))
optimizer = pg.optim.Adam(model.parameters(), lr=0.01)
x, y = pg.randn(11, 5), pg.tensor([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1])
for _ in range(4):
    optimizer.zero_grad()
    loss = pg.nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
print(float(loss))
"""


def doubled(y: Reals, x: Reals, n: int):
    for i in part(n):
        y[i] = x[i] * 2.0


def trained(**environment: str) -> tuple[float, str]:
    """The loss after a few steps in a process of its own, and what it said."""
    import os

    found = subprocess.run(
        [sys.executable, "-c", TRAIN], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return float(found.stdout), found.stderr


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch):
    """A compiler that starts anew, and the old one after the test."""
    monkeypatch.setattr(compiled.compiler, "present", True)
    monkeypatch.setattr(compiled.compiler, "waited", 0.0)
    return compiled.compiler


def twice(kernel: compiled.Native) -> list[float] | None:
    run = kernel(SINGLE)
    if run is None:
        return None
    x = host.arange(5, dtype="float32")
    y = host.empty_like(x)
    run(y, x, 5)
    return y.tolist()


def test_switched_off_a_network_learns_the_same(tmp_path: Path) -> None:
    plain, said = trained(PATCHGRAD_KERNELS="off")
    assert said == ""
    fast, said = trained(PATCHGRAD_KERNELS="wait", PATCHGRAD_CACHE=str(tmp_path))
    assert said == ""
    assert fast == pytest.approx(plain, rel=1e-4)
    assert list((tmp_path / "kernels").glob("*.o"))


def test_an_old_processor_and_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way of a folder")
    fast, said = trained(PATCHGRAD_KERNELS="wait", PATCHGRAD_CACHE=str(blocked), PATCHGRAD_CPU="x86-64")
    assert said == ""
    assert fast == pytest.approx(trained(PATCHGRAD_KERNELS="off")[0], rel=1e-4)


def test_a_broken_llvmlite_is_told_once(fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Machine:
        raise OSError("libllvmlite.so: cannot open shared object file")

    monkeypatch.setattr(compiled, "machine", broken)
    with pytest.warns(KernelWarning, match="compiled kernels are off: doubled cannot be compiled .*libllvmlite"):
        assert twice(native(doubled)) is None
    assert twice(native(doubled)) is None


def test_a_kernel_that_is_wrong_is_told_once_and_not_used(fresh) -> None:
    wrong = checked("triple", lambda xp, x: x * 3 + 1, lambda: lambda xp, x: x * 3)
    x = host.arange(4.0)
    with pytest.warns(KernelWarning, match="triple computes wrong numbers"):
        assert wrong(cpu.xp, x).tolist() == [0, 3, 6, 9]
    assert wrong(cpu.xp, x).tolist() == [0, 3, 6, 9]


def test_nobody_waits_longer_than_patience(fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh, "mode", "")
    monkeypatch.setattr(compiled, "PATIENCE", 0.01)
    machine = compiled.machine()
    address = type(machine).address
    monkeypatch.setattr(
        type(machine), "address", lambda self, key, text: (time.sleep(0.2), address(self, key, text))[1]
    )
    kernel = native(doubled)
    assert twice(kernel) is None
    deadline = time.perf_counter() + 20
    while twice(kernel) is None and time.perf_counter() < deadline:
        time.sleep(0.02)
    assert twice(kernel) == [0, 2, 4, 6, 8]


def test_a_damaged_file_of_the_cache_is_made_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATCHGRAD_CACHE", str(tmp_path))
    cache.write("key", b"machine code")
    assert cache.read("key") == b"machine code"
    path = tmp_path / "kernels" / "key.o"
    path.write_bytes(path.read_bytes()[:-1])
    assert cache.read("key") is None
    assert cache.read("another") is None


def test_the_cache_forgets_what_was_not_read_for_long(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATCHGRAD_CACHE", str(tmp_path))
    monkeypatch.setattr(cache, "LIMIT", 4)
    for number in range(7):
        cache.write(str(number), b"code")
    assert len(list((tmp_path / "kernels").glob("*.o"))) <= 4


@pytest.mark.parametrize("cpu_name", ["x86-64", "x86-64-v3", "x86-64-v4"])
def test_registers_are_as_wide_as_the_processor_has_them(monkeypatch: pytest.MonkeyPatch, cpu_name: str) -> None:
    monkeypatch.setenv("PATCHGRAD_CPU", cpu_name)
    machine = Machine()
    if "x86_64" not in machine.target_machine.triple:
        pytest.skip("this is about x86")
    from patchgrad.backend.native.translate import module_of
    from patchgrad.backend.native.values import Numbers

    module = machine.module(module_of(doubled, Numbers("float32", machine.vector_bytes), {}, machine.head))
    text = machine.target_machine.emit_assembly(module)
    widest = max(name for name in ("xmm", "ymm", "zmm") if name in text)
    assert widest == {16: "xmm", 32: "ymm", 64: "zmm"}[machine.vector_bytes]


def test_importing_patchgrad_does_not_import_llvmlite() -> None:
    script = "import sys, patchgrad as pg; pg.ones(2).sum(); print('llvmlite' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_an_op_of_the_user_with_the_name_of_another_keeps_its_own_forward() -> None:
    from patchgrad.autograd.op import OpSpec
    from patchgrad.tensor import apply

    own = OpSpec("softmax", inputs=("x",), forward=lambda xp, x: x + 1, shape=lambda x: x)
    assert apply(own, pg.ones(2)).tolist() == [2, 2]


def test_without_llvmlite_nothing_changes() -> None:
    hidden = (
        "import importlib.util as util; old = util.find_spec\n"
        "util.find_spec = lambda name, package=None: None if name == 'llvmlite' else old(name, package)\n"
    )
    last = "\nimport sys; assert not any(name.endswith('cpu_softmax') for name in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", hidden + TRAIN + last], capture_output=True, text=True, check=True
    )
    assert float(found.stdout) == pytest.approx(trained(PATCHGRAD_KERNELS="off")[0], rel=1e-6)
