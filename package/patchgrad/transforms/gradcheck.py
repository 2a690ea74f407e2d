"""Gradients compared with finite differences: ``gradcheck`` and ``gradgradcheck``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from patchgrad.backend import host
from patchgrad.errors import GradError
from patchgrad.tensor import Tensor
from patchgrad.tensor.worlds import tensor_of
from patchgrad.transforms.forward import jvp
from patchgrad.transforms.gradients import grad

Function = Callable[..., Any]


class _Run:
    """A function at inputs, its results projected to one number: Re(sum(conj(direction) * result))."""

    def __init__(self, function: Function, inputs: Any, eps: float, seed: int) -> None:
        self.function = function
        self.inputs: list[Any] = [inputs] if isinstance(inputs, Tensor) else list(inputs)
        self.eps = eps
        self.rng = host.random.default_rng(seed)
        self.targets = _targets(self.inputs)
        self.results = self.call()
        self.directions = [self.draw(result) for result in self.results]

    def draw(self, like: Tensor) -> Any:
        found = self.rng.standard_normal(like.shape)
        if like.data.dtype.kind == "c":
            found = found + 1j * self.rng.standard_normal(like.shape)
        return host.asarray(found, dtype=like.data.dtype)

    def call(self, inputs: Sequence[Any] | None = None) -> list[Tensor]:
        found = self.function(*(self.inputs if inputs is None else inputs))
        entries = [found] if isinstance(found, Tensor) else list(found)
        return [entry for entry in entries if isinstance(entry, Tensor) and entry.data.dtype.kind in "fc"]

    def value(self) -> float:
        pairs = zip(self.call(), self.directions, strict=True)
        return float(sum((result.data * host.conj(direction)).sum().real for result, direction in pairs))

    def analytic(self, results: Sequence[Tensor] | None = None) -> list[Any]:
        results = self.call() if results is None else results
        live = [(r, Tensor(d)) for r, d in zip(results, self.directions, strict=True) if r.requires_grad]
        if not live:
            raise GradError(
                "no result of the function requires a gradient", hint="are the inputs made with requires_grad=True?"
            )
        found = grad(
            [r for r, _ in live], [self.inputs[i] for i in self.targets], [d for _, d in live], allow_unused=True
        )
        return [
            host.zeros(self.inputs[i].shape, self.inputs[i].data.dtype) if entry is None else entry.data
            for i, entry in zip(self.targets, found, strict=True)
        ]

    def numeric(self, which: int) -> Any:
        """Central differences with respect to each element of one input; of its real and imaginary parts."""
        flat = self.inputs[which].data.reshape(-1)
        out = host.zeros_like(flat)
        units = (1, 1j) if flat.dtype.kind == "c" else (1,)
        for place in range(flat.size):
            for unit in units:
                kept = flat[place]
                flat[place] = kept + unit * self.eps
                up = self.value()
                flat[place] = kept - unit * self.eps
                out[place] += unit * (up - self.value()) / (2 * self.eps)
                flat[place] = kept
        return out.reshape(self.inputs[which].shape)

    def along(self, moves: Sequence[Any]) -> float:
        """The central difference when all inputs move at once."""
        kept = [self.inputs[i].data for i in self.targets]
        ends: list[float] = []
        for sign in (1, -1):
            for i, array, move in zip(self.targets, kept, moves, strict=True):
                self.inputs[i].data = host.asarray(array + sign * self.eps * move)
            ends.append(self.value())
        for i, array in zip(self.targets, kept, strict=True):
            self.inputs[i].data = array
        return (ends[0] - ends[1]) / (2 * self.eps)


def _targets(inputs: Sequence[Any]) -> list[int]:
    chosen = [i for i, entry in enumerate(inputs) if isinstance(entry, Tensor) and entry.requires_grad]
    for i in chosen:
        if inputs[i].dtype.name not in ("float64", "complex128"):
            raise GradError(
                "finite differences need float64",
                got=f"input {i}: {inputs[i].dtype.name}",
                hint="make it with dtype=float64",
            )
        inputs[i].data = host.ascontiguousarray(inputs[i].data)
    return chosen


def gradcheck(
    func: Function,
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-6,
    rtol: float = 1e-4,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    seed: int = 0,
) -> bool:
    """Compare the gradient of a random projection of ``func(*inputs)`` with central differences.

    Parameters
        inputs               a tensor or several; those in float64 or complex128 that require a gradient are checked
        nondet_tol           how much the gradient may differ between two runs
        check_forward_ad     compare the tangents, too
        check_batched_grad   compare gradients of a batch of cotangents (`vmap`) with those of each
        fast_mode            along one random direction, instead of number by number
    Errors
        GradError  that names the input and the largest difference; with ``raise_exception=False`` the result is False.
    """
    try:
        run = _Run(func, inputs, eps, seed)
        if check_backward_ad:
            _check_backward(run, atol, rtol, nondet_tol, fast_mode)
        if check_forward_ad:
            _check_forward(run, atol, rtol)
        if check_batched_grad:
            _check_batched(run)
        if check_batched_forward_grad:
            _check_batched_forward(run)
    except GradError:
        if raise_exception:
            raise
        return False
    return True


def _check_backward(run: _Run, atol: float, rtol: float, nondet_tol: float, fast: bool) -> None:
    exact = run.analytic(run.results)
    for i, first, second in zip(run.targets, exact, run.analytic(), strict=True):
        if first.size and float(host.max(host.abs(first - second))) > nondet_tol:
            raise GradError(
                f"the gradient of input {i} differs between two runs",
                got=f"a difference of {float(host.max(host.abs(first - second))):.2e}",
                hint="fix the random numbers, or allow it with nondet_tol",
            )
    if fast:
        moves = [run.draw(run.inputs[i]) for i in run.targets]
        mine = float(sum((g * host.conj(move)).sum().real for g, move in zip(exact, moves, strict=True)))
        _compare("the gradient is wrong along a random direction", mine, run.along(moves), atol, rtol)
        return
    for i, analytic in zip(run.targets, exact, strict=True):
        _compare(f"the gradient of input {i} is wrong", analytic, run.numeric(i), atol, rtol)


def _compare(title: str, exact: Any, numeric: Any, atol: float, rtol: float) -> None:
    if not host.allclose(exact, numeric, atol=atol, rtol=rtol):
        worst = float(host.max(host.abs(exact - numeric)))
        raise GradError(title, got=f"{exact}", want=f"{numeric} (difference {worst:.2e})")


def _moving(run: _Run) -> tuple[Function, tuple[Tensor, ...]]:
    """The function of the checked inputs alone."""

    def function(*moving: Any) -> tuple[Tensor, ...]:
        inputs = list(run.inputs)
        for i, entry in zip(run.targets, moving, strict=True):
            inputs[i] = entry
        return tuple(run.call(inputs))

    return function, tuple(Tensor(run.inputs[i].data) for i in run.targets)


def _check_forward(run: _Run, atol: float, rtol: float) -> None:
    function, primals = _moving(run)
    moves = [run.draw(primal) for primal in primals]
    _, moved = jvp(function, primals, tuple(Tensor(move) for move in moves))
    pairs = zip(moved, run.directions, strict=True)
    mine = float(sum((tangent.data * host.conj(direction)).sum().real for tangent, direction in pairs))
    _compare("the tangent of the results is wrong", mine, run.along(moves), atol, rtol)


def _check_batched(run: _Run) -> None:
    live = [result for result in run.call() if result.requires_grad]
    targets = [run.inputs[i] for i in run.targets]
    cts = [[run.draw(result) for result in live] for _ in range(2)]
    apart = [grad(live, targets, [Tensor(ct) for ct in row], retain_graph=True, materialize_grads=True) for row in cts]
    stacked = [tensor_of(host.stack(column)) for column in zip(*cts, strict=True)]
    batched = grad(live, targets, stacked, retain_graph=True, materialize_grads=True, is_grads_batched=True)
    for i, found, *rows in zip(run.targets, batched, *apart, strict=True):
        _compare(
            f"the gradient of input {i} is wrong for a batch",
            found.data,
            host.stack([r.data for r in rows]),
            1e-9,
            1e-9,
        )


def _check_batched_forward(run: _Run) -> None:
    from patchgrad.transforms.batching.vmap import vmap

    function, primals = _moving(run)
    moves = [host.stack([run.draw(primal) for _ in range(2)]) for primal in primals]
    batched = vmap(lambda *vs: jvp(function, primals, vs)[1])(*[Tensor(move) for move in moves])
    for row in range(2):
        _, apart = jvp(function, primals, tuple(tensor_of(move[row]) for move in moves))
        for found, single in zip(batched, apart, strict=True):
            _compare("the tangent of the results is wrong for a batch", found.data[row], single.data, 1e-9, 1e-9)


def gradgradcheck(
    func: Function,
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    seed: int = 0,
) -> bool:
    """`gradcheck` of the gradient itself."""
    run = _Run(func, inputs, eps, seed + 1)
    given = None if grad_outputs is None else [grad_outputs] if isinstance(grad_outputs, Tensor) else grad_outputs
    directions = run.directions if given is None else [entry.data for entry in given]

    def gradient(*changed: Any) -> list[Tensor]:
        live = [(r, Tensor(d)) for r, d in zip(run.call(changed), directions, strict=True) if r.requires_grad]
        found = grad(
            [r for r, _ in live],
            [changed[i] for i in run.targets],
            [d for _, d in live],
            create_graph=True,
            allow_unused=True,
        )
        return [entry for entry in found if entry is not None]

    if not any(entry.requires_grad for entry in gradient(*run.inputs)):
        return True
    return gradcheck(
        gradient,
        run.inputs,
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_batched_grad=check_batched_grad,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        fast_mode=fast_mode,
        seed=seed,
    )
