import { expect, it } from "vitest";
import type { KindView } from "../protocol/messages";
import { searchKinds } from "./searchKinds";

const kind = (name: string, family: string, help: string): KindView => ({
  kind: name,
  family,
  help,
  inputs: ["x"],
  outputs: ["y"],
  fields: [],
  source: `nn.${name}()`,
});
const KINDS = [
  kind("Conv2d", "convolution", "Slides filters over an image."),
  kind("Linear", "linear", "Affine map."),
  kind("Embedding", "linear", "Looks up a vector."),
  kind("Dropout", "norm", "Sets a random part to zero."),
  kind("LayerNorm", "norm", "Mean 0 and variance 1 for each sample of a map."),
];
const found = (query: string) => searchKinds(KINDS, query).map((family) => family.kinds.map((one) => one.kind));

it("an empty search finds all, by family, in the catalogue's order", () => {
  expect(searchKinds(KINDS, " ").map((family) => family.name)).toEqual(["convolution", "linear", "norm"]);
  expect(found("")).toEqual([["Conv2d"], ["Linear", "Embedding"], ["Dropout", "LayerNorm"]]);
});

it("names, families and help texts are searched, whatever the case", () => {
  expect(found("DROP")).toEqual([["Dropout"]]);
  expect(found("image")).toEqual([["Conv2d"]]);
  expect(found("linear")).toEqual([["Linear", "Embedding"]]);
});

it("within a family a name stands before a help text", () => {
  expect(found("norm")).toEqual([["LayerNorm", "Dropout"]]);
});

it("all words must be found, in any order", () => {
  expect(found("map norm")).toEqual([["LayerNorm"]]);
  expect(found("map nothing")).toEqual([]);
});

it("the family of the best match stands first, whatever the catalogue's order", () => {
  expect(found("l")[0]?.[0]).toBe("Linear");
  expect(found("mean")).toEqual([["LayerNorm"]]);
});
