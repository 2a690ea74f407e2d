"""Pruning under PyTorch's names: a weight times a mask of zeros and ones, computed before each call of its module.

The parameter stands under ``{name}_orig`` and the mask, a buffer, under ``{name}_mask``; ``{name}`` is their product.
Methods that prune one after the other are gathered in a `PruningContainer`, whose masks only grow.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from patchgrad.autograd.state import no_grad
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.nn.utils.norms_of_weights import named_tensor
from patchgrad.ops.filled import ones_like
from patchgrad.ops.movement import cat
from patchgrad.ops.random import rand, rand_like

Modules = Iterable[tuple[Any, str]]


class BasePruningMethod(ABC):
    """What a way to prune is made of: subclasses give ``PRUNING_TYPE`` and `compute_mask`.

    Fields
        PRUNING_TYPE  "unstructured": of several methods, each sees the entries that are left; "structured": the
                      channels along ``dim`` that are left; "global": everything
    """

    PRUNING_TYPE: ClassVar[str]
    _tensor_name: str

    def __call__(self, module: Any, inputs: Any) -> None:
        setattr(module, self._tensor_name, self.apply_mask(module))

    @abstractmethod
    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """A mask of the shape of ``t``, 0 where it is pruned; 0 too where ``default_mask`` is."""

    def apply_mask(self, module: Any) -> Any:
        """The pruned weight of a module."""
        mask = getattr(module, f"{self._tensor_name}_mask")
        weight = getattr(module, f"{self._tensor_name}_orig")
        return mask.to(weight.dtype) * weight

    @classmethod
    def apply(cls, module: Any, name: str, *args: Any, importance_scores: Any = None, **kwargs: Any) -> Any:
        """Prune ``module.<name>`` by a new method of this class, on top of what pruned it before; gives the hook.

        Errors
            ArgumentError, ShapeError  nothing is changed
        """
        before = _hook_of(module, name)
        weight = named_tensor(module, name)
        method = hook = cls(*args, **kwargs)
        method._tensor_name = name
        default = ones_like(weight.detach())
        if before is not None:
            default = getattr(module, f"{name}_mask").detach().clone()
            known = before[1]
            hook = PruningContainer(*(known if isinstance(known, PruningContainer) else (known,)))  # type: ignore[assignment]
            hook.add_pruning_method(method)  # type: ignore[attr-defined]
        with no_grad():
            mask = hook.compute_mask(_scores(weight, importance_scores), default).to(weight.dtype)
        _put(module, name, mask, before)
        setattr(module, name, hook.apply_mask(module))
        module.register_forward_pre_hook(hook)
        return hook

    def prune(self, t: Any, default_mask: Any = None, importance_scores: Any = None) -> Any:
        """``t`` times the mask that this method gives; no module is needed."""
        default = ones_like(t) if default_mask is None else default_mask
        return t * self.compute_mask(_scores(t, importance_scores), default_mask=default)

    def remove(self, module: Any) -> None:
        """Make it last: the pruned weight becomes the parameter, the same object as before. The hook stays."""
        name = self._tensor_name
        weight = getattr(module, f"{name}_orig")
        with no_grad():
            weight.copy_(self.apply_mask(module))
        for attribute in (name, f"{name}_orig", f"{name}_mask"):
            delattr(module, attribute)
        module.register_parameter(name, weight)


def _scores(weight: Any, given: Any) -> Any:
    if given is not None and given.shape != weight.shape:
        raise ShapeError("there is an importance for each weight", got=f"{given.shape}", want=f"{weight.shape}")
    return (weight if given is None else given).detach()


def _put(module: Any, name: str, mask: Any, before: Any) -> None:
    """Weight and mask under their names; the hook that was there before is taken away."""
    if before is not None:
        del module._hooks.before[before[0]]
    else:
        weight = getattr(module, name)
        delattr(module, name)
        module.register_parameter(f"{name}_orig", weight)
    module.register_buffer(f"{name}_mask", mask)


def _hook_of(module: Any, name: str) -> tuple[int, BasePruningMethod] | None:
    """The hook that prunes a weight, and its key."""
    for key, (hook, _) in module._hooks.before.items():
        if isinstance(hook, BasePruningMethod) and hook._tensor_name == name:
            return key, hook
    return None


class PruningContainer(BasePruningMethod):
    """Methods that prune the same weight, in order."""

    def __init__(self, *args: Any) -> None:
        self._pruning_methods: tuple[BasePruningMethod, ...] = ()
        methods = args[0] if len(args) == 1 and not isinstance(args[0], BasePruningMethod) else args
        for method in methods:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: Any) -> None:
        """One more. Raises ArgumentError for what is none, or prunes a weight of another name."""
        if not isinstance(method, BasePruningMethod):
            raise ArgumentError("a container holds pruning methods", got=type(method).__name__)
        mine = getattr(self, "_tensor_name", method._tensor_name)
        if method._tensor_name != mine:
            raise ArgumentError(
                "the methods of a container prune the same weight", got=repr(method._tensor_name), want=repr(mine)
            )
        self._tensor_name = mine
        self._pruning_methods = (*self._pruning_methods, method)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Iterator[BasePruningMethod]:
        return iter(self._pruning_methods)

    def __getitem__(self, index: Any) -> Any:
        return self._pruning_methods[index]

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The last method's mask, of what the others left, together with theirs."""
        method, mask = self._pruning_methods[-1], default_mask.clone()
        if method.PRUNING_TYPE == "unstructured":
            left: Any = default_mask == 1
        elif method.PRUNING_TYPE == "structured":
            axis = getattr(method, "dim", -1) % t.ndim
            others = tuple(i for i in range(t.ndim) if i != axis)
            left = (*(slice(None),) * axis, (default_mask.sum(others) != 0).nonzero().flatten())
        elif method.PRUNING_TYPE == "global":
            left = (slice(None),) * t.ndim
        else:
            raise ArgumentError(
                "this is no way to prune", got=repr(method.PRUNING_TYPE), want="unstructured, structured or global"
            )
        mask[left] = method.compute_mask(t[left], default_mask=default_mask[left]).to(mask.dtype)
        return mask


