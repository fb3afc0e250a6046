import { describeConfigSourceOutageContract } from "@kratos-ts/testing";
import { describe } from "vitest";
import { ensureEtcd, startEtcd } from "../../../tools/servers/etcd.ts";
import { startNetwork } from "../../../tools/servers/network.ts";
import { writerOf } from "../testdata/stored-texts.ts";
import { etcdSource } from "./etcd-source.ts";

const program = await ensureEtcd();

describe.skipIf(program === undefined)("with an etcd of its own", () => {
  describeConfigSourceOutageContract("the etcd source", async () => {
    const server = await startEtcd(String(program));
    const network = await startNetwork({ to: server.port });
    const timeoutMs = 500;
    const source = etcdSource({ hosts: [`127.0.0.1:${network.port}`], path: "/configs", prefix: true, timeoutMs });
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
