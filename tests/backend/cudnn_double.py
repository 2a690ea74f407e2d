"""A double of cuDNN's frontend: graphs of convolutions, norms and attention, computed by NumPy.

It shows that graphs are asked for, kept and run with the right arrays. What cuDNN itself says to these graphs is in
``test_cudnn.py``, where it is installed.
"""

from __future__ import annotations

import ctypes
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy

from patchgrad.autograd.op import find
from patchgrad.backend import cpu, get_backend


class NotSupported(Exception):
    """cuDNN has no engine for this."""


class Tensor:
    """A tensor of a graph; ``compute`` gives its values from those of the inputs."""

    def __init__(self, spec: dict[str, Any], compute: Any = None) -> None:
        self.spec, self.compute = spec, compute

    def set_output(self, value: bool) -> Tensor:
        self.spec["output"] = value
        return self

    def set_dim(self, dim: list[int]) -> Tensor:
        self.spec["dim"] = dim
        return self

    def set_stride(self, stride: list[int]) -> Tensor:
        self.spec["stride"] = stride
        return self

    def set_data_type(self, kind: str) -> Tensor:
        self.spec["data_type"] = kind
        return self


def _attrs(image: Any, weight: Any, pre_padding: Any, post_padding: Any, stride: Any, dilation: Any) -> dict[str, Any]:
    padding = tuple(zip(pre_padding, post_padding, strict=True))
    return {"stride": tuple(stride), "padding": padding, "dilation": tuple(dilation), "groups": image // weight}


class Graph:
    """Convolutions with a bias, norms, attention."""

    built = 0

    def __init__(self, **where: Any) -> None:
        self.where = where
        self.notes: list[str] = []

    def tensor(self, name: str, **spec: Any) -> Tensor:
        return Tensor(spec)

    def _run(self, op: str, *inputs: Any, **attrs: Any) -> Tensor:
        def compute(values: Any) -> Any:
            found = [None if entry is None else _values(entry, values).astype("float32") for entry in inputs]
            return find(op).forward(cpu.xp, *found, **attrs)

        return Tensor({}, compute)

    def conv_fprop(self, image: Tensor, weight: Tensor, **settings: Any) -> Tensor:
        attrs = _attrs(image.spec["dim"][1], weight.spec["dim"][1], **settings)
        return self._run("conv2d", image, weight, None, **attrs)

    def bias(self, input: Tensor, bias: Tensor) -> Tensor:
        return Tensor({}, lambda values: _values(input, values) + _values(bias, values).astype("float32"))

    def conv_dgrad(self, loss: Tensor, filter: Tensor, **settings: Any) -> Tensor:
        out = Tensor({})

        def compute(values: Any) -> Any:
            dim = out.spec["dim"]
            attrs = _attrs(dim[1], filter.spec["dim"][1], **settings)
            return _values(self._run("conv2d_input", loss, filter, size=tuple(dim[2:]), **attrs), values)

        out.compute = compute
        return out

    def conv_wgrad(self, image: Tensor, loss: Tensor, **settings: Any) -> Tensor:
        out = Tensor({})

        def compute(values: Any) -> Any:
            dim = out.spec["dim"]
            attrs = _attrs(image.spec["dim"][1], dim[1], **settings)
            return _values(self._run("conv2d_weight", image, loss, kernel=tuple(dim[2:]), **attrs), values)

        out.compute = compute
        return out

    def _several(self, count: int, compute: Any) -> list[Tensor]:
        """Tensors whose values one function gives as a tuple."""
        return [Tensor({}, lambda values, i=i: compute(values)[i]) for i in range(count)]

    def layernorm(self, norm_forward_phase: str, input: Tensor, scale: Tensor, bias: Tensor, epsilon: Tensor) -> Any:
        assert norm_forward_phase == "TRAINING"
        return self._several(3, lambda v: _norm(v, input, scale, bias, epsilon, (1, 2, 3)))

    def instancenorm(self, norm_forward_phase: str, input: Tensor, scale: Tensor, bias: Tensor, epsilon: Tensor) -> Any:
        assert norm_forward_phase == "TRAINING"
        return self._several(3, lambda v: _norm(v, input, scale, bias, epsilon, (2, 3)))

    def rmsnorm(self, norm_forward_phase: str, input: Tensor, scale: Tensor, epsilon: Tensor) -> Any:
        assert norm_forward_phase == "TRAINING"
        y, inverse = self._several(2, lambda v: _norm(v, input, scale, None, epsilon, (1, 2, 3))[::2])
        return [y, inverse, None]

    def batchnorm(self, input: Tensor, scale: Tensor, bias: Tensor, epsilon: Tensor, **running: Tensor) -> Any:
        def compute(values: Any) -> Any:
            y, mean, inverse = _norm(values, input, scale, bias, epsilon, (0, 2, 3))
            x, moment = _values(input, values), _values(running["momentum"], values)
            new = (mean, x.astype("float32").var((0, 2, 3), keepdims=True, ddof=1))
            old = [_values(running[name], values) for name in ("in_running_mean", "in_running_var")]
            return y, mean, inverse, *[(1 - moment) * a + moment * b for a, b in zip(old, new, strict=True)]

        return self._several(5, compute)

    def layernorm_backward(self, **given: Tensor) -> Any:
        return self._several(3, lambda v: _norm_gradients(v, axes=(1, 2, 3), **given))

    def instancenorm_backward(self, **given: Tensor) -> Any:
        return self._several(3, lambda v: _norm_gradients(v, axes=(2, 3), **given))

    def batchnorm_backward(self, **given: Tensor) -> Any:
        return self._several(3, lambda v: _norm_gradients(v, axes=(0, 2, 3), **given))

    def rmsnorm_backward(self, has_dbias: bool, **given: Tensor) -> Any:
        assert not has_dbias
        return [*self._several(2, lambda v: _norm_gradients(v, axes=(1, 2, 3), **given)), None]

    def sdpa(self, q: Tensor, k: Tensor, v: Tensor, generate_stats: bool, **how: Any) -> Any:
        assert generate_stats
        return self._several(2, lambda values: _attention(values, q, k, v, **how))

    def sdpa_backward(self, use_deterministic_algorithm: bool, **given: Any) -> Any:
        assert use_deterministic_algorithm
        return self._several(3, lambda values: _attention_gradients(values, **given))

    def validate(self) -> None: ...

    def build_operation_graph(self) -> None: ...

    def create_execution_plans(self, modes: list[str]) -> None: ...

    def deselect_numeric_notes(self, notes: list[str]) -> None:
        self.notes = notes

    def check_support(self) -> None:
        if self.where["handle"].refuses:
            raise NotSupported("no engine")

    def build_plans(self) -> None:
        Graph.built += 1

    def get_workspace_size(self) -> int:
        return 64

    def execute(self, pointers: dict[Tensor, int], workspace: int, handle: Any) -> None:
        assert workspace
        assert handle is self.where["handle"]
        arrays = {tensor: _array(tensor, pointer) for tensor, pointer in pointers.items()}
        for tensor, array in arrays.items():
            if tensor.spec.get("output"):
                array[...] = tensor.compute(arrays)


def _norm(values: Any, x: Tensor, weight: Tensor, bias: Any, eps: Tensor, axes: tuple[int, ...]) -> Any:
    x, weight, eps = (_values(entry, values).astype("float32") for entry in (x, weight, eps))
    assert eps.shape == (1, 1, 1, 1)
    mean = x.mean(axes, keepdims=True) * (bias is not None)
    inverse = 1 / numpy.sqrt(((x - mean) ** 2).mean(axes, keepdims=True) + eps)
    return (x - mean) * inverse * weight + (0 if bias is None else _values(bias, values)), mean, inverse


def _norm_gradients(values: Any, axes: Any, grad: Any, input: Any, scale: Any, inv_variance: Any, mean: Any = None):
    """By the chain rule through y = unit * weight + bias, unit = (x - mean) * inverse; the mean of some is 0."""
    ct, x, weight, inverse = (_values(e, values).astype("float32") for e in (grad, input, scale, inv_variance))
    unit = (x - (0 if mean is None else _values(mean, values))) * inverse
    inner = ct * weight
    dx = inner - unit * (inner * unit).mean(axes, keepdims=True)
    if mean is not None:
        dx = dx - inner.mean(axes, keepdims=True)
    rest = tuple(i for i in range(4) if weight.shape[i] == 1)
    return dx * inverse, (ct * unit).sum(rest, keepdims=True), ct.sum(rest, keepdims=True)


def _map(values: Any, q: Tensor, k: Tensor, attn_scale: float, use_causal_mask: bool) -> Any:
    query, key = (_values(entry, values).astype("float32") for entry in (q, k))
    scores = attn_scale * query @ key.swapaxes(-1, -2)
    if use_causal_mask:
        scores = numpy.where(numpy.tri(*scores.shape[-2:], dtype=bool), scores, -numpy.inf)
    return scores, query, key


def _attention(values: Any, q: Tensor, k: Tensor, v: Tensor, **how: Any) -> Any:
    scores = _map(values, q, k, **how)[0]
    level = numpy.log(numpy.exp(scores).sum(-1, keepdims=True))
    return numpy.exp(scores - level) @ _values(v, values).astype("float32"), level


def _attention_gradients(values: Any, q: Any, k: Any, v: Any, o: Any, dO: Any, stats: Any, **how: Any) -> Any:
    scores, query, key = _map(values, q, k, **how)
    value, y, ct = (_values(entry, values).astype("float32") for entry in (v, o, dO))
    weights = numpy.exp(scores - _values(stats, values))
    inner = weights * (ct @ value.swapaxes(-1, -2) - (ct * y).sum(-1, keepdims=True)) * how["attn_scale"]
    return inner @ key, inner.swapaxes(-1, -2) @ query, weights.swapaxes(-1, -2) @ ct


def _values(tensor: Tensor, values: Any) -> Any:
    return values[tensor] if tensor in values else tensor.compute(values)


def _array(tensor: Tensor, pointer: int) -> Any:
    kind = get_backend("cpu").asarray(0, dtype=tensor.spec["data_type"]).dtype
    size = int(numpy.prod(tensor.spec["dim"])) * kind.itemsize
    memory = (ctypes.c_byte * size).from_address(pointer)
    return numpy.frombuffer(memory, dtype=kind).reshape(tensor.spec["dim"])


def module(refuses: bool = False) -> ModuleType:
    """What ``import cudnn`` would give."""
    made: Any = ModuleType("cudnn")
    made.backend_version = lambda: 90000
    made.cudnnGraphNotSupportedError = NotSupported
    import ml_dtypes

    made.data_type = SimpleNamespace(FLOAT="float32", HALF="float16", BFLOAT16=ml_dtypes.bfloat16)
    made.norm_forward_phase = SimpleNamespace(TRAINING="TRAINING")
    made.heur_mode = SimpleNamespace(A="A", FALLBACK="FALLBACK")
    names = ("NONDETERMINISTIC", "REDUCED_PRECISION_REDUCTION", "DOWN_CONVERT_INPUTS", "TENSOR_CORE")
    made.numerical_note = SimpleNamespace(**{name: name for name in names})
    made.pygraph = Graph
    made.create_handle = lambda: SimpleNamespace(refuses=refuses)
    made.set_stream = lambda handle, stream: None
    return made
