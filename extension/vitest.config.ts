import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
    // A test of a view says so in its first line: // @vitest-environment happy-dom
    environment: "node",
    passWithNoTests: true,
    maxWorkers: 2,
  },
});