class Identity(BasePruningMethod):
    """Prune nothing: only the mask and the names are made."""

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        return default_mask


class CustomFromMask(BasePruningMethod):
    """Prune where a given mask is 0."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Any) -> None:
        self.mask = mask

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        if self.mask.shape != default_mask.shape:
            raise ShapeError("the mask has the weight's shape", got=f"{self.mask.shape}", want=f"{default_mask.shape}")
        return default_mask * self.mask.to(default_mask.dtype)


class _ByAmount(BasePruningMethod):
    """``amount`` is a number of entries or channels, or a share of them in [0, 1]."""

    def __init__(self, amount: float) -> None:
        if isinstance(amount, bool) or not isinstance(amount, (int, float)):
            raise ArgumentError("the amount to prune is a number", got=type(amount).__name__)
        if not amount >= 0 or (isinstance(amount, float) and not amount <= 1):
            raise ArgumentError(
                "so much cannot be pruned", got=f"amount={amount}", want="a share in [0, 1], or a whole number from 0"
            )
        self.amount = amount

    def count(self, size: int) -> int:
        """Of so many entries or channels. Raises ArgumentError if there are fewer."""
        if isinstance(self.amount, float):
            return round(self.amount * size)
        if self.amount > size:
            raise ArgumentError("there is less than what shall be pruned", got=f"amount={self.amount}, of {size}")
        return self.amount


class _Unstructured(_ByAmount):
    PRUNING_TYPE = "unstructured"

    def importance(self, t: Any) -> Any:
        """The smallest are pruned."""
        raise NotImplementedError

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        mask = default_mask.clone().flatten()
        count = self.count(t.numel())
        if count:
            mask[self.importance(t).flatten().topk(count, largest=False).indices] = 0
        return mask.reshape(default_mask.shape)


class RandomUnstructured(_Unstructured):
    """Prune entries drawn at random."""

    def importance(self, t: Any) -> Any:
        return rand_like(t)


class L1Unstructured(_Unstructured):
    """Prune the entries with the smallest absolute values."""

    def importance(self, t: Any) -> Any:
        return abs(t)


class _Structured(_ByAmount):
    """Channels are the slices along ``dim``."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: float, dim: int = -1) -> None:
        super().__init__(amount)
        self.dim = dim

    def importance(self, t: Any, axis: int) -> Any:
        """Of each channel; those of the smallest are pruned."""
        raise NotImplementedError

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        if t.ndim < 2 or not -t.ndim <= self.dim < t.ndim:
            raise ShapeError(
                "channels to prune are slices of a tensor of two axes or more",
                got=f"{t.shape}, dim={self.dim}",
                want="dim within the axes",
            )
        axis = self.dim % t.ndim
        count, mask = self.count(t.shape[axis]), default_mask.clone()
        if count:
            gone = self.importance(t, axis).topk(count, largest=False).indices
            mask[(*(slice(None),) * axis, gone)] = 0
        return mask


