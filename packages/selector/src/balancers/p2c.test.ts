import { errorClientClosed, errorGatewayTimeout, errorNotFound, errorServiceUnavailable } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { nodeAt, nodesAt } from "../../testdata/nodes.ts";
import { type Answer, fairShare, Simulation } from "../../testdata/simulation.ts";
import { p2c } from "./p2c.ts";

const nodes = nodesAt(10);
const odd = nodes[3]!.address;
const fast = { ms: 10 };

/** Ten nodes, all fast but one. */
function simulate(oddAnswer: (now: number) => Answer, more: { rate?: number; seed?: number } = {}) {
  const { rate = 500, seed = 1 } = more;
  return new Simulation({
    nodes,
    balancer: p2c,
    rate,
    seed,
    answer: (node, now) => (node.address === odd ? oddAnswer(now) : fast),
  });
}

describe("p2c", () => {
  test.each([1, 2, 3])("spreads the calls over equal nodes (seed %i)", (seed) => {
    const counts = simulate(() => fast, { seed }).run(60);
    for (const { address } of nodes) expect(fairShare(counts, address)).toBeCloseTo(1, 0.5);
    const shares = nodes.map(({ address }) => fairShare(counts, address));
    expect(Math.min(...shares)).toBeGreaterThan(0.8);
    expect(Math.max(...shares)).toBeLessThan(1.2);
  });

  test.each([
    [1, 500],
    [2, 500],
    [3, 50],
    [4, 5000],
  ])("gives a node that is 10 times slower at most a fifth of its share (seed %i, %i calls/s)", (seed, rate) => {
    const simulation = simulate(() => ({ ms: 100 }), { seed, rate });
    simulation.run(5);
    const share = fairShare(simulation.run(rate > 1000 ? 20 : 60), odd);
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThanOrEqual(0.2);
  });

  test("comes back to a node within 5 s of its recovery", () => {
    const simulation = simulate((now) => (now < 60_000 ? { ms: 100 } : fast));
    simulation.run(60);
    simulation.run(5);
    expect(fairShare(simulation.run(30), odd)).toBeGreaterThan(0.8);
  });

  test("avoids a node that fails fast, and comes back to it", () => {
    const failing = { ms: 1, error: errorServiceUnavailable("", "down") };
    const simulation = simulate((now) => (now < 30_000 ? failing : fast));
    simulation.run(10);
    expect(fairShare(simulation.run(20), odd)).toBeLessThan(0.2);
    simulation.run(10);
    expect(fairShare(simulation.run(30), odd)).toBeGreaterThan(0.8);
  });

  test("does not hold errors against a node that are the caller's", () => {
    const simulation = simulate(() => ({ ms: 10, error: errorNotFound("NO_USER") }));
    simulation.run(5);
    expect(fairShare(simulation.run(30), odd)).toBeGreaterThan(0.8);
  });

  test("leaves a node that stops answering within a second, before any of its calls has ended", () => {
    const frozen = { ms: 60_000, error: errorGatewayTimeout("") };
    const simulation = simulate((now) => (now < 5000 ? fast : frozen));
    simulation.run(5);
    simulation.run(1);
    expect(fairShare(simulation.run(10), odd)).toBeLessThan(0.05);
  });

  test("is not misled by calls that are given up early", () => {
    const simulation = simulate((now) => (now < 5000 ? { ms: 100 } : { ms: 1, error: errorClientClosed("") }));
    simulation.run(5);
    expect(fairShare(simulation.run(20), odd)).toBeLessThan(0.2);
  });

  test("prefers the better node also where calls are rare, and tries the other at times", () => {
    const two = [nodeAt("good:1"), nodeAt("bad:1")];
    const simulation = new Simulation({
      nodes: two,
      balancer: p2c,
      rate: 0.1,
      answer: ({ address }) => ({ ms: address === "good:1" ? 10 : 500 }),
    });
    simulation.run(600);
    const share = fairShare(simulation.run(60_000), "bad:1");
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.25);
  });

  test("does not hold the first call against a node: it has to connect", () => {
    const called = new Set<string>();
    const simulation = new Simulation({
      nodes: nodes.slice(0, 2),
      balancer: p2c,
      rate: 100,
      answer({ address }) {
        const ms = called.has(address) || address !== nodes[0]!.address ? 5 : 80;
        called.add(address);
        return { ms };
      },
    });
    expect(fairShare(simulation.run(2), nodes[0]!.address)).toBeGreaterThan(0.6);
  });

  test("counts the weights", () => {
    const weighted = nodes.map((node, i) => ({ ...node, initialWeight: i < 5 ? 300 : 100 }));
    const simulation = new Simulation({ nodes: weighted, balancer: p2c, rate: 2000, answer: () => fast });
    const counts = simulation.run(30);
    const [heavy, light] = [nodes[0]!, nodes[9]!].map(({ address }) => fairShare(counts, address));
    expect(heavy! / light!).toBeGreaterThan(1.8);
  });

  test("keeps what it knows of the nodes that stay in the list", () => {
    const simulation = simulate(() => ({ ms: 200 }));
    simulation.run(10);
    for (let i = 0; i < 20; i++) {
      simulation.balancer.update([...nodes].reverse());
      expect(fairShare(simulation.run(0.5), odd)).toBeLessThan(0.5);
    }
  });

  test("a call that ends twice counts once", () => {
    let time = 0;
    const balancer = p2c({ now: () => time, random: () => 0 })();
    balancer.update([nodes[0]!, nodes[1]!]);
    const first = balancer.pick({} as never);
    time = 10;
    first.done({});
    first.done({});
    const busy = [balancer.pick({} as never), balancer.pick({} as never)].map(({ node }) => node.address);
    expect(new Set(busy).size).toBe(2);
  });

  test("refuses a forcePickMs that is no positive number", () => {
    expect(() => p2c({ forcePickMs: 0 })).toThrow("p2c: forcePickMs must be a number of at least 1, got 0");
  });
});
