// What Go Kratos stores is what we store, to the byte, and what it finds we find.
import type { ServiceInstance } from "@kratos-ts/core";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { ensureEtcd, startEtcd } from "../../../tools/servers/etcd.ts";
import { gatewayOf, type StoredKey } from "../testdata/etcd-gateway.ts";
import vectors from "../testdata/registry-etcd.json" with { type: "json" };
import { createEtcdRegistry } from "./etcd-registry.ts";

const program = await ensureEtcd();
const server = program === undefined ? undefined : await startEtcd(program);
afterAll(() => server?.[Symbol.asyncDispose]());

describe.skipIf(server === undefined)("with etcd", () => {
  const gateway = gatewayOf(String(server?.url));
  const hosts = [`127.0.0.1:${server?.port}`];
  beforeEach(() => gateway.clear());

  const registered = vectors.cases.filter(({ direction }) => direction === "register");
  test.each(registered)("$name", async ({ instance, stored, keysAfterDeregister }) => {
    const [first] = stored as unknown as StoredKey[];
    await using registry = createEtcdRegistry({ hosts, ttlMs: Number(first?.leaseSeconds) * 1000 });
    // Some of Go's instances have null where ours have nothing.
    await registry.register(instance as unknown as ServiceInstance);
    expect(await gateway.keys()).toEqual(stored);
    await registry.deregister(instance as unknown as ServiceInstance);
    expect(await gateway.keys()).toHaveLength(Number(keysAfterDeregister));
  });

  const found = vectors.cases.filter(({ direction }) => direction === "discover");
  test.each(found)("$name", async ({ service, stored, instances }) => {
    await using registry = createEtcdRegistry({ hosts });
    for (const [key, value] of Object.entries(stored as unknown as Record<string, string>))
      await gateway.put(key, value);
    const expected = instances?.map((one) => ({
      ...one,
      metadata: one.metadata ?? {},
      endpoints: one.endpoints ?? [],
    }));
    expect(await registry.getService(String(service))).toEqual(expected);
  });

  test("there are vectors of both directions", () => {
    expect([registered.length, found.length].every((count) => count > 3)).toBe(true);
  });
});
