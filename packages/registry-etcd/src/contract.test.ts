import { describeRegistryContract } from "@kratos-ts/testing";
import { afterAll, describe } from "vitest";
import { ensureEtcd, startEtcd } from "../../../tools/servers/etcd.ts";
import { createEtcdRegistry, type EtcdRegistry } from "./etcd-registry.ts";

const program = await ensureEtcd();
const server = program === undefined ? undefined : await startEtcd(program);
afterAll(() => server?.[Symbol.asyncDispose]());

describe.skipIf(server === undefined)(`with ${server?.name}`, () => {
  // The least that etcd grants with its election as it is.
  const ttlMs = 2000;

  describeRegistryContract("the etcd registry", () => {
    const registries: EtcdRegistry[] = [];
    return {
      ttlMs,
      async connect() {
        const registry = createEtcdRegistry({ hosts: [`127.0.0.1:${server?.port}`], ttlMs });
        registries.push(registry);
        return registry;
      },
      async [Symbol.asyncDispose]() {
        for (const registry of registries) await registry.close();
      },
    };
  });
});
