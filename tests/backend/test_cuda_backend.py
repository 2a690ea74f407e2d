"""The CUDA backend's own paths, on a double of CuPy (see ``cupy_double.py`` for what that does not show).

Where there is a GPU they run on it too: ``make test-gpu``.
"""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

import patchgrad as pg
from patchgrad.backend import cuda, get_backend, host
from patchgrad.backend.dtype import ALL
from patchgrad.backend.random import Stream
from patchgrad.errors import DeviceError
from patchgrad.nn import functional as F
from patchgrad.tensor import Tensor

from ..contracts.op_samples import every_sample, run, tensors
from . import cupy_double


def test_without_cupy_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(DeviceError, match="needs CuPy, which is not installed") as error:
        pg.ones(2).cuda()
    assert "patchgrad[cuda13]" in error.value.hint
    assert not pg.cuda.is_available()
    assert pg.cuda.device_count() == pg.cuda.memory_allocated() == pg.cuda.memory_reserved() == 0
    pg.cuda.empty_cache()
    for call in (pg.cuda.current_device, pg.cuda.synchronize, pg.cuda.get_device_name, pg.ones(1).pin_memory):
        with pytest.raises(DeviceError, match="needs CuPy"):
            call()


def test_cupy_without_a_gpu_is_told_apart(twin, monkeypatch):
    double = cupy_double.module(twin)
    double.cuda.is_available = lambda: False
    monkeypatch.setitem(sys.modules, "cupy", double)
    with pytest.raises(DeviceError, match="needs an NVIDIA GPU, and none was found"):
        pg.zeros(2, device="cuda")
    assert pg.cuda.device_count() == 0


def test_nothing_of_cupy_is_imported_before_a_gpu_is_asked_for():
    code = "import sys, patchgrad as pg; pg.nn.Linear(2, 2)(pg.ones(1, 2)).sum().backward(); assert 'cupy' not in "
    subprocess.run([sys.executable, "-c", code + "sys.modules"], check=True)


def test_tensors_move_there_and_back_with_their_gradients(gpu):
    x = pg.tensor([1.0, 2.0], requires_grad=True)
    y = x.cuda() * 3
    assert (str(y.device), y.is_cuda, y.is_cpu, y.get_device(), x.get_device()) == ("cuda:0", True, False, 0, -1)
    y.cpu().sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]
    assert x.grad.is_cpu
    moved = x.detach().to("cuda:0", pg.float16)
    assert moved.dtype is pg.float16
    assert moved.to("cuda") is moved
    assert pg.zeros(2, device="cuda").is_cuda
    with pytest.raises(DeviceError, match="there is no device 'cuda:7'"):
        x.to("cuda:7")
    with pytest.raises(DeviceError, match="cannot mix devices"):
        x + y


@pytest.mark.skipif(pg.cuda.device_count() == 1, reason="one GPU is there")
def test_a_number_chooses_among_gpus(gpu):
    second = pg.device("cuda", 1)
    made = [
        pg.tensor([1.0], device="cuda:1"), pg.zeros(2, device=second), pg.randn(3, device="cuda:1"),
        pg.randperm(4, device=second), pg.arange(3, device="cuda:1"), pg.ones(2).cuda(1), pg.ones(2).to(second),
        pg.nn.Linear(2, 2, device="cuda:1").weight, pg.ones(2, device="cuda").to("cuda:1"),
    ]  # fmt: skip
    assert {str(x.device) for x in made} == {"cuda:1"}
    with pg.device(1):
        assert [str(x.device) for x in (pg.ones(2), pg.rand(2), pg.nn.Linear(2, 2).bias)] == ["cuda:1"] * 3
    assert [x.get_device() for x in (pg.ones(1, device="cuda"), pg.ones(1).cuda(), made[0].to("cuda:0"))] == [0, 0, 0]
    with pg.cuda.device(1):
        assert pg.cuda.current_device() == 1
        assert pg.zeros(1, device="cuda").get_device() == 1
    assert pg.cuda.current_device() == 0
    assert (
        pg.randn(3, device="cuda:1", generator=pg.Generator().manual_seed(1)).tolist()
        == pg.randn(3, generator=pg.Generator().manual_seed(1)).tolist()
    )


def test_questions_about_the_gpu_have_answers(gpu):
    assert pg.cuda.is_available()
    assert pg.cuda.get_device_name()
    assert pg.cuda.get_device_capability() >= (5, 0)
    kept = pg.ones(256, device="cuda")
    assert kept.numel() * 4 <= pg.cuda.memory_allocated() <= pg.cuda.memory_reserved()
    free, total = pg.cuda.mem_get_info()
    assert 0 < free < total
    pg.cuda.manual_seed(5)
    assert pg.initial_seed() == pg.cuda.initial_seed() == 5
    with pg.cuda.device(0):
        pg.cuda.synchronize()
    with pytest.raises(DeviceError, match="this is not a GPU"):
        pg.cuda.synchronize("cpu")


