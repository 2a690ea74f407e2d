import { expect, it, vi } from "vitest";
import { createStore } from "./store";

const counting = () => createStore((state: number, by: number) => state + by, 0);

it("tells its listeners of a new state, until they leave", () => {
  const store = counting();
  const listener = vi.fn();
  const leave = store.subscribe(listener);
  store.dispatch(2);
  leave();
  store.dispatch(1);
  expect([store.getState(), listener.mock.calls.length]).toEqual([3, 1]);
});

it("is silent where nothing changed", () => {
  const store = counting();
  const listener = vi.fn();
  store.subscribe(listener);
  store.dispatch(0);
  expect(listener).not.toHaveBeenCalled();
});
