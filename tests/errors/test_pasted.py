"""The mistakes that people of PyTorch paste most, by what PyTorch says of them: each is among those told here."""

from __future__ import annotations

import re

import pytest

from . import harness

torch = pytest.importorskip("torch", reason="PyTorch makes the mistakes too")
PASTED = {
    "shapes cannot be multiplied": ("nn.Linear(3, 2)(ones(2, 4))", "a_linear_layer_of_the_wrong_size"),
    "target dtype to be Long": ("F.cross_entropy(rand(2, 3), ones(2))", "class_labels_that_are_floats"),
    "is out of bounds": ("F.cross_entropy(rand(2, 3), tensor([0, 5]))", "a_class_label_out_of_range"),
    "index out of range in self": ("nn.Embedding(3, 2)(tensor([5]))", "an_embedding_index_out_of_range"),
    "backward through the graph a second time": ("twice((x ** 2).sum())", "backward_twice"),
    "leaf Variable that requires grad .* in-place": ("x.add_(1)", "in_place_on_a_leaf"),
    "modified by an inplace operation": ("changed(x)", "a_leaf_changed_before_backward"),
    "does not require grad": ("ones(()).backward()", "backward_of_plain_data"),
    "only for scalar outputs": ("(x * 2).backward()", "backward_of_many_elements"),
    r"Can't call numpy\(\) on Tensor that requires grad": ("x.numpy()", "numpy_of_a_tensor_that_requires_a_gradient"),
    "must match the size of tensor b": ("ones(3) + ones(4)", "sizes_that_do_not_broadcast"),
    "is invalid for input of size": ("ones(6).reshape(4, 2)", "reshape_to_another_number_of_elements"),
    "view size is not compatible": ("ones(2, 3).T.view(6)", "view_after_transpose"),
    "Sizes of tensors must match except": ("cat([ones(2, 3), ones(2, 4)])", "cat_of_unequal_shapes"),
    "stack expects each tensor to be equal size": ("stack([ones(2), ones(3)])", "samples_of_unequal_shapes"),
    "empty parameter list": ("torch.optim.SGD([], lr=1)", "an_optimizer_of_a_model_without_parameters"),
    r"Missing key\(s\) in state_dict": ("nn.Linear(3, 2).load_state_dict({})", "weights_of_another_model"),
    "channels, but got": ("nn.Conv2d(3, 2, 1)(ones(1, 1, 4, 4))", "a_convolution_with_other_channels"),
    "cannot be converted to Scalar": ("ones(2).item()", "item_of_many_elements"),
    "more than one value is ambiguous": ("not ones(2)", "truth_of_many_elements"),
    "more than 1 value per channel": ("nn.BatchNorm1d(2)(ones(1, 2))", "batch_norm_of_one_sample"),
    r"before Module.__init__\(\)": ("NoSuper()", "a_model_without_super_init"),
    "can't be cast to the desired output type": ("tensor([1]).add_(0.5)", "floats_into_whole_numbers"),
    "not a leaf|non-leaf": ("torch.optim.SGD([x * 2], lr=1)", "an_optimizer_of_a_computed_tensor"),
}


class NoSuper(torch.nn.Module):
    def __init__(self):
        self.layer = torch.nn.Linear(2, 2)


def twice(loss):
    loss.backward()
    loss.backward()


def changed(x):
    loss = (x**2).sum()
    with torch.no_grad():
        x.add_(1)
    loss.backward()


@pytest.mark.parametrize("message", PASTED)
def test_a_mistake_that_pytorch_tells_so_is_told_here_too(message):
    code, name = PASTED[message]
    names = {"x": torch.ones(2, requires_grad=True), "F": torch.nn.functional, "nn": torch.nn, "torch": torch}
    with pytest.raises(Exception, match=re.compile(message, re.DOTALL)):
        eval(code, {**vars(torch), **names, "twice": twice, "changed": changed, "NoSuper": NoSuper})
    (topic,) = (topic for topic in harness.TOPICS if name in harness.mistakes(topic))
    assert name in harness.snapshots(topic)


def test_gradients_that_were_not_cleared_are_pointed_out_too():
    """PyTorch says nothing of them."""
    assert "a_training_loop_that_forgets_zero_grad" in harness.snapshots("training")