def test_a_network_trains_there_as_on_the_cpu(gpu):
    losses = {}
    for place in ("cpu", "cuda"):
        pg.manual_seed(0)
        model = pg.nn.Sequential(
            pg.nn.Conv2d(1, 4, 3, padding=1), pg.nn.BatchNorm2d(4), pg.nn.ReLU(), pg.nn.MaxPool2d(2),
            pg.nn.Dropout(0.2), pg.nn.Flatten(), pg.nn.Linear(36, 8), pg.nn.LayerNorm(8), pg.nn.Linear(8, 3),
        ).to(place)  # fmt: skip
        optimizer = pg.optim.Adam(model.parameters(), lr=0.01)
        x = pg.randn(5, 1, 6, 6, generator=pg.Generator().manual_seed(1)).to(place)
        target = pg.tensor([0, 1, 2, 1, 0]).to(place)
        losses[place] = []
        for _ in range(4):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), target)
            loss.backward()
            optimizer.step()
            losses[place].append(loss.item())
    host.testing.assert_allclose(losses["cuda"], losses["cpu"], rtol=1e-5)


def test_a_tensor_there_is_read_and_written_by_indices_that_are_there_too(gpu):
    found = []
    for place in ("cpu", "cuda"):
        x = pg.arange(12, dtype="float64").reshape(4, 3).to(place).requires_grad_()
        index, mask = pg.tensor([0, 2, 2]).to(place), pg.tensor([True, False, True, False]).to(place)
        y = x * 1
        y[index] = y[mask].sum() * 0.5
        y[mask, 1] = 7.0
        z = y[index].sum() + y[mask].square().sum() + y.index_select(0, index).sum() + y.gather(0, index[None]).sum()
        (z + y.masked_fill(mask[:, None], 0.0).sum() + pg.scatter_add(y, 0, index[None], y[:1]).sum()).backward()
        found.append((z.item(), y.tolist(), x.grad.tolist()))
    assert found[0] == found[1]


def test_autocast_on_a_gpu_has_its_own_lists(gpu):
    x = pg.ones(3, 3, device="cuda")
    with pg.autocast("cuda"):
        assert (x @ x).dtype is pg.float16
        assert (x @ x).exp().dtype is pg.float32
        assert F.layer_norm((x @ x), (3,)).dtype is pg.float32
        with pytest.raises(pg.errors.DtypeError, match="autocast refuses it"):
            F.binary_cross_entropy(x, x)


def test_random_bits_are_those_of_the_cpu(gpu):
    for draw in (
        lambda s, b: s.bits(1001, b),
        lambda s, b: s.uniform((50,), "float32", b),
        lambda s, b: s.permutation(9, b),
    ):
        assert (gpu.to_host(draw(Stream(3, 2**64 - 2), gpu)) == draw(Stream(3, 2**64 - 2), get_backend())).all()


@pytest.mark.parametrize(("op", "sample"), every_sample())
def test_every_op_and_its_gradients_stay_on_the_gpu(op, sample, gpu):
    """No array of the host meets one of the GPU: CuPy would refuse."""
    found = []
    for place in ("cpu", "cuda"):
        inputs = [
            Tensor(gpu.asarray(x.data)) if place == "cuda" and isinstance(x, Tensor) else x for x in tensors(sample)
        ]
        names = op.inputs if op.joint is None and not op.variadic else [""] * len(inputs)
        for name, entry in zip(names, inputs, strict=True):
            if isinstance(entry, Tensor) and op.differentiable and (not name or name in op.vjps):
                entry.requires_grad = entry.dtype.is_floating_point
        outputs = run(op, sample, inputs)
        roots = [y for y in outputs if y.requires_grad]
        for y in roots[:1]:
            y.backward(Tensor(y.backend.xp.ones(y.shape, dtype=y.data.dtype)))
        leaves = [x.grad for x in inputs if isinstance(x, Tensor) and x.grad is not None]
        assert place == "cpu" or all(entry.is_cuda for entry in (*outputs, *leaves)) or op.name == "to_device"
        found.append([entry.detach().cpu().numpy() for entry in (*outputs, *leaves)])
    for mine, theirs in zip(*found, strict=True):
        host.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12)


