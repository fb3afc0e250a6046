import { describeConfigSourceOutageContract } from "@kratos-ts/testing";
import { describe } from "vitest";
import { ensureConsul, startConsul } from "../../../tools/servers/consul.ts";
import { startNetwork } from "../../../tools/servers/network.ts";
import { writerOf } from "../testdata/consul-keys.ts";
import { consulSource } from "./consul-source.ts";

const program = await ensureConsul();

describe.skipIf(program === undefined)("with a consul of its own", () => {
  describeConfigSourceOutageContract("the consul source", async () => {
    const server = await startConsul(String(program));
    const network = await startNetwork({ to: server.port });
    const timeoutMs = 500;
    const source = consulSource({ address: `127.0.0.1:${network.port}`, path: "configs", timeoutMs });
    return {
      source,
      write: writerOf(server.url),
      server,
      network,
      timeoutMs,
      async [Symbol.asyncDispose]() {
        await source.close();
        await network[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  });
});
