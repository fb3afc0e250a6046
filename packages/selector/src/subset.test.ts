import { expect, test } from "vitest";
import { nodesAt } from "../testdata/nodes.ts";
import { createSubset } from "./subset.ts";

const addresses = (found: readonly { address: string }[]) => found.map(({ address }) => address);

test("a client has the same nodes again, in whatever order they are listed", () => {
  const nodes = nodesAt(100);
  const first = createSubset({ size: 10, clientId: "client-1" })(nodes);
  const again = createSubset({ size: 10, clientId: "client-1" })([...nodes].reverse());
  expect(first).toHaveLength(10);
  expect(addresses(again)).toEqual(addresses(first));
});

test("clients together use all nodes about alike", () => {
  const nodes = nodesAt(100);
  const counts = new Map<string, number>();
  for (let i = 0; i < 1000; i++)
    for (const address of addresses(createSubset({ size: 10, clientId: `client-${i}` })(nodes)))
      counts.set(address, (counts.get(address) ?? 0) + 1);
  expect(counts.size).toBe(100);
  expect(Math.min(...counts.values())).toBeGreaterThan(60);
  expect(Math.max(...counts.values())).toBeLessThan(140);
});

test("one node that comes or goes changes at most one of the subset", () => {
  const subset = createSubset({ size: 10, clientId: "client-1" });
  let before = new Set(addresses(subset(nodesAt(100))));
  for (const count of [99, 98, 99, 100, 101, 50, 51]) {
    const after = addresses(subset(nodesAt(count)));
    if (count !== 50) expect(after.filter((address) => !before.has(address)).length).toBeLessThanOrEqual(1);
    before = new Set(after);
  }
});

test("few nodes are all taken", () => {
  expect(createSubset({ size: 10, clientId: "c" })(nodesAt(10))).toHaveLength(10);
});
