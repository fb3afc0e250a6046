import { type AppInfo, appInfoKey, CallContext, type Context, runInContext } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { collected } from "../testdata/collected.ts";
import { logHere } from "../testdata/log-here.ts";
import { createLogger, type LoggerOptions } from "./create-logger.ts";

const info: AppInfo = { id: "7", name: "users", version: "v1", metadata: {}, endpoints: [] };
const service = { "service.id": "7", "service.name": "users", "service.version": "v1" };
const inApp: Context = new CallContext({}).with(appInfoKey, info);

/** The fields of the line that is logged in this context. */
function logged(ctx: Context | undefined, options: LoggerOptions, bound = {}, fields = {}) {
  const { stream, lines } = collected();
  const logger = createLogger({ ...options, destination: stream }).with(bound);
  if (ctx === undefined) logger.info("line", fields);
  else runInContext(ctx, () => logger.info("line", fields));
  return lines()[0]?.fields;
}

test("a line has the names that Kratos in Go and slog give it", () => {
  const { stream, text } = collected();
  createLogger({ destination: stream }).warn("a line", { a: 1 });
  expect(text()).toMatch(/^\{"level":"WARN","time":"\d{4}-\d\d-\d\dT[\d:.]{12}Z","a":1,"msg":"a line"\}\n$/);
});

describe("fields from the context", () => {
  test("tell the app that a call is served by", () => {
    expect(logged(inApp, {}, {}, { a: 1 })).toEqual({ ...service, a: 1 });
    expect(logged(undefined, {})).toEqual({});
  });

  test("are those of `values` as well, such as the trace", () => {
    const values = {
      "trace.id": () => "4bf9",
      "span.id": () => undefined,
      kind: (ctx?: Context) => ctx?.transport?.kind,
    };
    expect(logged(inApp, { values })).toEqual({ ...service, "trace.id": "4bf9" });
  });

  test("stay away where a value says so, or throws", () => {
    const broken = () => {
      throw new Error("no trace");
    };
    const values = { "service.id": () => undefined, "trace.id": broken };
    expect(logged(inApp, { values })).toEqual({ "service.name": "users", "service.version": "v1" });
  });

  test("yield to fields that are bound or given", () => {
    const values = { a: () => "value", b: () => "value", c: () => "value" };
    expect(logged(undefined, { values }, { b: "bound" }, { c: "line" })).toEqual({ a: "value", b: "bound", c: "line" });
  });

  test("tell the place of the call", () => {
    const { stream, lines } = collected();
    logHere(createLogger({ destination: stream, caller: true }).with({ a: 1 }));
    expect(lines()[0]?.fields.caller).toBe("testdata/log-here.ts:5");
  });
});

test("`fields` are on every line", () => {
  expect(logged(undefined, { fields: { region: "eu", a: 1 } }, {}, { a: 2 })).toEqual({ region: "eu", a: 2 });
});
