# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How patchgrad works inside
#
# **The question of this notebook: what happens between `x * y` and `x.grad`, and how do you add something of your own?**
#
# You will
#
# 1. build the idea of a tape in thirty lines,
# 2. find the same parts in patchgrad,
# 3. write an operation, a layer and a quantity of your own.
#
# All of it runs in a few seconds on any processor.

# %%
import os

import patchgrad as pg
from patchgrad import nn, optim

share = float(os.environ.get("PATCHGRAD_TUTORIAL", 1))  # how long to train: 1 is meant for reading along
pg.manual_seed(0)

# %% [markdown]
# ## A tape in thirty lines
#
# Each number remembers how it was made, and a rule for the way back. That is all.


# %%
class Number:
    def __init__(self, value, parents=(), rule=None):
        self.value, self.parents, self.rule, self.grad = value, parents, rule, 0.0

    def __mul__(self, other):
        return Number(self.value * other.value, (self, other), lambda ct: (ct * other.value, ct * self.value))

    def __add__(self, other):
        return Number(self.value + other.value, (self, other), lambda ct: (ct, ct))

    def backward(self):
        order, seen = [], set()

        def visit(number):
            if id(number) not in seen:
                seen.add(id(number))
                for parent in number.parents:
                    visit(parent)
                order.append(number)

        visit(self)
        self.grad = 1.0
        for number in reversed(order):  # from the end to the beginning
            if number.rule is not None:
                for parent, ct in zip(number.parents, number.rule(number.grad), strict=True):
                    parent.grad += ct  # where two ways meet, they are added


x, y = Number(3.0), Number(2.0)
z = x * y + x * x
z.backward()
print(z.value, x.grad, y.grad)

# %% [markdown]
# The same with patchgrad:

# %%
x, y = pg.tensor(3.0, requires_grad=True), pg.tensor(2.0, requires_grad=True)
z = x * y + x * x
z.backward()
print(z.item(), x.grad.item(), y.grad.item())
pg.draw(lambda x, y: x * y + x * x, x, y)

# %% [markdown]
# ## The parts
#
# Each result has a `node`, its entry on the tape: which operation made it, from what, and what it keeps for the way back. An operation is a *record*: its
# rules stand together, by the name of the input.

# %%
x = pg.tensor([0.5, 1.0], requires_grad=True)
node = x.sin().node
print(node.op.name, node.op.inputs, "keeps", node.op.saves)
print("formula:", node.op.formula)

# %% [markdown]
# ## An operation of your own
#
# Say how it is computed, what to keep, and how a gradient goes back. This one is a bump, $e^{-x^2}$. `ct`, the *cotangent*, is what comes back from
# behind.


# %%
class Bump(pg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = (-(x**2)).exp()
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, ct):
        x, y = ctx.saved_tensors
        return ct * -2 * x * y


pg.testing.gradcheck(Bump.apply, [pg.randn(5, dtype=pg.float64, requires_grad=True)])

# %% [markdown]
# If the rule is wrong, `gradcheck` says so. Change the 2 to a 3 and run the cell again.
#
# ## A layer of your own
#
# `@pg.layer` puts a class into the palette: arguments of the constructor become fields, arguments of `forward` become ports.


# %%
@pg.layer
class Bumps(nn.Module):
    """A bump for each feature, whose place and width are learned."""

    def __init__(self, size: int):
        super().__init__()
        self.size = size
        self.place, self.width = nn.Parameter(pg.zeros(size)), nn.Parameter(pg.ones(size))

    def forward(self, x):
        return Bump.apply((x - self.place) * self.width)


# %% [markdown]
# ## A quantity of your own
#
# A number that is measured on each layer while it trains. It gets the *evidence* of a step: here the weights before and after the update, some
# of each. It may cost little: patchgrad measures only as often as its budget of three percent allows.

# %%
from patchgrad.recorder.quantities import quantity


@quantity("largest_weight", question="Does a weight grow without end?", needs=("updates",))
def largest_weight(evidence):
    found = {}
    for layer in evidence.layers:
        sizes = [abs(evidence.updates[name][1]).max() for name, _ in layer.parameters if name in evidence.updates]
        if sizes:
            found[layer.uid] = float(max(sizes))
    return found


# %% [markdown]
# ## All three at work

# %%
train = pg.datasets.digits()
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), Bumps(32), nn.Linear(32, 10))
loader = pg.data.DataLoader(train, batch_size=32, shuffle=True, seed=0)
session = pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.Adam(model.parameters(), lr=3e-3))
session.studio()

# %%
session.run(steps=max(20, round(200 * share)))
names = {node.uid: node.name for node in session.graph.nodes.values()}
{names[uid]: round(float(value), 3) for uid, value in session.recorder.by_layer("largest_weight").items()}

# %%
session

# %% [markdown]
# ## Things to try by hand
#
# 1. **Your layer in the palette.** Search for "Bumps" in the studio's palette and drag a second one onto an arrow. What is its `size`, and who
#    found it out?
# 2. **Replace.** Drag `ReLU` onto your layer. Does the network learn faster or slower with bumps?
# 3. **Set a field.** Change `out_features` of the first `Linear`. What happens to `size`?
#
# **Check yourself:** in the thirty lines, why is `parent.grad += ct` an addition and not an assignment? Which line of the example would be wrong otherwise?
