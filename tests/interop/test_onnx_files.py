"""ONNX files of others: every operator that is read gives what ONNX Runtime gives; bad files are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import DataError, GraphError
from patchgrad.interop.onnx_ops import table
from patchgrad.interop.onnx_ops.layers import LAYERS

onnx = pytest.importorskip("onnx", reason="writes and checks the files: pip install 'patchgrad[onnx]'")
runtime = pytest.importorskip("onnxruntime", reason="runs the files: pip install onnxruntime")
helper, numpy_helper, Kind = onnx.helper, onnx.numpy_helper, onnx.TensorProto

RANDOM = np.random.default_rng(0)


def floats(*shape: int) -> Any:
    return RANDOM.standard_normal(shape).astype("f4")


def wholes(*numbers: int) -> Any:
    return np.asarray(numbers, "i8")


def model(
    nodes: list[Any], inputs: dict[str, Any], outputs: list[str], weights: dict[str, Any], opset: int = 17
) -> Any:
    """A file with these nodes."""
    given = [
        helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape) for n, a in inputs.items()
    ]
    ends = [onnx.ValueInfoProto(name=name) for name in outputs]
    kept = [numpy_helper.from_array(array, name) for name, array in weights.items()]
    graph = helper.make_graph(nodes, "case", given, ends, kept)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def compare(path: Path, proto: Any, inputs: dict[str, Any]) -> nn.Module:
    """The module of the file, which gives what ONNX Runtime gives."""
    path.write_bytes(proto.SerializeToString())
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    wanted = session.run(None, inputs)
    back = pg.onnx.load(path)
    found = back(*(pg.tensor(array) for array in inputs.values()))
    for mine, theirs in zip(found if isinstance(found, tuple) else (found,), wanted, strict=True):
        array = mine.numpy(force=True) if isinstance(mine, pg.Tensor) else mine
        assert array.shape == theirs.shape
        assert array.dtype == theirs.dtype
        np.testing.assert_allclose(array, theirs, rtol=2e-5, atol=2e-6)
    return back


PLAIN = (
    "Abs", "Atan", "Asinh", "Ceil", "Cos", "Cosh", "Erf", "Exp", "Floor", "Identity", "Neg", "Reciprocal",
    "Relu", "Round", "Sigmoid", "Sign", "Sin", "Sinh", "Tan", "Tanh", "IsNaN", "IsInf", "Softplus", "Softsign",
    "Elu", "Selu", "Celu", "LeakyRelu", "ThresholdedRelu", "HardSigmoid", "HardSwish", "Shrink", "Size",
    "Softmax", "LogSoftmax", "LpNormalization", "Trilu",
)  # fmt: skip
JOINS = ("Add", "Sub", "Mul", "Div", "Less", "Greater", "LessOrEqual", "GreaterOrEqual")
REDUCES = ("ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1")
LOSSES = ("SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss")
WAY = "coordinate_transformation_mode"
BOTH, RESET = {"direction": "bidirectional"}, {"linear_before_reset": 1}
x, image, positive = floats(3, 4), floats(2, 4, 6, 5), np.abs(floats(3, 4)) + 1.1
CASES: list[tuple[str, list[Any], dict[str, Any]]] = [
    *[(op, [x], {}) for op in PLAIN],
    *[(op, [positive], {}) for op in ("Sqrt", "Log", "Acosh")],
    *[(op, [x / 5], {}) for op in ("Acos", "Asin", "Atanh")],
    *[(op, [x, floats(4)], {}) for op in JOINS],
    *[(op, [x, floats(3, 1), floats(4)], {}) for op in ("Sum", "Max", "Min")],
    *[(op, [x > 0, floats(3, 4) > 0], {}) for op in ("And", "Or", "Xor")],
    ("Not", [x > 0], {}),
    ("Equal", [wholes(1, 2, 3), wholes(1, 5, 3)], {}),
    *[(op, [wholes(5, 6, 12), wholes(3, 10, 9)], {}, 18) for op in ("BitwiseAnd", "BitwiseOr", "BitwiseXor")],
    ("BitwiseNot", [wholes(5, 6)], {}, 18),
    ("Pow", [positive, floats(4)], {}),
    ("Div", [wholes(7, -7, 9), wholes(2, 2, -4)], {}),
    ("Mod", [wholes(7, -7, 9), wholes(3, 3, -4)], {}),
    ("Mod", [x, positive], {"fmod": 1}),
    ("Cast", [x], {"to": Kind.INT64}),
    ("Cast", [x], {"to": Kind.BOOL}),
    ("Clip", [x, np.float32(-0.5), np.float32(0.5)], {}),
    ("Where", [x > 0, x, floats(4)], {}),
    ("PRelu", [image, floats(4, 1, 1)], {}),
    ("Gelu", [x], {}, 20),
    ("Gelu", [x], {"approximate": "tanh"}, 20),
    ("Mish", [x], {}, 18),
    ("Dropout", [x], {}),
    *[(op, [positive], {"axes": [1], "keepdims": 0}) for op in REDUCES],
    *[(op, [positive, wholes(0)], {}, 18) for op in ("ReduceMean", "ReduceSumSquare", "ReduceLogSumExp", "ReduceL2")],
    ("ReduceSum", [x, wholes(-1)], {"keepdims": 1}),
    ("ReduceSum", [x], {}),
    *[(op, [x], {"axis": 1, "keepdims": 0}) for op in ("ArgMax", "ArgMin")],
    ("ArgMax", [np.asarray([[1, 3, 3, 0]], "f4")], {"axis": 1, "select_last_index": 1}),
    ("TopK", [x, wholes(2)], {"axis": 1}),
    ("CumSum", [x, np.asarray(1, "i8")], {"exclusive": 1, "reverse": 1}),
    ("Reshape", [x, wholes(0, 2, -1)], {}),
    ("Expand", [floats(3, 1), wholes(2, 1, 4)], {}),
    ("Transpose", [image], {"perm": [0, 2, 3, 1]}),
    ("Transpose", [x], {}),
    ("Concat", [x, floats(3, 2)], {"axis": 1}),
    ("Squeeze", [floats(3, 1, 2, 1), wholes(1, -1)], {}),
    ("Squeeze", [floats(3, 1, 2, 1)], {}),
    ("Unsqueeze", [x, wholes(0, -1)], {}),
    ("Flatten", [image], {}),
    ("Flatten", [image], {"axis": 2}),
    ("Split", [x, wholes(1, 3)], {"axis": 1}),
    ("Split", [x], {"axis": 1, "num_outputs": 3}, 18),
    ("Pad", [x, wholes(0, 1, 2, 3), np.float32(0.5)], {}),
    ("Pad", [image, wholes(0, 0, 1, 2, 0, 0, 2, 1)], {"mode": "reflect"}),
    ("Slice", [image, wholes(1, -1), wholes(4, -100), wholes(1, 2), wholes(1, -2)], {}),
    ("Shape", [image], {"start": 1}),
    ("Tile", [x, wholes(2, 3)], {}),
    ("Range", [np.asarray(1, "i8"), np.asarray(9, "i8"), np.asarray(3, "i8")], {}),
    ("ConstantOfShape", [wholes(2, 3)], {"value": numpy_helper.from_array(np.asarray([2.5], "f4"))}),
    ("Resize", [image, None, np.asarray([1, 1, 2, 2], "f4")], {WAY: "asymmetric", "nearest_mode": "floor"}),
    ("Resize", [image, None, None, wholes(2, 4, 12, 10)], {"mode": "linear", WAY: "align_corners"}),
    ("DepthToSpace", [image], {"blocksize": 2}),
    ("DepthToSpace", [image], {"blocksize": 2, "mode": "CRD"}),
    ("Gather", [x, wholes(2, -1)], {"axis": 1}),
    ("Gather", [x, np.asarray(1, "i8")], {"axis": 0}),
    ("Gather", [x, np.asarray([[0, 1], [2, 0]], "i8")], {"axis": 0}),
    ("GatherElements", [x, np.asarray([[0, -1], [2, 0], [1, 1]], "i8")], {"axis": 1}),
    ("ScatterElements", [x, np.asarray([[0, 3], [2, 0], [1, 3]], "i8"), floats(3, 2)], {"axis": 1}),
    ("ScatterElements", [x, np.asarray([[0, 0], [2, 0], [1, 3]], "i8"), floats(3, 2)], {"axis": 1, "reduction": "add"}),
    ("OneHot", [wholes(0, 2, -1), np.asarray(3, "i8"), np.asarray([-1, 4], "f4")], {"axis": 0}),
    ("Trilu", [x, np.asarray(1, "i8")], {"upper": 0}),
    ("MatMul", [floats(2, 3, 4), floats(4, 5)], {}),
    ("Gemm", [floats(4, 3), floats(5, 4), floats(3, 1)], {"transA": 1, "transB": 1, "alpha": 0.5, "beta": 2.0}),
    ("Einsum", [x, floats(4, 2)], {"equation": "ij,jk->ki"}),
    ("Conv", [image, floats(6, 2, 3, 2), floats(6)], {"group": 2, "pads": [1, 0, 2, 1], "strides": [2, 1]}),
    ("ConvTranspose", [image, floats(4, 3, 3, 3)], {"strides": [2, 2], "pads": [1, 1, 1, 1], "output_padding": [1, 1]}),
    ("MaxPool", [image], {"kernel_shape": [3, 2], "pads": [1, 0, 0, 1], "strides": [2, 2]}),
    ("MaxPool", [image], {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}),
    ("AveragePool", [image], {"kernel_shape": [3, 3], "pads": [1, 0, 0, 1]}),
    ("AveragePool", [image], {"kernel_shape": [2, 2], "pads": [1, 1, 1, 1], "count_include_pad": 1}),
    ("GlobalAveragePool", [image], {}),
    ("GlobalMaxPool", [image], {}),
    ("LayerNormalization", [image, floats(6, 5), floats(6, 5)], {"axis": 2, "epsilon": 1e-3}),
    ("InstanceNormalization", [image, floats(4), floats(4)], {}),
    ("GroupNormalization", [image, floats(4), floats(4)], {"num_groups": 2}, 21),
    ("BatchNormalization", [image, floats(4), floats(4), floats(4), np.abs(floats(4))], {}),
    ("LSTM", [floats(5, 2, 4), floats(2, 12, 4), floats(2, 12, 3), floats(2, 24)], {"hidden_size": 3, **BOTH}),
    ("GRU", [floats(5, 2, 4), floats(1, 9, 4), floats(1, 9, 3), floats(1, 18)], {"hidden_size": 3, **RESET}),
    ("Det", [floats(2, 3, 3)], {}),
    ("Col2Im", [floats(2, 12, 6), wholes(3, 4), wholes(2, 2)], {}, 18),
    ("Col2Im", [floats(1, 12, 4), wholes(3, 3), wholes(2, 2)], {"strides": [2, 2], "pads": [1, 1, 1, 1]}, 18),
    ("GridSample", [image, np.tanh(floats(2, 3, 4, 2))], {}, 20),
    ("GridSample", [image, floats(2, 3, 4, 2)], {"mode": "nearest", "padding_mode": "border", "align_corners": 1}, 20),
    ("GridSample", [image, floats(2, 3, 4, 2)], {"mode": "cubic", "padding_mode": "reflection"}, 20),
    *[(op, [x, wholes(0, 3, 1)], {}) for op in LOSSES],
    *[(op, [x, wholes(0, 3, 1), positive[0]], {"ignore_index": 3, "reduction": "none"}) for op in LOSSES],
    ("GatherND", [image, np.asarray([[[0, 1], [1, 3]]], "i8")], {}),
    ("ScatterND", [x, np.asarray([[0, 1], [2, 3]], "i8"), floats(2)], {}),
    ("ScatterND", [x, np.asarray([[0], [0]], "i8"), floats(2, 4)], {"reduction": "add"}),
    ("Mean", [x, floats(4), floats(3, 1)], {}),
    ("SpaceToDepth", [floats(2, 3, 4, 6)], {"blocksize": 2}),
    ("ReduceLogSum", [positive], {"axes": [1], "keepdims": 0}),
    ("Hardmax", [x], {"axis": 0}),
    ("LRN", [image], {"size": 3, "alpha": 0.1, "beta": 0.5, "bias": 2.0}),
    ("MeanVarianceNormalization", [image], {}),
    ("EyeLike", [x], {"k": 1}),
    ("BitShift", [np.asarray([1, 6], "u1"), np.asarray([3, 1], "u1")], {"direction": "LEFT"}),
    ("BitShift", [np.asarray([1, 6], "u1"), np.asarray([3, 1], "u1")], {"direction": "RIGHT"}),
    ("RMSNormalization", [image, floats(5)], {}, 23),
    ("CastLike", [x, wholes(1)], {}, 19),
    ("NonZero", [x > 0], {}),
    ("IsInf", [np.asarray([1, np.inf, -np.inf], "f4")], {"detect_negative": 0}),
    ("ScatterElements", [x, np.asarray([[0], [2], [1]], "i8"), floats(3, 1)], {"axis": 1, "reduction": "max"}, 18),
    ("RNN", [floats(5, 2, 4), floats(1, 3, 4), floats(1, 3, 3)], {"hidden_size": 3, "activations": ["Relu"]}),
]  # fmt: skip
OUTPUTS = {"TopK": 2, "Split": 2, "LSTM": 3, "GRU": 2, "RNN": 2}


@pytest.mark.parametrize("all_given", [True, False], ids=["given", "kept"])
@pytest.mark.parametrize("case", CASES, ids=[f"{at}-{case[0]}" for at, case in enumerate(CASES)])
def test_an_operator_gives_what_onnx_runtime_gives(case: Any, all_given: bool, tmp_path: Path) -> None:
    """With all inputs given from outside where that can be, and with all but the first kept in the file."""
    op, values, attrs, *rest = case
    names = ["" if value is None else f"v{at}" for at, value in enumerate(values)]
    arrays = {name: np.asarray(value) for name, value in zip(names, values, strict=True) if name}
    fixed = op in ("Range", "ConstantOfShape", "BatchNormalization") or op in ("LSTM", "GRU", "RNN", "ConvTranspose")
    given = {n: a for n, a in arrays.items() if n == "v0" or (all_given and a.dtype.kind != "i" and not fixed)}
    if op in ("Clip", "Pad", "OneHot", "Resize", "Range"):
        given = {"v0": arrays["v0"]}
    kept = {name: array for name, array in arrays.items() if name not in given}
    count = 3 if op == "Split" and "num_outputs" in attrs else OUTPUTS.get(op, 1)
    ends = [f"y{at}" for at in range(count)]
    proto = model([helper.make_node(op, names, ends, "the-node", **attrs)], given, ends, kept, *(rest or [17]))
    compare(tmp_path / "case.onnx", proto, given)


def test_every_operator_that_is_read_was_tried() -> None:
    tried = {case[0] for case in CASES}
    assert {*table("READ"), *LAYERS} - {"recurrent"} - tried == set()


def test_sizes_may_be_computed_in_the_file(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Gather", ["shape", "zero"], ["batch"]),
        helper.make_node("Unsqueeze", ["batch", "first"], ["batch_row"]),
        helper.make_node("Mul", ["batch_row", "two"], ["double"]),
        helper.make_node("Concat", ["double", "rest"], ["target"], axis=0),
        helper.make_node("Reshape", ["x", "target"], ["y"]),
        helper.make_node("Cast", ["batch"], ["number"], to=Kind.FLOAT),
        helper.make_node("Div", ["y", "number"], ["z"]),
    ]
    kept = {"zero": np.asarray(0, "i8"), "first": wholes(0), "two": wholes(2), "rest": wholes(-1)}
    inputs = {"x": floats(3, 4)}
    proto = model(nodes, inputs, ["z"], kept)
    back = compare(tmp_path / "sizes.onnx", proto, inputs)
    assert back(pg.ones(5, 4)).shape == (10, 2)
    pg.onnx.export(back, pg.ones(3, 4), tmp_path / "again.onnx")
    assert pg.onnx.load(tmp_path / "again.onnx")(pg.ones(6, 4)).shape == (12, 2)


def test_a_file_like_those_of_pytorch_comes_in_as_layers(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Conv", ["x", "conv.weight", "conv.bias"], ["a"], "/conv/Conv", pads=[1, 1, 1, 1]),
        helper.make_node(
            "BatchNormalization", ["a", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"], ["b"]
        ),
        helper.make_node("Relu", ["b"], ["c"], "/relu/Relu"),
        helper.make_node("GlobalAveragePool", ["c"], ["d"]),
        helper.make_node("Flatten", ["d"], ["e"]),
        helper.make_node("MatMul", ["e", "onnx::MatMul_12"], ["f"], "/fc/MatMul"),
        helper.make_node("Add", ["fc.bias", "f"], ["g"]),
        helper.make_node("Concat", ["g", "e"], ["y"], axis=1),
    ]
    kept = {
        "conv.weight": floats(3, 2, 3, 3), "conv.bias": floats(3), "bn.weight": floats(3), "bn.bias": floats(3),
        "bn.running_mean": floats(3), "bn.running_var": np.abs(floats(3)), "onnx::MatMul_12": floats(3, 2),
        "fc.bias": floats(2),
    }  # fmt: skip
    inputs = {"x": floats(2, 2, 5, 5)}
    back = compare(tmp_path / "net.onnx", model(nodes, inputs, ["y"], kept), inputs)
    kinds = {
        path: type(part).__name__
        for path, part in back.named_modules()
        if type(part).__module__.startswith("patchgrad.nn")
    }
    assert list(kinds.values()) == ["Conv2d", "BatchNorm2d", "ReLU", "AdaptiveAvgPool2d", "Flatten", "Linear"]
    assert list(kinds)[:3] == ["conv", "bn", "relu_Relu"]
    graph = pg.LayerGraph.from_module(back, pg.tensor(inputs["x"]))
    assert sorted(node.kind for node in graph.nodes.values() if node.kind not in ("Input", "Output")) == [
        "AdaptiveAvgPool2d", "BatchNorm2d", "Concat", "Conv2d", "Flatten", "Linear", "ReLU",
    ]  # fmt: skip


# --- Files that cannot be read --------------------------------------------------------------------


def refused(path: Path, error: type[Exception], match: str) -> Any:
    with pytest.raises(error, match=match) as caught:
        pg.onnx.load(path)
    assert str(path) in str(caught.value)
    return caught.value


def small(**changes: Any) -> Any:
    node = helper.make_node(changes.get("op", "Relu"), ["x"], ["y"], "my-node", domain=changes.get("domain", ""))
    return model([node], {"x": x}, ["y"], {}, changes.get("opset", 17))


def test_a_file_that_ends_early_or_is_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.onnx"
    proto = model([helper.make_node("Gemm", ["x", "w"], ["y"])], {"x": x}, ["y"], {"w": floats(4, 50)})
    content = proto.SerializeToString()
    for end in range(0, len(content) - 1, 40):
        path.write_bytes(content[:end])
        with pytest.raises((DataError, GraphError)) as error:
            pg.onnx.load(path)(pg.tensor(x))
        assert str(path) in str(error.value)
    path.write_bytes(b"PK\x03\x04 something else entirely")
    refused(path, DataError, "no whole ONNX file")


def test_unknown_operators_are_named_with_their_node(tmp_path: Path) -> None:
    path = tmp_path / "odd.onnx"
    path.write_bytes(small(op="NonMaxSuppression").SerializeToString())
    assert "NonMaxSuppression (my-node)" in refused(path, GraphError, "not known here").got
    path.write_bytes(small(op="Relu", domain="com.example").SerializeToString())
    assert "com.example.Relu (my-node)" in refused(path, GraphError, "not known here").got
    automatic = helper.make_node("Conv", ["x", "w"], ["y"], "my-node", auto_pad="SAME_UPPER")
    path.write_bytes(model([automatic], {"x": image}, ["y"], {"w": floats(2, 4, 3, 3)}).SerializeToString())
    with pytest.raises(GraphError, match="the runtime chooses"):
        pg.onnx.load(path)(pg.tensor(image))


@pytest.mark.parametrize("opset", [7, 99])
def test_other_versions_of_the_operators_are_refused_with_what_to_do(opset: int, tmp_path: Path) -> None:
    path = tmp_path / "version.onnx"
    path.write_bytes(small(opset=opset).SerializeToString())
    assert "version_converter" in refused(path, GraphError, "version of ONNX's operators").hint


def external(location: str, offset: str = "0", dims: tuple[int, ...] = (4, 5)) -> Any:
    """A file whose weight stands elsewhere."""
    proto = model([helper.make_node("MatMul", ["x", "w"], ["y"])], {"x": x}, ["y"], {})
    weight = onnx.TensorProto(name="w", data_type=Kind.FLOAT, dims=dims, data_location=Kind.EXTERNAL)
    for key, value in {"location": location, "offset": offset}.items():
        weight.external_data.add(key=key, value=value)
    proto.graph.initializer.append(weight)
    return proto


def test_weights_beside_the_file_are_read_and_nothing_outside_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    weight = floats(4, 5)
    (folder / "weights.bin").write_bytes(b"12345678" + weight.tobytes())
    (tmp_path / "secret.bin").write_bytes(weight.tobytes())
    (folder / "link.bin").symlink_to(tmp_path / "secret.bin")
    path = folder / "model.onnx"
    path.write_bytes(external("weights.bin", "8").SerializeToString())
    np.testing.assert_allclose(pg.onnx.load(path)(pg.tensor(x)).numpy(force=True), x @ weight, rtol=1e-5)
    for location in ("../secret.bin", str(tmp_path / "secret.bin"), "a/../../secret.bin", "link.bin"):
        path.write_bytes(external(location).SerializeToString())
        assert "do not trust" in refused(path, DataError, "outside its folder").hint
    path.write_bytes(external("absent.bin").SerializeToString())
    refused(path, DataError, "is missing")
    for offset, dims in (("12", (4, 5)), ("0", (2**40, 2**10)), ("-4", (4, 5)), ("x", (4, 5))):
        path.write_bytes(external("weights.bin", offset, dims).SerializeToString())
        refused(path, DataError, "beyond the file|is damaged")


def test_a_tensor_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lie.onnx"
    proto = model([helper.make_node("MatMul", ["x", "w"], ["y"])], {"x": x}, ["y"], {"w": floats(4, 5)})
    proto.graph.initializer[0].dims[0] = 2**40
    path.write_bytes(proto.SerializeToString())
    refused(path, DataError, "damaged")