class RandomStructured(_Structured):
    """Prune channels drawn at random."""

    def importance(self, t: Any, axis: int) -> Any:
        return rand(t.shape[axis], device=t.device)


class LnStructured(_Structured):
    """Prune the channels with the smallest ``n``-norm (1, 2, inf, -inf, "fro" ...)."""

    def __init__(self, amount: float, n: Any, dim: int = -1) -> None:
        super().__init__(amount, dim)
        self.n = n

    def importance(self, t: Any, axis: int) -> Any:
        return t.norm(2 if self.n == "fro" else self.n, dim=tuple(i for i in range(t.ndim) if i != axis))


def identity(module: Any, name: str) -> Any:
    """A mask of ones: what can be pruned later. Gives the module, as all of these do."""
    Identity.apply(module, name)
    return module


def random_unstructured(module: Any, name: str, amount: float) -> Any:
    """Prune ``amount`` entries of ``module.<name>`` (a number, or a share), drawn at random."""
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module: Any, name: str, amount: float, importance_scores: Any = None) -> Any:
    """Prune the ``amount`` entries with the smallest absolute values, or ``importance_scores``."""
    L1Unstructured.apply(module, name, amount=amount, importance_scores=importance_scores)
    return module


def random_structured(module: Any, name: str, amount: float, dim: int) -> Any:
    """Prune ``amount`` channels along ``dim``, drawn at random."""
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(module: Any, name: str, amount: float, n: Any, dim: int, importance_scores: Any = None) -> Any:
    """Prune the ``amount`` channels along ``dim`` with the smallest ``n``-norm."""
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: Any, name: str, mask: Any) -> Any:
    """Prune ``module.<name>`` where ``mask``, of its shape, is 0."""
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(
    parameters: Modules, pruning_method: type, importance_scores: Mapping[Any, Any] | None = None, **kwargs: Any
) -> None:
    """Prune the weights ``(module, name)`` as if they were one: the share of each follows from all.

    Parameters
        pruning_method     a class for single entries, as `L1Unstructured`; ``kwargs`` are its arguments
        importance_scores  by (module, name), in place of the weights
    """
    places = [(module, name) for module, name in parameters]
    given = importance_scores or {}
    method: Any = pruning_method(**kwargs)
    if method.PRUNING_TYPE != "unstructured":
        raise ArgumentError(
            "only single entries can be pruned over several weights",
            got=f"{pruning_method.__name__}, {method.PRUNING_TYPE}",
            want="an unstructured method",
        )
    weights = [named_tensor(module, name) for module, name in places]
    scores = [_scores(weight, given.get(place)).flatten() for place, weight in zip(places, weights, strict=True)]
    masks = [getattr(module, f"{name}_mask", None) for module, name in places]
    default = [ones_like(s) if mask is None else mask.flatten() for s, mask in zip(scores, masks, strict=True)]
    together = PruningContainer()
    together._tensor_name = method._tensor_name = "all"
    together.add_pruning_method(method)
    with no_grad():
        found = together.compute_mask(cat(scores), cat(default))
    parts = found.split([weight.numel() for weight in weights])
    for (module, name), weight, part in zip(places, weights, parts, strict=True):
        custom_from_mask(module, name, part.reshape(weight.shape))


def remove(module: Any, name: str) -> Any:
    """Make pruning last: ``module.<name>`` is a parameter again, zeros and all."""
    found = _hook_of(module, name)
    if found is None:
        raise ArgumentError(f"{name!r} of {type(module).__name__} is not pruned", hint="prune.l1_unstructured(...)")
    found[1].remove(module)
    del module._hooks.before[found[0]]
    return module


def is_pruned(module: Any) -> bool:
    """Is a weight of this module, or of one within it, pruned?"""
    hooks = (hook for child in module.modules() for hook, _ in child._hooks.before.values())
    return any(isinstance(hook, BasePruningMethod) for hook in hooks)