def test_cupy_has_every_function_and_argument_that_ops_use():
    """By CuPy's own signatures, which need no GPU."""
    cupy = pytest.importorskip("cupy", reason="CuPy is not installed")
    functions = cuda.CuPy("cupy", cuda.completed(cupy))
    wrong = []
    for path in Path(pg.__file__).parent.rglob("*.py"):
        for name, keywords, count in _calls(path):
            function = getattr(functions, name[0], None)
            for part in name[1:]:
                function = getattr(function, part, None)
            problem = "missing" if function is None else _misfit(function, keywords, count, cupy)
            if problem:
                wrong.append((path.name, ".".join(name), problem))
    assert wrong == []


def _calls(path):
    """Calls of ``xp.something``: the name, the keywords, how many arguments by position."""
    for node in ast.walk(ast.parse(path.read_text())):
        name, part = [], getattr(node, "func", None)
        while isinstance(part, ast.Attribute):
            name.insert(0, part.attr)
            part = part.value
        if isinstance(part, ast.Name) and part.id == "xp" and name and name[0] not in ("ops", "cudnn"):
            yield name, [entry.arg for entry in node.keywords if entry.arg], len(node.args)


def _misfit(function, keywords, count, cupy):
    if isinstance(function, (cupy.ufunc, type)):
        return ""
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:  # compiled without a signature
        return ""
    if any(entry.kind is entry.VAR_KEYWORD for entry in parameters):
        return ""
    unknown = set(keywords) - {entry.name for entry in parameters}
    places = sum(entry.kind in (entry.POSITIONAL_ONLY, entry.POSITIONAL_OR_KEYWORD) for entry in parameters)
    many = count > places and not any(entry.kind is entry.VAR_POSITIONAL for entry in parameters)
    return f"{unknown or ''}{' too many by position' if many else ''}".strip()


def test_streams_and_events_order_work(gpu):
    side, start, end = pg.cuda.Stream(), pg.cuda.Event(enable_timing=True), pg.cuda.Event(enable_timing=True)
    assert pg.cuda.current_stream() == pg.cuda.default_stream() != side
    x = pg.ones(4, device="cuda")
    start.record()
    side.wait_stream(pg.cuda.current_stream())
    with pg.cuda.stream(side):
        assert pg.cuda.current_stream() == side
        y = x * 2
        mark = side.record_event()
    mark.wait()
    end.record()
    pg.cuda.current_stream().synchronize()
    end.synchronize()
    assert pg.cuda.current_stream() == pg.cuda.default_stream()
    assert side.query()
    assert mark.query()
    assert start.elapsed_time(end) > 0
    assert y.tolist() == [2.0] * 4
    assert side.device == "cuda:0"
    with pytest.raises(pg.errors.ArgumentError, match="do not measure time"):
        mark.elapsed_time(end)


def test_a_gpu_tells_what_it_is(gpu):
    found = pg.cuda.get_device_properties()
    assert (found.name, (found.major, found.minor)) == (pg.cuda.get_device_name(), pg.cuda.get_device_capability())
    assert min(found.total_memory, found.multi_processor_count, found.warp_size, found.L2_cache_size) > 0
    assert pg.cuda.is_bf16_supported()
    state = pg.cuda.get_rng_state()
    first = pg.rand(3, device="cuda").tolist()
    pg.cuda.set_rng_state(state)
    assert pg.rand(3, device="cuda").tolist() == first


def test_streams_without_a_gpu_say_so():
    if not pg.cuda.is_available():
        for make in (pg.cuda.Stream, pg.cuda.Event, pg.cuda.current_stream):
            with pytest.raises(DeviceError, match="device 'cuda' needs"):
                make()
        assert not pg.cuda.is_bf16_supported()


def test_dtypes_combine_there_as_on_the_cpu(gpu):
    """Every pair of dtypes, with axes and without; also numbers."""
    names = [kind.name for kind in ALL]
    values = {(name, axes): pg.ones((1,) * axes, dtype=name) for name in names for axes in (0, 1)}
    moved = {key: value.cuda() for key, value in values.items()}
    wrong = []
    for one, other in product(values, [*values, True, 2, 2.5, 2.5j]):
        for function in (pg.add, pg.div, pg.maximum, pg.where):
            found = [_dtype_of(function, held[one], held.get(other, other)) for held in (values, moved)]
            if found[0] != found[1]:
                wrong.append((function, one, other, found))
    assert wrong == []


def _dtype_of(function, a, b):
    try:
        return (function(a == a, a, b) if function is pg.where else function(a, b)).dtype
    except pg.errors.PatchgradError as error:
        return type(error)
