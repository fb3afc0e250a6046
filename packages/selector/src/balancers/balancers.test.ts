// What holds for every balancer, and what each adds to it.
import { type BalancerFactory, CallContext, createContextKey, KratosError } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { countPicks, ctx, nodeAt, nodesAt, seeded } from "../../testdata/nodes.ts";
import { fairShare, Simulation } from "../../testdata/simulation.ts";
import { consistentHash } from "./consistent-hash.ts";
import { leastRequest } from "./least-request.ts";
import { p2c } from "./p2c.ts";
import { random } from "./random.ts";
import { roundRobin } from "./round-robin.ts";
import { wrr } from "./wrr.ts";

const user = createContextKey<string | undefined>(undefined, { description: "user" });
const callOf = (name: string) => new CallContext({}).with(user, name);

const all: [string, (seed: number) => BalancerFactory][] = [
  ["p2c", (seed) => p2c({ random: seeded(seed), now: () => 0 })],
  ["wrr", () => wrr()],
  ["random", (seed) => random({ random: seeded(seed) })],
  ["roundRobin", (seed) => roundRobin({ random: seeded(seed) })],
  ["leastRequest", (seed) => leastRequest({ random: seeded(seed) })],
  ["consistentHash", (seed) => consistentHash({ key: user, random: seeded(seed) })],
];

describe.each(all)("%s", (_, make) => {
  test("has no node before it was given some, or when all are gone", () => {
    const balancer = make(1)();
    const failure = () => {
      try {
        balancer.pick(ctx);
      } catch (error) {
        return KratosError.find(error);
      }
      return undefined;
    };
    expect(failure()).toMatchObject({ code: 503, reason: "no_available_node" });
    balancer.update(nodesAt(2));
    balancer.update([]);
    expect(failure()).toMatchObject({ code: 503, reason: "no_available_node" });
  });

  test("picks the only node there is", () => {
    const balancer = make(1)();
    balancer.update([nodeAt("a:1")]);
    for (let i = 0; i < 5; i++) expect(balancer.pick(ctx).node.address).toBe("a:1");
  });

  test("spreads calls over nodes of equal weight", () => {
    const balancer = make(1)();
    const nodes = nodesAt(10);
    balancer.update(nodes);
    const pick = () => {
      const picked = balancer.pick(ctx);
      picked.done({});
      return picked.node;
    };
    const counts = countPicks(pick, 10_000);
    for (const { address } of nodes) expect(counts[address] ?? 0).toBeGreaterThan(500);
  });

  test("picks only nodes of its last list, new ones too", () => {
    const balancer = make(1)();
    balancer.update(nodesAt(5));
    const open = Array.from({ length: 20 }, () => balancer.pick(ctx));
    balancer.update([nodeAt("a:1"), nodeAt("b:1")]);
    for (const picked of open) picked.done({});
    expect(Object.keys(countPicks(() => balancer.pick(ctx).node, 200)).sort()).toEqual(["a:1", "b:1"]);
  });

  test("hands out the node as its last list has it", () => {
    const balancer = make(1)();
    balancer.update([nodeAt("a:1")]);
    balancer.update([nodeAt("a:1", { version: "v2" })]);
    expect(balancer.pick(ctx).node.version).toBe("v2");
  });

  test("shares nothing with another balancer of the same factory", () => {
    const factory = make(1);
    const [first, second] = [factory(), factory()];
    first.update([nodeAt("a:1")]);
    expect(() => second.pick(ctx)).toThrow("no node is available");
  });
});

