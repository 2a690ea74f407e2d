"""The text of ``tensor/declared.py``, which ``python -m patchgrad.emit`` writes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from patchgrad.ops import binding
from patchgrad.tensor import tensor

TARGET = Path(tensor.__file__).with_name("declared.py")
TAKEN = {"float": "Number", "int": "Whole", "bool": "Truth"}
"""Tensor has methods of these names: inside the class the words mean something else."""
NUMBERS = ("complex", *TAKEN.values())
KNOWN = {"Tensor", "Any", "Sequence", "Axis", "Array", "Iterator", "None", "str", "tuple", "list", *NUMBERS}
RESULTS = {
    "__bool__": "bool", "__int__": "int", "__float__": "float", "__complex__": "complex", "__index__": "int",
    "__hash__": "int", "item": "Any", "__iter__": "Iterator[Tensor]", "__array__": "Array", "__setitem__": "None",
    "__dlpack__": "Any", "__dlpack_device__": "tuple[int, int]", "numpy": "Array", "tolist": "Any",
    "numel": "int", "dim": "int", "__contains__": "bool", "__format__": "str", "__divmod__": "tuple[Tensor, Tensor]",
    "__rdivmod__": "tuple[Tensor, Tensor]",
}  # fmt: skip
"""What is returned where it is not a tensor and the function itself does not say."""
HEAD = '''"""What a type checker and an editor may know of the methods that ``ops/methods.py`` binds to Tensor.

Written by ``python -m patchgrad.emit``. Names and types only, and only while types are checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from patchgrad.typing import Array, Axis

if TYPE_CHECKING:
    from patchgrad.tensor.tensor import Tensor

    # Tensor has methods named float, int and bool: inside the class these words are taken.
    Number = float
    Whole = int
    Truth = bool

    class Declared:
'''
TAIL = '''
else:

    class Declared:
        """Nothing at run time."""

        __slots__ = ()
'''


def text() -> str:
    """The file as it should be."""
    bound = dict(sorted(binding.everything().items()))
    properties = [name for name, found in bound.items() if isinstance(found, property)]
    read = [_property(name, bound[name]) for name in properties]
    return HEAD + "".join(read) + "".join(_line(name, bound[name]) for name in bound if name not in properties) + TAIL


def _property(name: str, bound: property) -> str:
    text = f"        @property\n        def {name}(self) -> {_result(bound.fget)}: ...\n"
    if bound.fset is None:
        return text
    return text + f"        @{name}.setter\n        def {name}(self, value: Any) -> None: ...\n"


def _result(getter: Any) -> str:
    said = inspect.signature(getter).return_annotation
    return "Tensor" if said is inspect.Signature.empty else _known(str(said))


def _line(name: str, function: Callable[..., Any]) -> str:
    hint = "  # pyright: ignore[reportIncompatibleMethodOverride]" if name in ("__eq__", "__ne__") else ""
    return f"        def {name}{_signature(name, function)}: ...{hint}\n"


def _signature(name: str, function: Callable[..., Any]) -> str:
    found = inspect.signature(function)
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    others = [entry for entry in list(found.parameters.values())[1:] if entry.name != "out"]
    parameters = [own, *(_parameter(entry) for entry in others)]
    said = "Tensor" if name.startswith("__") else found.return_annotation
    result = RESULTS.get(name, "Any" if said is inspect.Signature.empty else str(said))
    return f"{inspect.Signature(parameters)} -> {_known(result)}"


def _parameter(entry: inspect.Parameter) -> inspect.Parameter:
    annotation = "Any" if entry.annotation is inspect.Parameter.empty else _known(str(entry.annotation))
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD if entry.kind is inspect.Parameter.POSITIONAL_ONLY else entry.kind
    plain = entry.default is inspect.Parameter.empty or isinstance(entry.default, (int, float, str, type(None), tuple))
    return entry.replace(annotation=_Text(annotation), kind=kind, default=entry.default if plain else ...)


def _known(annotation: str) -> str:
    """The annotation in words that mean the same inside the class; Any where it uses others."""
    words = re.sub(r"\b(float|int|bool)\b", lambda match: TAKEN[match[0]], annotation)
    return words if set(re.findall(r"[A-Za-z_]\w*", words)) <= KNOWN else "Any"


class _Text(str):
    """An annotation that prints without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)
