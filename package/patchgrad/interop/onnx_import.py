"""From an ONNX file to a module: layers where nodes are layers, functions for the rest.

Read next: ``onnx_ops/layers.py``.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from patchgrad.backend import host
from patchgrad.backend.dtype import as_dtype
from patchgrad.errors import DataError, DtypeError, GraphError, PatchgradError
from patchgrad.interop.files import no_file
from patchgrad.interop.onnx_export import BUFFERS, require_onnx
from patchgrad.interop.onnx_ops import table
from patchgrad.interop.onnx_ops.layers import LAYERS, Layer, Node
from patchgrad.interop.program import REQUIRED, Program, Ref, Step
from patchgrad.interop.traced import Traced
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter
from patchgrad.tensor import Tensor

OPSETS = range(13, 27)
"""Versions of ONNX's operators that are read."""


def load(path: Any) -> Module:
    """The module that an ONNX file describes, in evaluation mode.

    Convolutions, linear maps, norms, recurrent layers, embeddings, pools and activations become layers, under the names
    of their initializers where these are paths; other operators become functions. Weights train; what another program
    wrote as an initializer counts as a weight if it is of floats.

    Errors
        DataError   if the file is no whole ONNX file, or wants to read outside its folder.
        GraphError  if it uses operators that are not known here (each named with its node), or versions that are not.
    """
    name = os.fspath(path)
    if not os.path.isfile(name):
        raise no_file(Path(name))
    try:
        proto = _opened(Path(name))
        return _Reading(proto, Path(name).parent).module()
    except PatchgradError as error:
        error.where = ", ".join(part for part in (name, error.where) if part)
        raise


def _opened(path: Path) -> Any:
    onnx = require_onnx()
    content = path.read_bytes()
    try:
        proto = onnx.load_model_from_string(content)
        names = [onnx.ModelProto.GRAPH_FIELD_NUMBER] if not proto.HasField("graph") else []
    except Exception as error:
        raise DataError(
            "this is no whole ONNX file", got=str(error).splitlines()[0][:200], hint="was it downloaded to the end?"
        ) from None
    if names or not proto.opset_import:
        raise DataError("this is no whole ONNX file", got=f"{len(content):,} bytes without a graph")
    _require_versions(proto)
    if proto.functions:
        proto = onnx.inliner.inline_local_functions(proto)
    return proto


def _require_versions(proto: Any) -> None:
    for entry in proto.opset_import:
        if entry.domain in ("", "ai.onnx") and entry.version not in OPSETS:
            old = entry.version < OPSETS[0]
            raise GraphError(
                "this version of ONNX's operators is not read",
                got=f"opset {entry.version}",
                want=f"{OPSETS[0]} to {OPSETS[-1]}",
                hint=f"onnx.version_converter.convert_version(model, {OPSETS[0] if old else 20})",
            )