describe("weights", () => {
  const weighted = [
    nodeAt("a:1", { initialWeight: 500 }),
    nodeAt("b:1", { initialWeight: 100 }),
    nodeAt("c:1"),
    nodeAt("d:1", { initialWeight: 0 }),
  ];

  test("wrr: exact, and spread evenly", () => {
    const balancer = wrr()();
    balancer.update(weighted);
    const picks = Array.from({ length: 800 }, () => balancer.pick(ctx).node.address);
    const counts = picks.map((_, i) => picks.slice(i, i + 8).filter((address) => address === "a:1").length);
    expect(picks.filter((address) => address === "b:1")).toHaveLength(100);
    expect(picks.filter((address) => address === "a:1")).toHaveLength(500);
    // In each stretch of eight there are five of a, give or take one.
    expect(counts.slice(0, -8).filter((count) => Math.abs(count - 5) > 1)).toEqual([]);
  });

  test("wrr: goes on where it was when a list comes, and heeds a weight that rose", () => {
    const balancer = wrr()();
    balancer.update([nodeAt("a:1"), nodeAt("b:1", { initialWeight: 1 })]);
    countPicks(() => balancer.pick(ctx).node, 150);
    balancer.update([nodeAt("a:1"), nodeAt("b:1")]);
    const counts = countPicks(() => balancer.pick(ctx).node, 100);
    expect(counts["b:1"]).toBeGreaterThan(45);
    for (let i = 0; i < 100; i++) {
      balancer.update([nodeAt("a:1"), nodeAt("b:1")]);
      balancer.pick(ctx);
    }
    expect(countPicks(() => balancer.pick(ctx).node, 100)["b:1"]).toBe(50);
  });

  test("random: by chance", () => {
    const balancer = random({ random: seeded(3) })();
    balancer.update(weighted);
    const counts = countPicks(() => balancer.pick(ctx).node, 8000);
    expect(counts["a:1"]! / counts["b:1"]!).toBeGreaterThan(4.3);
    expect(counts["a:1"]! / counts["b:1"]!).toBeLessThan(5.7);
    expect(counts["d:1"]).toBeGreaterThan(800);
  });

  test("leastRequest: by the calls under way", () => {
    const balancer = leastRequest({ random: seeded(1) })();
    balancer.update(weighted);
    expect(countPicks(() => balancer.pick(ctx).node, 80)).toEqual({ "a:1": 50, "b:1": 10, "c:1": 10, "d:1": 10 });
  });
});

test("leastRequest avoids a slow node", () => {
  const nodes = nodesAt(10);
  const slow = nodes[0]!.address;
  const simulation = new Simulation({
    nodes,
    balancer: leastRequest,
    rate: 2000,
    answer: ({ address }) => ({ ms: address === slow ? 100 : 10 }),
  });
  expect(fairShare(simulation.run(30), slow)).toBeLessThan(0.3);
});

test("roundRobin takes each in turn", () => {
  const balancer = roundRobin({ random: () => 0 })();
  balancer.update(nodesAt(3));
  const turns = Array.from({ length: 6 }, () => balancer.pick(ctx).node.address);
  expect(turns.slice(3)).toEqual(turns.slice(0, 3));
  expect(new Set(turns).size).toBe(3);
});

describe("consistentHash", () => {
  const names = Array.from({ length: 10_000 }, (_, i) => `user-${i}`);
  const placed = (addresses: number, factory = consistentHash({ key: user })) => {
    const balancer = factory();
    balancer.update(nodesAt(addresses).reverse());
    return names.map((name) => balancer.pick(callOf(name)).node.address);
  };

  test("gives the same key the same node, whatever the order of the list", () => {
    const balancer = consistentHash({ key: (call) => call.get(user) })();
    balancer.update(nodesAt(20));
    expect(names.map((name) => balancer.pick(callOf(name)).node.address)).toEqual(placed(20));
  });

  test("spreads the keys", () => {
    const counts = new Map<string, number>();
    for (const address of placed(20)) counts.set(address, (counts.get(address) ?? 0) + 1);
    expect(counts.size).toBe(20);
    expect(Math.max(...counts.values())).toBeLessThan(1.3 * (names.length / 20));
  });

  test("moves only the keys of a node that goes", () => {
    const [before, after] = [placed(20), placed(19)];
    const gone = nodesAt(20)[19]!.address;
    expect(before.filter((address, i) => address !== gone && after[i] !== address)).toEqual([]);
  });
});
