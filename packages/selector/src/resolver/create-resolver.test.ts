import {
  CallContext,
  currentContext,
  errorNotFound,
  errorServiceUnavailable,
  type KratosError,
  type Node,
  type NodePicker,
  type PickedNode,
  runInContext,
} from "@kratos-ts/core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeDiscovery, instanceAt } from "../../testdata/fake-discovery.ts";
import { countPicks, ctx } from "../../testdata/nodes.ts";
import { roundRobin } from "../balancers/round-robin.ts";
import { wrr } from "../balancers/wrr.ts";
import { byVersion } from "../filters.ts";
import { createResolver } from "./create-resolver.ts";
import type { ResolverOptions } from "./settings.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const refused = () =>
  errorServiceUnavailable("", "can't connect", {
    cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }),
  });

function setUp({ coolDown, ...options }: Partial<ResolverOptions> = {}) {
  const discovery = new FakeDiscovery();
  const reachable = { probe: async () => {}, ...coolDown };
  const resolver = createResolver({
    discovery,
    balancer: roundRobin(),
    warmUpMs: 0,
    coolDown: reachable,
    ...options,
  });
  const picker = resolver.resolve("discovery:///shop", { scheme: "grpc" });
  const send = async (...addresses: string[]) => {
    discovery.sendAddresses(...addresses);
    await vi.advanceTimersByTimeAsync(100);
  };
  return { discovery, picker, send, [Symbol.asyncDispose]: () => picker[Symbol.asyncDispose]() };
}

const pickOf = (picker: NodePicker) => picker.pick(ctx) as PickedNode;
const addressesOf = (picker: NodePicker) => Object.keys(countPicks(() => pickOf(picker).node, 60)).sort();

/** Ends a call to that address as given. */
function call(picker: NodePicker, address: string, error?: unknown): void {
  for (let i = 0; i < 100; i++) {
    const picked = pickOf(picker);
    if (picked.node.address !== address) continue;
    picked.done({ error });
    return;
  }
  throw new Error(`${address} was not picked`);
}

async function failureOf(pick: () => unknown): Promise<KratosError> {
  try {
    await pick();
  } catch (error) {
    return error as KratosError;
  }
  throw new Error("it was picked");
}