class _Reading:
    """One file on its way.

    Fields
        constants  arrays of the file that are no weights
        turned     name of a turned weight -> the weight
        done       nodes whose work another one's layer does
    """

    def __init__(self, proto: Any, folder: Path) -> None:
        self.onnx = require_onnx()
        self.folder = folder
        self.graph = proto.graph
        self.buffers = _listed(proto)
        self.initializers = {entry.name: entry for entry in proto.graph.initializer}
        self.constants: dict[str, Any] = {}
        self.turned: dict[str, str] = {}
        self.done: set[int] = set()
        self.nodes = [self._node(entry) for entry in proto.graph.node]
        self.readers: dict[str, list[Node]] = {}
        for node in self.nodes:
            for name in node.inputs:
                self.readers.setdefault(name, []).append(node)
        self._refuse_unknown()
        self._arrays: dict[str, Any] = {}
        self._tensors: dict[str, Tensor] = {}
        self._paths: dict[str, str] = {}
        self._made: dict[tuple[Any, ...], str] = {}
        """Where a layer with the same settings and weights stands already: it is called again."""
        self._shapes = self._inferred(proto)
        self.root = Traced(_identifier(proto.graph.name) or "model", None, None)
        self.steps: list[Step] = []

    # Looking

    def weight(self, name: str) -> Any:
        """The array of an initializer of floats; None for anything else."""
        entry = self.initializers.get(name)
        if entry is None or entry.data_type not in self._floats():
            return None
        return self.array(name)

    def array(self, name: str) -> Any:
        """The array of an initializer."""
        if name not in self._arrays:
            self._arrays[name] = _array(self.onnx, self.initializers[name], self.folder)
        return self._arrays[name]

    def all_weights(self, names: list[str], ndim: int | None = None) -> bool:
        arrays = [self.weight(name) for name in names if name]
        return all(array is not None and ndim in (None, array.ndim) for array in arrays)

    def shape_of_weight(self, names: list[str], at: int) -> Any:
        array = self.weight(names[at]) if len(names) > at and names[at] else None
        return () if array is None else array.shape

    def shape(self, name: str) -> Any:
        """Sizes by axis as far as they are known; None where nothing is."""
        return self._shapes.get(name)

    def rank(self, name: str) -> int | None:
        shape = self._shapes.get(name)
        return None if shape is None else len(shape)

    def only_reader(self, name: str) -> Node | None:
        found = self.readers.get(name, [])
        ends = {entry.name for entry in self.graph.output}
        return found[0] if len(found) == 1 and name not in ends else None

    @staticmethod
    def other_input(node: Node, name: str) -> str:
        return next((entry for entry in node.inputs if entry != name), "")

    def _floats(self) -> tuple[int, ...]:
        kinds = self.onnx.TensorProto
        return (kinds.FLOAT, kinds.DOUBLE, kinds.FLOAT16, kinds.BFLOAT16)

    def _inferred(self, proto: Any) -> dict[str, Any]:
        try:
            graph = self.onnx.shape_inference.infer_shapes(proto).graph
        except Exception:
            graph = proto.graph
        found: dict[str, Any] = {}
        for entry in [*graph.input, *graph.value_info, *graph.output]:
            if entry.type.tensor_type.HasField("shape"):
                dims = entry.type.tensor_type.shape.dim
                found[entry.name] = [dim.dim_value if dim.HasField("dim_value") else None for dim in dims]
        return found

    def _node(self, entry: Any) -> Node:
        attrs = {attr.name: self._attribute(attr) for attr in entry.attribute}
        domain = "" if entry.domain in ("", "ai.onnx") else f"{entry.domain}."
        return Node(domain + entry.op_type, entry.name, list(entry.input), list(entry.output), attrs)

    def _attribute(self, attr: Any) -> Any:
        value = self.onnx.helper.get_attribute_value(attr)
        if attr.type == self.onnx.AttributeProto.TENSOR:
            return _array(self.onnx, value, self.folder)
        if isinstance(value, bytes):
            return value.decode()
        if isinstance(value, (str, int, float)):
            return value
        if attr.type in (self.onnx.AttributeProto.INTS, self.onnx.AttributeProto.FLOATS):
            return list(value)
        if attr.type == self.onnx.AttributeProto.STRINGS:
            return [entry.decode() for entry in value]
        return value

    def _refuse_unknown(self) -> None:
        known = {*table("READ"), *LAYERS, "Constant"} - {"recurrent"}
        unknown = [f"{node.op} ({node.name or node.outputs[0]})" for node in self.nodes if node.op not in known]
        if unknown:
            raise GraphError(
                "this file uses operators that are not known here",
                got=", ".join(dict.fromkeys(unknown)),
                hint="export the model again without them, or with another version of the operators",
            )

    # Making

    def module(self) -> Module:
        inputs = [entry.name for entry in self.graph.input if entry.name not in self.initializers]
        for node in self.nodes:
            if id(node) not in self.done:
                self._take(node)
        ends = tuple(self.read(entry.name) for entry in self.graph.output)
        for place, end in enumerate(ends):
            if isinstance(end, host.ndarray):
                raise GraphError(
                    "an output of this file does not depend on its inputs", got=self.graph.output[place].name
                )
        program = Program(tuple((name, REQUIRED) for name in inputs), self.steps, ends[0] if len(ends) == 1 else ends)
        self.root.training_program = self.root.evaluation_program = program
        return self.root.eval()

    def _take(self, node: Node) -> None:
        if node.op == "Constant":
            self.constants[node.outputs[0]] = _constant(node)
        elif node.op == "Transpose" and self._turns_weight(node):
            self.turned[node.outputs[0]] = node.inputs[0]
        else:
            layer = LAYERS[node.op](self, node) if node.op in LAYERS else None
            self._call(node, layer) if layer is not None else self._function(node)

    def _turns_weight(self, node: Node) -> bool:
        """Is this a weight that is only turned to be multiplied by?"""
        weight = self.weight(node.inputs[0])
        readers = self.readers.get(node.outputs[0], [])
        products = all(reader.op == "MatMul" and reader.inputs[1] == node.outputs[0] for reader in readers)
        return weight is not None and weight.ndim == 2 and bool(readers) and products

    def _call(self, node: Node, layer: Layer) -> None:
        key = (repr(layer.module), tuple(layer.weights.items()))
        path = self._made.get(key, "") if layer.weights and not layer.values else ""
        if not path:
            path = self._made[key] = self._place(node, layer)
            for name, source in layer.weights.items():
                self._give(layer.module, name, self._shared(source))
            for name, array in layer.values.items():
                self._give(layer.module, name, Parameter(host.ascontiguousarray(array)))
        args = tuple(self.read(name) for name in layer.inputs)
        where = f"node {node.name}" if node.name else ""
        if layer.after:
            hx = () if len(args) == 1 else (args[1] if len(args) == 2 else args[1:],)
            self.steps.append(Step("module", path, (args[0], *hx), {}, f"{path}()", where))
            count = 1 + bool(layer.module.bidirectional)
            self._outputs(node, Step("function", layer.after, (Ref(f"{path}()"), count), {}, f"{path}[]", where))
        else:
            self.steps.append(Step("module", path, args, {}, layer.ends or node.outputs[0], where))

    @staticmethod
    def _give(module: Module, name: str, tensor: Tensor) -> None:
        if name in module._buffers:
            tensor = Tensor(tensor.data)
        setattr(module, name, tensor)

    def _function(self, node: Node) -> None:
        if node.op not in table("READ"):
            raise GraphError(f"{node.op} with these settings is not supported", got=f"{node.name}: {node.attrs}")
        args = tuple(self.read(name) if name else None for name in node.inputs)
        attrs = dict(node.attrs)
        if node.op == "Cast":
            attrs["to"] = self._dtype(attrs["to"])
        where = f"node {node.name}" if node.name else ""
        if not any(isinstance(arg, Ref) for arg in args):
            self._fold(node, args, attrs)
        else:
            self._outputs(node, Step("function", f"onnx.{node.op}", args, attrs, f"{node.outputs[0]}()", where))

    def _fold(self, node: Node, args: tuple[Any, ...], attrs: dict[str, Any]) -> None:
        """A node that reads constants alone is done once."""
        found = table("READ")[node.op](*args, **attrs)
        for name, value in zip(node.outputs, found if isinstance(found, tuple) else (found,), strict=False):
            self.constants[name] = host.asarray(value)

    def _outputs(self, node: Node, step: Step) -> None:
        names = [name for name in node.outputs if name]
        several = len(node.outputs) > 1 or node.op in ("Split", "LSTM", "GRU", "RNN", "TopK")
        if not several:
            self.steps.append(Step(step.kind, step.target, step.args, step.kwargs, names[0], step.where))
            return
        self.steps.append(step)
        for place, name in enumerate(node.outputs):
            if name:
                self.steps.append(Step("function", "operator.getitem", (Ref(step.name), place), {}, name))

    def read(self, name: str) -> Any:
        """What stands for a name of the file: a value, an array, or a parameter that is fetched now."""
        if name in self.constants:
            return self.constants[name]
        if name in self.turned:
            return self.read_turned(name)
        entry = self.initializers.get(name)
        if entry is None:
            return Ref(name)
        if self.weight(name) is None:
            return self.array(name)
        if name not in self._paths:
            self._paths[name] = self._put(name, self._shared(name))
        fetched = f"{name}()"
        self.steps.append(Step("attribute", self._paths[name], (), {}, fetched))
        return Ref(fetched)

    def read_turned(self, name: str) -> Ref:
        source = self.read(self.turned[name])
        self.steps.append(Step("function", "onnx.Transpose", (source,), {"perm": [1, 0]}, f"{name}()"))
        return Ref(f"{name}()")

    def _shared(self, name: str) -> Tensor:
        """The parameter of an initializer; the same one for all that read it."""
        if name not in self._tensors:
            array = host.array(self.weight(name))
            self._tensors[name] = Tensor(array) if name in self.buffers else Parameter(array)
        return self._tensors[name]

    def _dtype(self, number: int) -> str:
        name = self.onnx.TensorProto.DataType.Name(number).lower()
        found = {"float": "float32", "double": "float64"}.get(name, name)
        try:
            return as_dtype(found).name
        except DtypeError:
            raise GraphError("a dtype of this file is not known here", got=name) from None

    # Places in the tree of modules

    def _place(self, node: Node, layer: Layer) -> str:
        """Where the layer stands: under the path of its weight's name if that is free, else under the node's name."""
        source = layer.weights.get("weight", "")
        path, _, last = source.rpartition(".")
        if last != "weight" or not self._free(path):
            path = self._fresh(_identifier(node.name) or node.op.lower())
        self._owner(path).register_module(path.rpartition(".")[2], layer.module)
        return path

    def _put(self, name: str, tensor: Tensor) -> str:
        """A place for a parameter that no layer has."""
        path = name if self._free(name) else self._fresh(_identifier(name) or "parameter")
        owner, last = self._owner(path), path.rpartition(".")[2]
        if isinstance(tensor, Parameter):
            owner.register_parameter(last, tensor)
        else:
            owner.register_buffer(last, tensor)
        return path

    def _free(self, path: str) -> bool:
        """Can something be put at this path: are all above it holders, and is nothing there?"""
        parts = path.split(".")
        if not path or not all(re.fullmatch(r"\w+", part) for part in parts) or hasattr(Traced, parts[-1]):
            return False
        owner: Any = self.root
        for part in parts[:-1]:
            if part not in owner._modules:
                return not hasattr(owner, part)
            owner = owner._modules[part]
            if not isinstance(owner, Traced):
                return False
        return not hasattr(owner, parts[-1])

    def _fresh(self, stem: str) -> str:
        found, count = stem, 0
        while not self._free(found):
            count += 1
            found = f"{stem}_{count}"
        return found

    def _owner(self, path: str) -> Module:
        """The holder above a path, made where it is not there."""
        owner: Any = self.root
        for part in path.split(".")[:-1]:
            if part not in owner._modules:
                owner.register_module(part, Traced(part, None, None))
            owner = owner._modules[part]
        return owner


