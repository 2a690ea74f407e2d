"""The budget looks less often where looking is dear, and says how often."""

from __future__ import annotations

from patchgrad.recorder.budget import Budget


def looked(budget: Budget, cost: float, step_time: float, steps: int, first: int = 0) -> int:
    """How many of the steps were looked at."""
    looks = 0
    for step in range(first, first + steps):
        budget.stepped(step_time)
        if budget.due("sampled", step):
            looks += 1
            budget.spent("sampled", step, cost)
    return looks


def test_a_cheap_look_is_taken_at_every_step() -> None:
    budget = Budget(0.03)
    assert looked(budget, cost=1e-5, step_time=1e-2, steps=100) == 100


def test_a_dear_look_is_taken_so_rarely_that_the_share_is_kept() -> None:
    budget = Budget(0.03)
    looks = looked(budget, cost=2e-3, step_time=1e-2, steps=2000)
    assert looks > 50
    assert looks * 2e-3 <= 0.03 * 2000 * 1e-2
    assert budget.used <= 0.03


def test_the_first_steps_are_looked_at_closely_however_dear_and_later_ones_by_the_budget() -> None:
    budget = Budget(0.03)
    assert looked(budget, cost=1e-2, step_time=1e-3, steps=16) == 16
    assert 20 < looked(budget, cost=1e-2, step_time=1e-3, steps=584, first=16) < 40
    looked(budget, cost=1e-2, step_time=1e-3, steps=20_000, first=600)
    assert looked(budget, cost=1e-2, step_time=1e-3, steps=10_000, first=20_600) == 20


def test_the_plan_is_said_in_words() -> None:
    budget = Budget(0.03)
    looked(budget, cost=2e-3, step_time=1e-2, steps=1000)
    assert str(budget).startswith("gradient norms every step, statistics of layers every 17 steps: 1.2%")


def test_a_fixed_interval_is_kept_whatever_it_costs() -> None:
    budget = Budget(every=5)
    assert looked(budget, cost=1.0, step_time=1e-3, steps=100) == 20


def test_early_looks_end_when_they_have_cost_a_second() -> None:
    budget = Budget(0.03)
    assert looked(budget, cost=1.5, step_time=0.5, steps=100) == 1
    assert "statistics of layers every 250 steps" in str(budget)


def test_what_a_look_costs_beside_its_own_clocks_counts_but_not_a_step_that_was_slow() -> None:
    def interval(whole: float) -> int:
        budget = Budget(0.03)
        budget.stepped(1e-2)
        budget.spent("sampled", 1, 2e-3, whole)
        return budget.tiers["sampled"].interval

    assert [interval(whole) for whole in (1.1e-2, 1.3e-2, 5.0)] == [17, 25, 34]


def test_the_part_of_every_step_leaves_less_for_the_rest_and_is_told() -> None:
    budget = Budget(0.03)
    for _ in range(3):
        budget.stepped(1e-2, 2e-4)
    budget.spent("sampled", 1, 2e-3)
    assert budget.tiers["sampled"].interval == 33
    assert 0.02 < budget.used < 0.03
