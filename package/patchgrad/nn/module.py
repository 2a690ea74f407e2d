"""Module: parameters, buffers and children under names, as in PyTorch.

A module knows its own names and nothing of optimizers, layer graphs or drawing. Saving and loading
stand in ``stateful.py``, hooks in ``hooks.py``. Read next: ``linear.py`` for the simplest layer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, Self

from patchgrad.autograd.state import state
from patchgrad.errors import NotWrittenError, UnknownNameError
from patchgrad.nn import moving, printing
from patchgrad.nn.hooks import HookHandle, Hooks, add, watched_call
from patchgrad.nn.parameter import Parameter, clear_grad
from patchgrad.nn.stateful import Stateful
from patchgrad.tensor import Tensor
from patchgrad.tensor.calls import refusal


class Module(Stateful):
    """Base of all layers and models: assign parameters and children in ``__init__``, compute in ``forward``.

    Errors
        ArgumentError  if something is registered before ``super().__init__()``, or under a bad name.
    """

    training: bool
    _hooks: Hooks

    def __init__(self) -> None:
        super().__init__()
        self.__dict__.update(training=True, _hooks=Hooks())

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes; every layer and model writes its own."""
        raise NotWrittenError(
            f"{type(self).__name__} has no forward method",
            got=f"a call of {type(self).__name__}",
            want="a method forward that computes the output",
            hint=self._instead_of_forward,
        )

    _instead_of_forward = "write `def forward(self, x): ...` in the class (is the name spelt so, and indented with it?)"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        scope = state.scope
        scope.append(self)
        try:
            if self._hooks or state.observers:
                return watched_call(self, self._hooks, args, kwargs)
            return self.forward(*args, **kwargs)
        except Exception as error:
            found = refusal(self, args, kwargs, error)
            if found is None:
                raise
            raise found.within(self.path) from None
        finally:
            scope.pop()

    # The tree below

    def children(self) -> Iterator[Module]:
        """Direct children, each once."""
        return (child for _, child in self.named_children())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Direct children with their names, each child once."""
        seen: set[int] = set()
        for name, child in self._modules.items():
            if child is not None and id(child) not in seen:
                seen.add(id(child))
                yield name, child

    def modules(self) -> Iterator[Module]:
        """This module and all below it, each once."""
        return (module for _, module in self.named_modules())

    def named_modules(
        self, memo: set[Module] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """This module (as ``prefix``) and all below it with dotted names."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, child in self._modules.items():
            if child is not None:
                yield from child.named_modules(memo, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Parameters of this module and those below, each once; what an optimizer is given."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Parameters with dotted names; one that is shared comes under its first name."""
        return self._named_members("_parameters", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Buffers of this module and those below, each once."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Buffers with dotted names."""
        return self._named_members("_buffers", prefix, recurse, remove_duplicate)

    def _named_members(self, store: str, prefix: str, recurse: bool, once: bool) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        owners = self.named_modules(prefix=prefix, remove_duplicate=once) if recurse else [(prefix, self)]
        for path, owner in owners:
            for name, member in owner.__dict__[store].items():
                if member is None or (once and id(member) in seen):
                    continue
                seen.add(id(member))
                yield f"{path}.{name}" if path else name, member

    def get_submodule(self, target: str) -> Module:
        """The module at the dotted path ``target``; the module itself for ``""``."""
        module: Any = self
        for name in target.split(".") if target else ():
            children: Mapping[str, Module | None] = module._modules
            if children.get(name) is None:
                raise _no_member(module, "child", name, children)
            module = children[name]
        return module

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at the dotted path ``target``."""
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        found = owner._parameters.get(name)
        if found is None:
            raise _no_member(owner, "parameter", name, owner._parameters)
        return found

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at the dotted path ``target``."""
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        found = owner._buffers.get(name)
        if found is None:
            raise _no_member(owner, "buffer", name, owner._buffers)
        return found

    def set_submodule(self, target: str, module: Module) -> None:
        """Put ``module`` in the place of the one at the dotted path ``target``."""
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        owner.get_submodule(name)
        owner.register_module(name, module)

    @property
    def path(self) -> str:
        """Names from the outermost running module to this one, joined by dots; ``""`` for the outermost."""
        return ".".join(scope_names(state.scope, self))

    @property
    def structure_version(self) -> int:
        """Grows whenever a parameter or child is added, replaced or removed here or below."""
        return max(module._changed_at for module in self.modules())

    # Modes

    def train(self, mode: bool = True) -> Self:
        """Training mode for this module and all below: dropout drops, batch norm uses the batch."""
        for module in self.modules():
            module.__dict__["training"] = mode
        return self

    def eval(self) -> Self:
        """Evaluation mode: ``train(False)``."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Train (or freeze) every parameter of this module and those below."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            clear_grad(parameter, set_to_none)

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call ``fn`` on every module below, children first, then on this one."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    # Hooks

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> HookHandle:
        """Call ``hook(module, args)`` before each forward; what it returns, if not None, replaces the arguments."""
        return add(self._hooks.before, (hook, with_kwargs), prepend=prepend)

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> HookHandle:
        """Call ``hook(module, args, output)`` after each forward; what it returns, if not None, replaces the output."""
        return add(self._hooks.after, (hook, with_kwargs), prepend=prepend)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> HookHandle:
        """Call ``hook(module, grad_input, grad_output)`` after backward; what it returns replaces grad_input."""
        return add(self._hooks.backward, hook, prepend=prepend)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> HookHandle:
        """Call ``hook(module, grad_output)`` before backward; what it returns replaces grad_output."""
        return add(self._hooks.before_backward, hook, prepend=prepend)

    # Moving, printing: one line each, done elsewhere

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Move to a device and floating-point dtype: ``to("cuda")``, ``to(pg.float64)``, ``to(device=, dtype=)``."""
        return moving.to(self, *args, **kwargs)

    def to_empty(self, *, device: Any) -> Self:
        """Memory on ``device`` for every tensor, without values: a meta module, before its weights are loaded."""
        return moving.to_empty(self, device=device)

    def float(self) -> Self:
        """All floating-point parameters and buffers as float32."""
        return moving.to(self, dtype="float32")

    def double(self) -> Self:
        """All floating-point parameters and buffers as float64."""
        return moving.to(self, dtype="float64")

    def half(self) -> Self:
        """All floating-point parameters and buffers as float16."""
        return moving.to(self, dtype="float16")

    def bfloat16(self) -> Self:
        """All floating-point parameters and buffers as bfloat16."""
        return moving.to(self, dtype="bfloat16")

    def cpu(self) -> Self:
        """Move to the CPU."""
        return moving.to(self, device="cpu")

    def cuda(self, device: Any = None) -> Self:
        """Move to the GPU, or to the one with this number."""
        return moving.to(self, device=f"cuda:{device}" if isinstance(device, int) else device or "cuda")

    def type(self, dst_type: Any) -> Self:
        """All floating-point parameters and buffers as another dtype."""
        return moving.to(self, dtype=dst_type)

    def extra_repr(self) -> str:
        """The settings shown in the brackets of ``repr``."""
        return ""

    def __repr__(self) -> str:
        return printing.module_repr(self, self._modules)


def _no_member(owner: Module, what: str, name: str, members: Iterable[str]) -> UnknownNameError:
    return UnknownNameError(
        f"{type(owner).__name__} has no {what} {name!r}", name, owner, want=", ".join(members) or f"no {what} at all"
    )


def scope_names(scope: list[Any], innermost: Module | None = None) -> Iterator[str]:
    """Names along a stack of running modules, without the outermost; up to ``innermost`` if it is in there."""
    last = max((i for i, module in enumerate(scope) if module is innermost), default=len(scope) - 1)
    if innermost is not None and not any(module is innermost for module in scope):
        return
    for outer, inner in pairwise(scope[: last + 1]):
        yield next((name for name, module in outer.named_modules() if module is inner), type(inner).__name__)
