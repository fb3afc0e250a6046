import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { FakeSource } from "../testdata/fake-source.ts";
import { type Bootstrap, BootstrapSchema } from "../testdata/gen/conf/v1/conf_pb.ts";
import { ConfigError } from "./config-error.ts";
import { envSource } from "./env-source.ts";
import { loadConfig } from "./load-config.ts";
import type { ConfigSchema } from "./schema.ts";

const base = () => new FakeSource({ server: { host: "h", port: 80 }, name: "x" }, "base");
const port = (value: string) => envSource({ prefixes: ["APP"], env: { "APP_server.port": value } });

const schemas: Record<string, ConfigSchema> = {
  zod: z.object({ server: z.object({ host: z.string(), port: z.coerce.number().int() }) }),
  valibot: v.object({
    server: v.object({ host: v.string(), port: v.pipe(v.unknown(), v.transform(Number), v.number(), v.integer()) }),
  }),
  arktype: type({ server: { host: "string", port: "number.integer | string.integer.parse" } }),
};

describe.each(Object.entries(schemas))("a schema of %s", (_, schema) => {
  test("converts what the sources hold", async () => {
    await using config = await loadConfig({ sources: [base(), port("9000")], schema });
    expect(config.data).toMatchObject({ server: { host: "h", port: 9000 } });
    expect(config.value("server.port")).toBe("9000");
  });

  test("refuses, and names path, source, key and what was expected", async () => {
    const failed = loadConfig({ sources: [base(), port("many")], schema });
    const error: ConfigError = await failed.then(
      () => expect.unreachable(),
      (thrown) => thrown,
    );
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.issues).toMatchObject([{ path: "server.port", source: "environment APP", key: "server.port" }]);
    expect(error.message).toMatch(/^server\.port \(environment APP, key "server\.port"\): .*(number|integer|NaN)/i);
  });

  test("says of what is missing where it should have been", async () => {
    const failed = loadConfig({ sources: [new FakeSource({ server: { port: 1 } }, "base")], schema });
    await expect(failed).rejects.toMatchObject({
      issues: [
        { path: "server.host", source: "base", key: "config.json", message: expect.stringMatching(/string|host/i) },
      ],
    });
  });
});

test("the result has the schema's type", async () => {
  const schema = z.object({ port: z.number().default(8000) });
  await using config = await loadConfig({ sources: [], schema });
  expectTypeOf(config.data).toEqualTypeOf<{ port: number }>();
  expect(config.data).toEqual({ port: 8000 });
});

test("an asynchronous schema is awaited", async () => {
  const schema = z.object({ name: z.string() }).refine(async ({ name }) => name !== "bad");
  await using config = await loadConfig({ sources: [new FakeSource({ name: "good" })], schema });
  expect(config.data.name).toBe("good");
  await expect(loadConfig({ sources: [new FakeSource({ name: "bad" })], schema })).rejects.toThrow(ConfigError);
});

describe("a Protobuf message", () => {
  const load = (value: unknown) =>
    loadConfig({ sources: [new FakeSource(value, "file conf")], schema: BootstrapSchema, watch: false });

  test("is read from its JSON, unknown fields left out", async () => {
    const config = await load({
      server: { http: { addr: "0.0.0.0:8000", timeout: "1.5s" }, more: 1 },
      data: { database: { max_connections: "10", maxBytes: "9007199254740993" }, shards: { a: { driver: "d" } } },
      trace: {},
    });
    expectTypeOf(config.data).toEqualTypeOf<Bootstrap>();
    expect(config.data).toMatchObject({
      $typeName: "conf.v1.Bootstrap",
      server: { http: { addr: "0.0.0.0:8000", timeout: { seconds: 1n, nanos: 500_000_000 } } },
      data: { database: { maxConnections: 10, maxBytes: 9007199254740993n }, shards: { a: { driver: "d" } } },
    });
    expect(Object.isFrozen(config.data.server?.http)).toBe(true);
  });

  test("takes integers beyond 2^53 with all their digits", async () => {
    const config = await load('{"data": {"database": {"maxBytes": 9007199254740993}}}');
    expect(config.data.data?.database?.maxBytes).toBe(9007199254740993n);
  });

  test.each<[string, unknown, RegExp]>([
    ["server.http.timeout", { server: { http: { timeout: "soon" } } }, /Duration|soon/],
    ["data.database.max_connections", { data: { database: { max_connections: 1.5 } } }, /int32|1\.5/],
    ["data.replicas.1.driver", { data: { replicas: [{ driver: "a" }, { driver: 5 }] } }, /string/],
    ["data.shards.b.source", { data: { shards: { a: {}, b: { source: true } } } }, /string/],
    ["server", { server: 5 }, /object|Server/],
  ])("refuses a wrong %s", async (path, value, message) => {
    await expect(load(value)).rejects.toMatchObject({
      issues: [{ path, source: "file conf", key: "config.json", message: expect.stringMatching(message) }],
    });
  });
});
