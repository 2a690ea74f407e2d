import { expect, test } from "vitest";
import { COMMANDS } from "./registry";

test("the documentation has the keyboard map of the registry (npm test -- -u writes it)", async () => {
  const map = COMMANDS.map(({ family, label, keys }) => ({ family, label, keys }));
  await expect(`${JSON.stringify(map, null, 2)}\n`).toMatchFileSnapshot("../../../docs/keyboard/keyboard.json");
});

test("a key leads to one thing, but where two are never possible at once", () => {
  const counts = new Map<string, number>();
  for (const { keys, family } of COMMANDS) {
    // The computation's own keys apply while it is shown instead of the layers.
    for (const key of keys)
      counts.set(`${family === "Computation"} ${key}`, (counts.get(`${family === "Computation"} ${key}`) ?? 0) + 1);
  }
  const twice = [...counts].filter(([, count]) => count > 1).map(([key]) => key.split(" ")[1]);
  expect(twice.sort()).toEqual(["Enter", "j"]);
});
