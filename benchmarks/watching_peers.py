"""What others cost who look: hooks of PyTorch, TorchLens, torchview, torchvista. Those not installed are named."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from copy import deepcopy
from importlib import import_module
from io import StringIO
from pathlib import Path
from time import process_time
from typing import Any

from benchmarks.timing import Row, race
from patchgrad.backend import host


def run() -> list[Row]:
    """The network of ``recorder_overhead``, in PyTorch with one thread: ratios are to its step alone."""
    try:
        torch: Any = import_module("torch")
    except ImportError:
        print("  PyTorch is not installed: the peers are left out")
        return []
    torch.set_num_threads(1)
    model, images, step = _network(torch)

    def hooked() -> None:
        with _hooks(torch, model):
            step()

    contestants: dict[str, Callable[[], object]] = {
        "PyTorch, the step alone": step,
        "PyTorch, hooks that measure": hooked,
        **_tracers(deepcopy(model).eval(), images),
    }
    return race(contestants, rounds=12, inner=1, warm_up=2, clock=process_time)


def _network(torch: Any) -> tuple[Any, Any, Callable[[], float]]:
    nn, rng = torch.nn, host.random.default_rng(0)
    images, targets = (
        torch.tensor(rng.standard_normal(shape), dtype=torch.float32) for shape in ((128, 784), (128, 10))
    )
    model = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)

    def step() -> float:
        optimizer.zero_grad()
        loss = (model(images) - targets).square().mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    return model, images, step


@contextmanager
def _hooks(torch: Any, model: Any) -> Iterator[None]:
    """Mean and deviation of every output, norm of every gradient: what people write by hand."""
    found: list[float] = []

    def forward(module: Any, args: Any, output: Any) -> None:
        found.extend((output.mean().item(), output.std().item()))

    handles = [layer.register_forward_hook(forward) for layer in model]
    handles += [p.register_hook(lambda gradient: found.append(gradient.norm().item())) for p in model.parameters()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _tracers(model: Any, images: Any) -> dict[str, Callable[[], object]]:
    """Each traces one forward pass, without a backward and without an update."""
    calls: dict[str, Callable[[Any], Callable[[], object]]] = {
        "torchlens": lambda peer: lambda: peer.trace(model, images),
        "torchview": lambda peer: lambda: peer.draw_graph(model, input_data=images),
        "torchvista": lambda peer: lambda: _to_file(peer, model, images),
    }
    found: dict[str, Callable[[], object]] = {}
    for name, call in calls.items():
        try:
            found[f"{name}, one forward traced"] = call(import_module(name))
        except ImportError:
            print(f"  {name} is not installed: left out")
    return found


def _to_file(torchvista: Any, model: Any, images: Any) -> None:
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(StringIO()):
        torchvista.trace_model(model, images, export_format="html", export_path=str(Path(folder) / "graph.html"))
