import { describeConfigSourceContract } from "@kratos-ts/testing";
import { afterAll, describe } from "vitest";
import { ensureEtcd, startEtcd } from "../../../tools/servers/etcd.ts";
import { gatewayOf } from "../testdata/etcd-gateway.ts";
import { writerOf } from "../testdata/stored-texts.ts";
import { etcdSource } from "./etcd-source.ts";

const program = await ensureEtcd();
const server = program === undefined ? undefined : await startEtcd(program);
afterAll(() => server?.[Symbol.asyncDispose]());

describe.skipIf(server === undefined)(`with ${server?.name}`, () => {
  const url = String(server?.url);

  describeConfigSourceContract("the etcd source", async () => {
    await gatewayOf(url).clear();
    const source = etcdSource({ hosts: [url], path: "/configs", prefix: true });
    return { source, write: writerOf(url), [Symbol.asyncDispose]: () => source.close() };
  });
});
