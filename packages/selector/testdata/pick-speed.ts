// What a pick costs among many nodes whose list keeps changing: `node testdata/pick-speed.ts`.
import { setImmediate as turn } from "node:timers/promises";
import type { BalancerFactory, PickedNode } from "@kratos-ts/core";
import { consistentHash, createResolver, leastRequest, p2c, random, roundRobin, wrr } from "../src/index.ts";
import { FakeDiscovery, instanceAt } from "./fake-discovery.ts";
import { ctx } from "./nodes.ts";

const count = 10_000;
const updatesPerSecond = 1000;
const seconds = 3;
const picksPerTurn = 1000;

let user = 0;
const balancers: Record<string, BalancerFactory> = {
  p2c: p2c(),
  wrr: wrr(),
  random: random(),
  roundRobin: roundRobin(),
  leastRequest: leastRequest(),
  consistentHash: consistentHash({ key: () => `user-${user++}` }),
};

for (const [name, balancer] of Object.entries(balancers)) console.log(name, await measure(balancer));

async function measure(balancer: BalancerFactory) {
  const discovery = new FakeDiscovery();
  const picker = createResolver({ discovery, balancer }).resolve("discovery:///shop", { scheme: "grpc" });
  const instances = Array.from({ length: count }, (_, i) =>
    instanceAt(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}:9000`),
  );
  discovery.send(...instances);
  await turn();
  const start = performance.now();
  let [updates, picks, spent] = [0, 0, 0];
  const batches: number[] = [];
  while (performance.now() - start < seconds * 1000) {
    for (; updates < ((performance.now() - start) * updatesPerSecond) / 1000; updates++) {
      // One instance is replaced by another with each update.
      const address = `11.0.${(updates >> 8) & 255}.${updates & 255}:9000`;
      instances[updates % count] = instanceAt(address);
      discovery.send(...instances);
    }
    const before = performance.now();
    for (let i = 0; i < picksPerTurn; i++) (picker.pick(ctx) as PickedNode).done({});
    const batch = performance.now() - before;
    batches.push((batch * 1000) / picksPerTurn);
    spent += batch;
    picks += picksPerTurn;
    await turn();
  }
  await picker[Symbol.asyncDispose]();
  const sorted = batches.sort((a, b) => a - b);
  const us = (value: number) => Number(value.toFixed(3));
  return {
    updates,
    picks,
    meanUs: us((spent * 1000) / picks),
    // Of batches of 1000.
    p99Us: us(sorted[Math.floor(sorted.length * 0.99)]!),
    picksPerSecond: Math.round(picks / ((performance.now() - start) / 1000)),
  };
}
