"""Sums over products in Einstein's notation, as permutations and matrix products."""

from __future__ import annotations

from string import ascii_letters, ascii_lowercase, ascii_uppercase
from typing import Any

from patchgrad.backend import host
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import movement, shapes
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast

__all__ = ["einsum"]


@under_autocast
def einsum(*args: Any) -> Tensor:
    """Sum over products: ``einsum("bij,bjk->bik", a, b)`` is the batched matrix product.

    Letters name axes; a letter that is missing on the right is summed over; ``...`` stands for leading axes that
    broadcast. Without ``->`` the result has those axes, then the letters that stand once, in the order of the alphabet.
    Lists of numbers may stand in place of letters: ``einsum(a, [0, 1], b, [1, 2], [0, 2])``. Two operands at a time are
    contracted, in the order that NumPy's path finder chooses (it is opt_einsum's greedy one).
    """
    equation, tensors = _from_lists(args) if args and not isinstance(args[0], str) else _from_letters(args)
    terms, result = _parse(equation, tensors)
    pairs = [_without_repeats(tensor, term) for tensor, term in zip(tensors, terms, strict=True)]
    _check_sizes(equation, pairs)
    for chosen in _order(pairs, result):
        taken = [pairs[i] for i in chosen]
        rest = [pair for i, pair in enumerate(pairs) if i not in chosen]
        needed = set(result).union(*[set(term) for _, term in rest]) if rest else set(result)
        while len(taken) > 1:
            later = needed.union(*[set(term) for _, term in taken[2:]])
            taken = [_contract(*taken[0], *taken[1], later), *taken[2:]]
        pairs = [*rest, taken[0]]
    tensor, term = pairs[0]
    tensor, term = _summed(tensor, term, set(result))
    return movement.permute(tensor, *[term.index(letter) for letter in result])


def _from_letters(args: tuple[Any, ...]) -> tuple[str, list[Any]]:
    if not args:
        raise placed(ArgumentError("einsum needs an equation", got="nothing", want='einsum("ij,jk->ik", a, b)'))
    operands = args[1:]
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    return args[0], list(operands)


