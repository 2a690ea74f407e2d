import { expect, it } from "vitest";
import type { FieldView } from "../protocol/messages";
import { fieldText, parseField } from "./fields";

const field = (type: FieldView["type"], rest: Partial<FieldView> = {}): FieldView => ({
  name: "f",
  type,
  default: null,
  minimum: null,
  maximum: null,
  choices: [],
  optional: false,
  help: "",
  ...rest,
});

it("numbers are read as Python writes them", () => {
  expect(parseField(field("int"), " 1_024 ")).toEqual({ value: 1024 });
  expect(parseField(field("float"), "1e-3")).toEqual({ value: 0.001 });
  expect(parseField(field("int"), "(3, 3)")).toEqual({ value: [3, 3] });
  expect(parseField(field("int"), "3, 5")).toEqual({ value: [3, 5] });
  expect(parseField(field("int"), "(3,)")).toEqual({ value: [3] });
});

it("what is no such number is told, not sent", () => {
  expect(parseField(field("int"), "3.5")).toEqual({ problem: "3.5 is not a whole number" });
  expect(parseField(field("float"), "three")).toEqual({ problem: "three is not a number" });
  expect(parseField(field("int", { minimum: 1 }), "0")).toEqual({ problem: "at least 1" });
  expect(parseField(field("float", { maximum: 1 }), "1.5")).toEqual({ problem: "at most 1" });
  expect(parseField(field("int"), "")).toEqual({ problem: "a value is needed" });
});

it("an empty optional field is None", () => {
  expect(parseField(field("int", { optional: true }), "")).toEqual({ value: null });
  expect(parseField(field("int", { optional: true }), "None")).toEqual({ value: null });
});

it("text stays text", () => {
  expect(parseField(field("text"), "fc1")).toEqual({ value: "fc1" });
});

it("None is shown as an empty field", () => {
  expect([fieldText(null), fieldText([3, 3]), fieldText(0.5)]).toEqual(["", "(3, 3)", "0.5"]);
});
