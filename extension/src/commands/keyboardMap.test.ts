import { expect, test } from "vitest";
import { COMMANDS } from "./registry";

test("the documentation has the keyboard map of the registry (npm test -- -u writes it)", async () => {
  const map = COMMANDS.map(({ family, label, keys }) => ({ family, label, keys }));
  await expect(`${JSON.stringify(map, null, 2)}\n`).toMatchFileSnapshot("../../../docs/keyboard/keyboard.json");
});