def _from_lists(args: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """The equation that operands with lists of axes mean; the list of the result may be missing."""
    pairs = len(args) // 2
    axes = [list(args[2 * i + 1]) for i in range(pairs)] + ([list(args[-1])] if len(args) % 2 else [])
    terms = ["".join("..." if axis is ... else _letter(axis) for axis in entry) for entry in axes]
    arrow = f"->{terms[-1]}" if len(args) % 2 else ""
    return ",".join(terms[:pairs]) + arrow, list(args[: 2 * pairs : 2])


def _letter(axis: Any) -> str:
    if not isinstance(axis, int) or not 0 <= axis < 52:
        raise placed(ArgumentError("einsum numbers axes from 0 to 51", got=f"{axis!r}"))
    return (ascii_uppercase + ascii_lowercase)[axis]


def _parse(equation: str, tensors: list[Any]) -> tuple[list[str], str]:
    """Terms with ``...`` written out in letters that no equation has."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if strange := set(equation) - set(f"{ascii_letters} ,.->"):
        raise placed(
            ArgumentError(
                "einsum names axes by letters",
                got=f"{''.join(sorted(strange))!r} in {equation!r}",
                want="letters, a comma between the terms, and -> before the result",
            )
        )
    if len(terms) != len(tensors):
        raise placed(
            ArgumentError(
                "einsum needs one term per tensor",
                got=f"{len(terms)} terms in {equation!r}, {len(tensors)} tensors",
                want="as many terms, with commas between them, as tensors",
            )
        )
    free = [chr(code) for code in range(ord("À"), ord("À") + 64)]
    extra = [
        tensor.ndim - len(term.replace("...", "")) if "..." in term else 0
        for tensor, term in zip(tensors, terms, strict=True)
    ]
    dots = "".join(free[: max(extra, default=0)])
    terms = [
        term.replace("...", dots[len(dots) - count :] if count else "")
        for term, count in zip(terms, extra, strict=True)
    ]
    for tensor, term in zip(tensors, terms, strict=True):
        if len(term) != tensor.ndim:
            raise placed(
                ShapeError("einsum needs one letter per axis", got=f"{term!r} for shape {tensor.shape}", want=equation)
            )
    letters = "".join(terms)
    once = "".join(sorted(letter for letter in set(letters) - set(dots) if letters.count(letter) == 1))
    result = right.replace("...", dots) if arrow else dots + once
    if set(result) - set(letters) or len(set(result)) < len(result):
        raise placed(
            ArgumentError(
                "einsum cannot give this result", got=f"{equation!r}", want="letters of the operands, each once"
            )
        )
    return terms, result


def _without_repeats(tensor: Any, term: str) -> tuple[Any, str]:
    """A letter that stands twice means the diagonal."""
    from patchgrad.ops.diagonals import diagonal

    for letter in sorted(set(term)):
        while term.count(letter) > 1:
            first = term.index(letter)
            second = term.index(letter, first + 1)
            tensor = diagonal(tensor, 0, first, second)
            term = term[:first] + term[first + 1 : second] + term[second + 1 :] + letter
    return tensor, term


def _check_sizes(equation: str, pairs: list[tuple[Any, str]]) -> None:
    sizes: dict[str, int] = {}
    for tensor, term in pairs:
        for letter, size in zip(term, tensor.shape, strict=True):
            known = sizes.get(letter, 1)
            if 1 not in (known, size) and known != size:
                raise placed(
                    ShapeError(f"einsum: the axes {letter!r} differ", got=f"sizes {known} and {size}", want=equation)
                )
            sizes[letter] = known if size == 1 else size


def _order(pairs: list[tuple[Any, str]], result: str) -> list[tuple[int, ...]]:
    if len(pairs) < 3:
        return [tuple(range(len(pairs)))]
    equation = ",".join(term for _, term in pairs) + "->" + result
    letters = sorted(set(equation) - set(",->"))
    if len(letters) > len(ascii_letters):
        return [(0, 1)] * (len(pairs) - 1)
    equation = equation.translate(dict(zip(map(ord, letters), ascii_letters, strict=False)))
    blanks = [host.broadcast_to(host.zeros(()), tensor.shape) for tensor, _ in pairs]
    return list(host.einsum_path(equation, *blanks, optimize="greedy")[0][1:])


def _summed(tensor: Any, term: str, needed: set[str]) -> tuple[Any, str]:
    """Sum over the letters that nothing else needs."""
    axes = tuple(i for i, letter in enumerate(term) if letter not in needed)
    return (tensor.sum(axes), "".join(letter for letter in term if letter in needed)) if axes else (tensor, term)


def _contract(a: Any, term_a: str, b: Any, term_b: str, needed: set[str]) -> tuple[Any, str]:
    """Two operands as one matrix product: (batch, rows, inner) @ (batch, inner, columns)."""
    a, term_a = _summed(a, term_a, needed | set(term_b))
    b, term_b = _summed(b, term_b, needed | set(term_a))
    both = [letter for letter in term_a if letter in term_b]
    batch, inner = [x for x in both if x in needed], [x for x in both if x not in needed]
    rows, columns = [x for x in term_a if x not in both], [x for x in term_b if x not in both]
    size = {**dict(zip(term_b, b.shape, strict=True))}
    for letter, length in zip(term_a, a.shape, strict=True):
        size[letter] = size.get(letter, 1) if length == 1 else length
    left = _as_matrices(a, term_a, batch, rows, inner, size)
    right = _as_matrices(b, term_b, batch, inner, columns, size)
    lengths = [size[letter] for letter in (*batch, *rows, *columns)]
    return (left @ right).reshape(lengths), "".join((*batch, *rows, *columns))


def _as_matrices(x: Any, term: str, batch: list[str], first: list[str], second: list[str], size: dict[str, int]) -> Any:
    order = [*batch, *first, *second]
    x = movement.permute(x, *[term.index(letter) for letter in order])
    x = movement.expand(x, *[size[letter] for letter in order])
    heights = [shapes.count(size[letter] for letter in group) for group in (first, second)]
    return movement.reshape(x, *[size[letter] for letter in batch], *heights)