describe("the first call", () => {
  test("waits for the first list", async () => {
    await using service = setUp();
    const picked = service.picker.pick(ctx);
    await service.send("a:1");
    expect((await picked).node).toMatchObject({ scheme: "grpc", address: "a:1", serviceName: "shop" });
    expect(pickOf(service.picker).node.address).toBe("a:1");
  });

  test("waits up to its deadline, and fails shortly before it", async () => {
    await using service = setUp();
    const failed = failureOf(() => service.picker.pick(new CallContext({ timeoutMs: 1000 })));
    await vi.advanceTimersByTimeAsync(949);
    service.discovery.break(new Error("no route to etcd"));
    await vi.advanceTimersByTimeAsync(1);
    expect(await failed).toMatchObject({
      code: 503,
      reason: "NODE_NOT_FOUND",
      message: "no node of shop: discovery gave no list within 950 ms; it failed last with: no route to etcd",
    });
  });

  test("without a deadline waits for firstListTimeoutMs", async () => {
    await using service = setUp({ firstListTimeoutMs: 70 });
    const failed = failureOf(() => service.picker.pick(ctx));
    await vi.advanceTimersByTimeAsync(70);
    expect((await failed).message).toBe("no node of shop: discovery gave no list within 70 ms");
  });

  test("stops waiting when it is cancelled", async () => {
    await using service = setUp();
    const waiting = new CallContext({});
    const failed = failureOf(() => service.picker.pick(waiting));
    waiting.cancel();
    expect((await failed).reason).toBe("NODE_NOT_FOUND");
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("no node", () => {
  test.each<[string, Partial<ResolverOptions>, Parameters<typeof instanceAt>[1][], string]>([
    ["is listed", {}, [], "discovery knows no instance"],
    ["has the scheme", {}, [{ endpoints: ["http://a:1"] }], "none of its 1 instances has an endpoint of grpc"],
    ["passes the filters", { filters: [byVersion("v9")] }, [{}], "the filters leave none of its 1 nodes"],
  ])("%s: 503 NODE_NOT_FOUND says so", async (_, options, instances, message) => {
    await using service = setUp(options);
    const failed = failureOf(() => service.picker.pick(ctx));
    service.discovery.send(...instances.map((more) => instanceAt("a:1", more)));
    expect(await failed).toMatchObject({ code: 503, reason: "NODE_NOT_FOUND", message: `no node of shop: ${message}` });
    expect(await failureOf(() => pickOf(service.picker))).toMatchObject({ reason: "NODE_NOT_FOUND" });
  });
});

describe("lists", () => {
  test("are taken over with each update", async () => {
    await using service = setUp();
    await service.send("a:1", "b:1");
    expect(addressesOf(service.picker)).toEqual(["a:1", "b:1"]);
    await service.send("b:1", "c:1");
    expect(addressesOf(service.picker)).toEqual(["b:1", "c:1"]);
  });

  test("are taken over once in updateIntervalMs at most, and then the newest", async () => {
    const nodes: (readonly Node[])[] = [];
    const balancer = () => ({
      ...roundRobin()(),
      update: (list: readonly Node[]) => void nodes.push(list),
    });
    await using service = setUp({ balancer, updateIntervalMs: 50 });
    await service.send("a:0");
    for (let i = 1; i <= 1000; i++) {
      service.discovery.sendAddresses(`a:${i}`);
      await vi.advanceTimersByTimeAsync(1);
    }
    await vi.advanceTimersByTimeAsync(50);
    expect(nodes.length).toBeLessThanOrEqual(23);
    expect(nodes.at(-1)).toMatchObject([{ address: "a:1000" }]);
  });

  test("pass filters, then the subset", async () => {
    await using service = setUp({ filters: [byVersion("v2")], subset: { size: 3, clientId: "c" } });
    service.discovery.send(
      ...Array.from({ length: 20 }, (_, i) => instanceAt(`a:${i}`, { version: i % 2 === 0 ? "v2" : "v1" })),
    );
    await vi.advanceTimersByTimeAsync(0);
    const addresses = addressesOf(service.picker);
    expect(addresses).toHaveLength(3);
    expect(addresses.filter((address) => Number(address.slice(2)) % 2 === 1)).toEqual([]);
  });

  test("a filter that throws leaves the nodes as they were", async () => {
    let broken = false;
    const filter = (nodes: readonly Node[]) => {
      if (broken) throw new Error("my filter");
      return nodes;
    };
    await using service = setUp({ filters: [filter] });
    await service.send("a:1");
    broken = true;
    await service.send("b:1");
    expect(addressesOf(service.picker)).toEqual(["a:1"]);
    broken = false;
    await service.send("c:1");
    expect(addressesOf(service.picker)).toEqual(["c:1"]);
  });
});

describe("while discovery is away", () => {
  test("the known nodes are called, and it is asked again", async () => {
    await using service = setUp({ backoff: { initialMs: 100, maxMs: 1000 } });
    await service.send("a:1");
    service.discovery.break(new Error("gone"));
    await vi.advanceTimersByTimeAsync(99);
    expect([addressesOf(service.picker), service.discovery.open]).toEqual([["a:1"], 0]);
    await vi.advanceTimersByTimeAsync(1);
    expect(service.discovery.open).toBe(1);
    await service.send("b:1");
    expect(addressesOf(service.picker)).toEqual(["b:1"]);
  });

  test("an empty list is believed only when it lasts", async () => {
    await using service = setUp();
    await service.send("a:1", "b:1");
    await service.send();
    expect(addressesOf(service.picker)).toEqual(["a:1", "b:1"]);
    await vi.advanceTimersByTimeAsync(29_800);
    expect(addressesOf(service.picker)).toEqual(["a:1", "b:1"]);
    await vi.advanceTimersByTimeAsync(300);
    expect(await failureOf(() => pickOf(service.picker))).toMatchObject({ reason: "NODE_NOT_FOUND" });
  });

  test("an empty list is forgotten when a full one follows", async () => {
    await using service = setUp({ protection: { holdMs: 1000 } });
    await service.send("a:1");
    await service.send();
    await service.send("b:1");
    await vi.advanceTimersByTimeAsync(5000);
    expect(addressesOf(service.picker)).toEqual(["b:1"]);
    await service.send();
    await vi.advanceTimersByTimeAsync(500);
    expect(addressesOf(service.picker)).toEqual(["b:1"]);
  });

  test("how few nodes are too few can be set, or that none are", async () => {
    await using half = setUp({ protection: { share: 0.5, holdMs: 1000 } });
    await half.send("a:1", "b:1", "c:1");
    await half.send("a:1");
    expect(addressesOf(half.picker)).toEqual(["a:1", "b:1", "c:1"]);
    await half.send("a:1", "b:1");
    expect(addressesOf(half.picker)).toEqual(["a:1", "b:1"]);
    await using trusting = setUp({ protection: { holdMs: 0 } });
    await trusting.send("a:1");
    await trusting.send();
    expect(await failureOf(() => pickOf(trusting.picker))).toMatchObject({ reason: "NODE_NOT_FOUND" });
  });
});

describe("cool-down", () => {
  test("leaves a node alone that can't be connected to, longer each time", async () => {
    await using service = setUp({ coolDown: { initialMs: 1000, maxMs: 4000 } });
    await service.send("a:1", "b:1");
    for (const ms of [1000, 2000, 4000, 4000]) {
      call(service.picker, "a:1", refused());
      expect(addressesOf(service.picker)).toEqual(["b:1"]);
      await vi.advanceTimersByTimeAsync(ms - 1);
      expect(addressesOf(service.picker)).toEqual(["b:1"]);
      await vi.advanceTimersByTimeAsync(101);
      expect(addressesOf(service.picker)).toEqual(["a:1", "b:1"]);
    }
    call(service.picker, "a:1");
    await vi.advanceTimersByTimeAsync(100);
    call(service.picker, "a:1", refused());
    await vi.advanceTimersByTimeAsync(1100);
    expect(addressesOf(service.picker)).toEqual(["a:1", "b:1"]);
  });

  test("lasts until the node can be reached, and no call is lost by trying", async () => {
    const probed: string[] = [];
    let isUp = false;
    const probe = async ({ address }: Node) => {
      probed.push(address);
      if (!isUp) throw new Error("refused");
    };
    await using service = setUp({ coolDown: { initialMs: 1000, maxMs: 4000, probe } });
    await service.send("a:1", "b:1");
    call(service.picker, "a:1", refused());
    await vi.advanceTimersByTimeAsync(1100);
    expect([addressesOf(service.picker), probed]).toEqual([["b:1"], ["a:1"]]);
    await vi.advanceTimersByTimeAsync(2100);
    expect([addressesOf(service.picker), probed]).toEqual([["b:1"], ["a:1", "a:1"]]);
    isUp = true;
    await vi.advanceTimersByTimeAsync(4100);
    expect(addressesOf(service.picker)).toEqual(["a:1", "b:1"]);
  });

  test("tries no more once the client is closed", async () => {
    const aborted = Promise.withResolvers<void>();
    let probes = 0;
    const probe = (_: Node, signal: AbortSignal) => {
      probes++;
      signal.addEventListener("abort", () => aborted.resolve());
      return new Promise<void>(() => {});
    };
    const service = setUp({ coolDown: { initialMs: 100, probe } });
    await service.send("a:1", "b:1");
    call(service.picker, "a:1", refused());
    await vi.advanceTimersByTimeAsync(200);
    await service[Symbol.asyncDispose]();
    await aborted.promise;
    expect(probes).toBe(1);
  });

  test("begins at once, also where a list has just come", async () => {
    await using service = setUp();
    service.discovery.sendAddresses("a:1", "b:1");
    await vi.advanceTimersByTimeAsync(1);
    call(service.picker, "a:1", refused());
    expect(addressesOf(service.picker)).toEqual(["b:1"]);
  });

  test("is for connections only, not for what services answer", async () => {
    await using service = setUp();
    await service.send("a:1", "b:1");
    call(service.picker, "a:1", errorServiceUnavailable("BUSY"));
    call(service.picker, "a:1", errorNotFound("NO_USER", "", { cause: new Error("row") }));
    await vi.advanceTimersByTimeAsync(100);
    expect(addressesOf(service.picker)).toEqual(["a:1", "b:1"]);
  });

  test("many calls that fail together are one failure", async () => {
    await using service = setUp({ coolDown: { initialMs: 1000 } });
    await service.send("a:1", "b:1");
    const open = Array.from({ length: 10 }, () => pickOf(service.picker));
    for (const picked of open) if (picked.node.address === "a:1") picked.done({ error: refused() });
    await vi.advanceTimersByTimeAsync(1100);
    expect(addressesOf(service.picker)).toEqual(["a:1", "b:1"]);
  });

  test("when all nodes are in it, all are tried", async () => {
    await using service = setUp();
    await service.send("a:1", "b:1");
    call(service.picker, "a:1", refused());
    await vi.advanceTimersByTimeAsync(100);
    call(service.picker, "b:1", refused());
    await vi.advanceTimersByTimeAsync(100);
    expect(addressesOf(service.picker)).toEqual(["a:1", "b:1"]);
  });
});

describe("warm-up", () => {
  test("a node that comes later has its full share only after a while", async () => {
    await using service = setUp({ balancer: wrr(), warmUpMs: 10_000 });
    await service.send("a:1", "b:1");
    expect(countPicks(() => pickOf(service.picker).node, 100)).toEqual({ "a:1": 50, "b:1": 50 });
    await service.send("a:1", "b:1", "c:1");
    const share = () => (countPicks(() => pickOf(service.picker).node, 1000)["c:1"] ?? 0) / (1000 / 3);
    expect(share()).toBeLessThan(0.2);
    await vi.advanceTimersByTimeAsync(5000);
    expect(share()).toBeGreaterThan(0.5);
    expect(share()).toBeLessThan(0.8);
    await vi.advanceTimersByTimeAsync(5100);
    expect(share()).toBeCloseTo(1, 1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("closing", () => {
  test("ends the watch, with no timer left; later calls fail", async () => {
    const service = setUp();
    await service.send("a:1", "b:1");
    call(service.picker, "a:1", refused());
    await service.send();
    await service.picker[Symbol.asyncDispose]();
    await service.picker[Symbol.asyncDispose]();
    expect([service.discovery.open, vi.getTimerCount()]).toEqual([0, 0]);
    expect(await failureOf(() => pickOf(service.picker))).toMatchObject({ code: 499 });
  });

  test("ends waiting calls, and the wait for discovery", async () => {
    const service = setUp();
    const waiting = failureOf(() => service.picker.pick(ctx));
    service.discovery.break(new Error("gone"));
    await vi.advanceTimersByTimeAsync(10);
    await service.picker[Symbol.asyncDispose]();
    expect(await waiting).toMatchObject({ code: 499 });
    expect(vi.getTimerCount()).toBe(0);
  });
});

test("discovery does not run in the call that a transport is made in", async () => {
  const seen: unknown[] = [];
  const discovery = new FakeDiscovery();
  const watch = discovery.watch.bind(discovery);
  discovery.watch = (...args) => {
    seen.push(currentContext());
    return watch(...args);
  };
  const resolve = () => createResolver({ discovery }).resolve("discovery:///shop", { scheme: "grpc" });
  await using _ = runInContext(new CallContext({}), resolve);
  expect(seen).toEqual([undefined]);
});

test("closing waits a second at most for a discovery that does not heed its signal", async () => {
  const next = () => new Promise<never>(() => {});
  const discovery = { getService: async () => [], watch: () => ({ [Symbol.asyncIterator]: () => ({ next }) }) };
  const picker = createResolver({ discovery }).resolve("discovery:///shop", { scheme: "grpc" });
  const closed = picker[Symbol.asyncDispose]();
  await vi.advanceTimersByTimeAsync(1000);
  await closed;
});

test.each(["shop", "discovery:///", "discovery://shop", "http://shop/"])("a target of %j is refused", (target) => {
  const resolver = createResolver({ discovery: new FakeDiscovery() });
  expect(() => resolver.resolve(target, { scheme: "grpc" })).toThrow('names no service; write "discovery:///name"');
});

test.each([
  { warmUpMs: -1 },
  { firstListTimeoutMs: 0 },
  { updateIntervalMs: Number.NaN },
  { subset: { size: 0, clientId: "c" } },
  { coolDown: { initialMs: -1 } },
  { protection: { holdMs: Number.POSITIVE_INFINITY } },
  { backoff: { maxMs: 0 } },
])("%j is refused", (options) => {
  expect(() => createResolver({ discovery: new FakeDiscovery(), ...options })).toThrow(RangeError);
});
