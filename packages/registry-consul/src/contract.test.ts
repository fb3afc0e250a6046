import { describeRegistryContract } from "@kratos-ts/testing";
import { afterAll, describe } from "vitest";
import { ensureConsul, startConsul } from "../../../tools/servers/consul.ts";
import { type ConsulRegistry, createConsulRegistry } from "./consul-registry.ts";

const program = await ensureConsul();
const server = program === undefined ? undefined : await startConsul(program);
afterAll(() => server?.[Symbol.asyncDispose]());

describe.skipIf(server === undefined)(`with ${server?.name}`, () => {
  const ttlMs = 1000;

  describeRegistryContract("the consul registry", () => {
    const registries: ConsulRegistry[] = [];
    return {
      ttlMs,
      async connect() {
        const registry = createConsulRegistry({ address: `127.0.0.1:${server?.port}`, healthCheck: false, ttlMs });
        registries.push(registry);
        return registry;
      },
      async [Symbol.asyncDispose]() {
        for (const registry of registries) await registry.close();
      },
    };
  });
});
