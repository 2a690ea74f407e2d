import { describe, expect, it } from "vitest";
import { GRAPH } from "../../dev/scene";
import { drawnEnd, foldedAround, groupsAround, indexGraph, neighbour, readingOrder } from "./graphIndex";

const [BLOCK] = GRAPH.groups;
if (!BLOCK) throw new Error("the scene has a group");
const NESTED = indexGraph({
  ...GRAPH,
  groups: [
    { ...BLOCK, parent: "outer", folded: true },
    { ...BLOCK, uid: "outer", parent: null, folded: true },
  ],
});

describe("the index", () => {
  it("is made once for each graph", () => {
    expect(indexGraph(GRAPH)).toBe(indexGraph(GRAPH));
  });

  it("knows the one edge into a port and all edges of a node", () => {
    const index = indexGraph(GRAPH);
    expect(index.edgeInto.get("add/b")?.source.node).toBe("relu1");
    expect(index.edgesFrom.get("relu1")?.map((edge) => edge.target.node)).toEqual(["conv2", "add"]);
    expect(index.edgesTo.get("add")).toHaveLength(2);
  });
});

describe("folding", () => {
  it("draws a hidden layer at the outermost folded group", () => {
    expect(groupsAround(NESTED, "g1").map((group) => group.uid)).toEqual(["g1", "outer"]);
    expect(drawnEnd(NESTED, { node: "relu1", port: "y" })).toBe("outer");
    expect(drawnEnd(NESTED, { node: "fc1", port: "y" })).toBe("fc1");
  });

  it("hides nothing in an open group", () => {
    expect(foldedAround(indexGraph(GRAPH), "g1")).toBeNull();
  });

  it("ends where groups contain each other", () => {
    const ring = indexGraph({ ...GRAPH, groups: [{ ...BLOCK, parent: "g1" }] });
    expect(groupsAround(ring, "g1")).toHaveLength(1);
  });
});

describe("walking", () => {
  const index = indexGraph(GRAPH);

  it("follows edges to the right and to the left", () => {
    expect(neighbour(index, "conv1", "right")).toBe("relu1");
    expect(neighbour(index, "conv1", "left")).toBe("input");
  });

  it("ends where there is nothing", () => {
    expect(neighbour(index, "output", "right")).toBeNull();
    expect(neighbour(index, "no such layer", "right")).toBeNull();
  });

  it("finds the nearest box below, edge or not", () => {
    expect(neighbour(index, "conv2", "down")).toBe("add");
  });

  it("in order reads from left to right", () => {
    expect(readingOrder([...GRAPH.nodes].reverse()).map((node) => node.uid)).toEqual(
      GRAPH.nodes.map((node) => node.uid),
    );
  });
});
