import { expect, test } from "vitest";
import { nodeAt } from "../testdata/nodes.ts";
import { byNode, byVersion, byZone } from "./filters.ts";

const nodes = [
  nodeAt("a:1", { version: "v1", metadata: { zone: "east" } }),
  nodeAt("b:1", { version: "v2", metadata: { zone: "west", rack: "7" } }),
  nodeAt("c:1", { version: "v2" }),
];
const addresses = (found: readonly { address: string }[]) => found.map(({ address }) => address).join(" ");

test.each([
  ["of a version", byVersion("v2"), "b:1 c:1"],
  ["of a version that nobody has", byVersion("v3"), ""],
  ["of a zone", byZone("east"), "a:1"],
  ["of all zones when the zone is empty", byZone("south"), "a:1 b:1 c:1"],
  ["of no other zone, on request", byZone("south", { fallback: false }), ""],
  ["of a zone under another name", byZone("7", { metadataKey: "rack" }), "b:1"],
  ["of a predicate", byNode(({ address }) => address < "c"), "a:1 b:1"],
])("takes nodes %s", (_, filter, expected) => {
  expect(addresses(filter(nodes))).toBe(expected);
});
