import { describeConfigSourceContract } from "@kratos-ts/testing";
import { afterAll, describe } from "vitest";
import { ensureConsul, startConsul } from "../../../tools/servers/consul.ts";
import { keysOf, writerOf } from "../testdata/consul-keys.ts";
import { consulSource } from "./consul-source.ts";

const program = await ensureConsul();
const server = program === undefined ? undefined : await startConsul(program);
afterAll(() => server?.[Symbol.asyncDispose]());

describe.skipIf(server === undefined)(`with ${server?.name}`, () => {
  const url = String(server?.url);

  describeConfigSourceContract("the consul source", async () => {
    await keysOf(url).clear();
    const source = consulSource({ address: url, path: "configs" });
    return { source, write: writerOf(url), [Symbol.asyncDispose]: () => source.close() };
  });
});
