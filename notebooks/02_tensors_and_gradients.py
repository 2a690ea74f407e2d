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
# # Tensors and gradients
#
# **The question of this notebook: how does a computer know which way to turn a knob?**
#
# You will
#
# 1. make tensors and look at them as pictures,
# 2. let the computer find the slope of a formula, and see the graph that it uses for that,
# 3. check a slope against plain arithmetic,
# 4. let a formula turn its own knobs until it fits some points.
#
# All of it runs in a few seconds on any processor.

# %%
import os

import plotly.graph_objects as go

import patchgrad as pg
from patchgrad import nn, optim

share = float(os.environ.get("PATCHGRAD_TUTORIAL", 1))  # how long to train: 1 is meant for reading along
pg.manual_seed(0)

# %% [markdown]
# ## A tensor is a block of numbers
#
# A single number, a row, a table, a stack of tables: all of these are *tensors*. The *shape* says how many numbers there are
# along each axis.

# %%
table = pg.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
print(table.shape, table.dtype)
table * 10 + 1

# %% [markdown]
# An operation works on all numbers at once. A picture says more than many numbers: `pg.show` draws each value as a square.

# %%
row = pg.linspace(-3, 3, 48)
waves = (row[:, None] ** 2 + row[None, :] ** 2).sin()
pg.show(waves, colors="signed")

# %% [markdown]
# Red is positive, blue is negative. `row[:, None]` stands upright and `row[None, :]` lies flat; added, they fill a
# table of 48 × 48. This is called *broadcasting*.
#
# ## A slope
#
# Take the formula $z = \sin(x\,y) + x^2$. If we turn $x$ up a little, does $z$ go up or down, and how fast? That number is
# the *gradient* of $z$ with respect to $x$. Say of which tensors you want to know it, compute, and call `backward()`:

# %%
x = pg.tensor(3.0, requires_grad=True)
y = pg.tensor(2.0, requires_grad=True)
z = (x * y).sin() + x**2
z.backward()
print(f"z = {z.item():.4f}; turn x up by 0.001 and z changes by about {0.001 * x.grad.item():.5f}")

# %% [markdown]
# Is that true? Plain arithmetic can tell:

# %%
with pg.no_grad():
    change = ((x + 0.001) * y).sin() + (x + 0.001) ** 2 - z
print(f"it really changes by {change.item():.5f}")

# %% [markdown]
# ## The graph behind it
#
# While the formula was computed, patchgrad wrote down each step. Here is what it wrote. Boxes are operations, and arrows
# are the numbers that travel between them.


# %%
def formula(x, y):
    return (x * y).sin() + x**2


pg.draw(formula, x, y)

# %% [markdown]
# `backward()` walks this graph from the end to the beginning. Each box knows one simple rule, for example "the slope of
# sin is cos". Where two arrows leave the same number, the slopes that come back are added. That is the whole trick, and it
# works for a formula of five boxes as for a network of thousands.
#
# ## Check it with one call
#
# `gradcheck` compares the slopes of the rules with plain arithmetic, for every input. It wants numbers with double precision.

# %%
inputs = [pg.tensor(3.0, dtype=pg.float64, requires_grad=True), pg.tensor(2.0, dtype=pg.float64, requires_grad=True)]
pg.testing.gradcheck(formula, inputs)

# %% [markdown]
# What if there is no gradient? Rounding, for one, has none that helps: its slope is zero nearly everywhere. Ask why:

# %%
w = pg.tensor([1.2, 3.4], requires_grad=True)
print(pg.explain_grad(w, lambda: (w.round() * 2).sum()))

# %% [markdown]
# ## Slopes of slopes
#
# A gradient is a result like any other, so it has a gradient too. The slope of $x^3$ is $3x^2$, and the slope of that is $6x$.

# %%
at = pg.linspace(-1.5, 1.5, 61)
slope = pg.func.vmap(pg.func.grad(lambda x: x**3))
curvature = pg.func.vmap(pg.func.grad(pg.func.grad(lambda x: x**3)))
figure = go.Figure()
for name, values in (("x³", at**3), ("its slope", slope(at)), ("the slope of that", curvature(at))):
    figure.add_scatter(x=at.numpy(), y=values.numpy(), name=name)
figure.update_layout(title="How do a curve, its slope and its curvature belong together?", height=360)
figure

# %% [markdown]
# ## Let it turn its own knobs
#
# Some points lie on a wave, with some noise. The formula `a * sin(b * x + c)` has three knobs: $a$, $b$ and $c$. The *loss* says
# how far the formula is from the points. Its gradient says how to turn each knob so that the loss goes down.

# %%
points = pg.linspace(-3, 3, 80)[:, None]
heights = 1.5 * (1.3 * points + 0.7).sin() + 0.1 * pg.randn(80, 1)


class Wave(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = (nn.Parameter(pg.tensor(value)) for value in (1.0, 1.0, 0.0))

    def forward(self, x):
        return self.a * (self.b * x + self.c).sin()


wave = Wave()
pg.draw(wave, points)

# %%
optimizer = optim.SGD(wave.parameters(), lr=0.1)
losses = []
for _ in range(max(10, round(200 * share))):
    loss = ((wave(points) - heights) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
print(f"a = {wave.a.item():.2f}, b = {wave.b.item():.2f}, c = {wave.c.item():.2f}; made with 1.5, 1.3, 0.7")

# %%
with pg.no_grad():
    fitted = wave(points)
figure = go.Figure()
figure.add_scatter(x=points[:, 0].numpy(), y=heights[:, 0].numpy(), mode="markers", name="points")
figure.add_scatter(x=points[:, 0].numpy(), y=fitted[:, 0].numpy(), name="the formula")
figure.update_layout(title="Does the formula fit?", height=360)
figure

# %% [markdown]
# ## The same in the studio
#
# Layers are formulas with knobs inside. Here two of them shall fit the same points; the session does the loop above for us.

# %%
model = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
data = pg.data.DataLoader(pg.data.TensorDataset(points, heights), batch_size=80, shuffle=True, seed=0)
session = pg.Session(model, data, loss=nn.MSELoss(), optimizer=optim.Adam(model.parameters(), lr=0.02))
session.studio()

# %%
session.run(steps=max(10, round(300 * share)))
session.graph

# %% [markdown]
# ## Three things to try by hand
#
# 1. **Open a layer.** Click the first `Linear` in the studio. The inspector shows its numbers: 16 weights and 16 offsets, each a knob.
# 2. **Take the bend away.** Press *play*, click `Tanh` and press `B` to lead the data past it. The loss jumps up: without a
#    bend, two layers are only a straight line. Press *undo*.
# 3. **Another bend.** Drag `ReLU` from the palette onto `Tanh`, and let go. Does the loss come down to the same place?
#
# **Check yourself:** in the picture of `formula`, two arrows leave `x`. What does `backward()` do with the two slopes that come
# back there? Write down the gradient of $z$ by $x$ with pen and paper, and compare it with `x.grad`. The next cell has the answer.

# %%
print((y * (x * y).cos() + 2 * x).item(), x.grad.item())