def _listed(proto: Any) -> set[str]:
    """Initializers that the file says are not trained."""
    for entry in proto.metadata_props:
        if entry.key == BUFFERS:
            try:
                return {str(name) for name in json.loads(entry.value)}
            except (ValueError, TypeError):
                return set()
    return set()


def _identifier(name: str) -> str:
    found = re.sub(r"\W+", "_", name).strip("_")
    return f"n{found}" if found[:1].isdigit() else found


def _constant(node: Node) -> Any:
    for name, value in node.attrs.items():
        kind = {"value_int": "int64", "value_ints": "int64", "value_float": "float32", "value_floats": "float32"}.get(
            name
        )
        if name == "value":
            return value
        if kind:
            return host.asarray(value, dtype=kind)
    raise GraphError("a constant of this kind is not supported", got=f"{node.name}: {', '.join(node.attrs)}")


def _array(onnx: Any, tensor: Any, folder: Path) -> Any:
    """The numbers of a tensor of the file, which may stand in another file of the same folder."""
    try:
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            return _external(onnx, tensor, folder)
        found = host.array(onnx.numpy_helper.to_array(tensor))
    except PatchgradError:
        raise
    except Exception as error:
        raise DataError("a tensor of this file is damaged", got=f"{tensor.name}: {error}") from None
    as_dtype(found.dtype)
    return found


def _external(onnx: Any, tensor: Any, folder: Path) -> Any:
    """Numbers from a file beside this one. A name that leads out of the folder is refused."""
    facts = {entry.key: entry.value for entry in tensor.external_data}
    place = Path(facts.get("location", ""))
    target = folder / place
    if place.is_absolute() or ".." in place.parts or not target.resolve().is_relative_to(folder.resolve()):
        raise DataError("this file wants to read outside its folder", got=str(place), hint="do not trust this file")
    if not target.is_file():
        raise DataError("a file with weights is missing", got=str(target))
    kind = host.dtype(onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type))
    first = int(facts.get("offset", 0))
    count = 1
    for size in tensor.dims:
        count *= size
    if first < 0 or count < 0 or first + count * kind.itemsize > target.stat().st_size:
        raise DataError("a tensor reaches beyond the file with its weights", got=f"{tensor.name}: {list(tensor.dims)}")
    with open(target, "rb") as file:
        file.seek(first)
        return host.frombuffer(bytearray(file.read(count * kind.itemsize)), dtype=kind).reshape(list(tensor.dims))
