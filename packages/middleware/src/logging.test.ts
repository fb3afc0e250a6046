import { create } from "@bufbuild/protobuf";
import { errorNotFound, type Handler, type LogFields, type Logger, type LogLevel } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { callContext, callInfo, infoOf, read } from "../testdata/calls.ts";
import { UserSchema, Users } from "../testdata/gen/users/v1/users_pb.ts";
import { clientLogging, type LoggingOptions, serverLogging } from "./logging.ts";

interface Line extends LogFields {
  readonly level: LogLevel;
  readonly message: string;
}

/** A logger that keeps its lines, of these levels. */
function logs(enabled: readonly LogLevel[] = ["info", "warn", "error"]): { logger: Logger; lines: Line[] } {
  const lines: Line[] = [];
  const loggerWith = (given: LogFields): Logger => {
    const at = (level: LogLevel) => (message: string, fields?: LogFields) =>
      void lines.push({ level, message, ...given, ...fields });
    return {
      debug: at("debug"),
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
      enabled: (level) => enabled.includes(level),
      with: (more) => loggerWith({ ...given, ...more }),
    };
  };
  return { logger: loggerWith({}), lines };
}

const reply: Handler = async () => "reply";
const user = create(UserSchema, { name: "anna", password: "secret" });

/** Runs a call that takes 250 ms, and gives the lines. */
async function logged(handler: Handler, options: LoggingOptions = {}, enabled?: readonly LogLevel[]): Promise<Line[]> {
  const { logger, lines } = logs(enabled);
  let time = 0;
  const slowly: Handler = async (req, ctx) => {
    time += 250;
    return handler(req, ctx);
  };
  const run = serverLogging(logger, { now: () => time, ...options })(slowly, infoOf(Users.method.find, "server"));
  await run(user, callContext("server")).catch(() => {});
  return lines;
}

describe("one line a call", () => {
  const fields = {
    kind: "server",
    component: "grpc",
    operation: "/users.v1.Users/Find",
    args: `{"name":"anna","password":"[REDACTED]"}`,
    latency: 0.25,
  };

  test("with Kratos's fields, for one that went well", async () => {
    const line = { level: "info", message: "server request", ...fields, code: 200, reason: "" };
    expect(await logged(reply)).toEqual([line]);
  });

  test("with the error and its stack, for one that failed", async () => {
    const error = errorNotFound("USER_NOT_FOUND", "no anna");
    const [line] = await logged(async () => {
      throw error;
    });
    const expected = { level: "error", message: "server request", ...fields, code: 404, reason: "USER_NOT_FOUND" };
    expect(line).toEqual({ ...expected, error, stack: error.stack });
  });

  test("for what is no error, too", async () => {
    expect(await logged(() => Promise.reject("asked to"))).toMatchObject([{ code: 500, error: "asked to" }]);
  });

  test("for clients", async () => {
    const { logger, lines } = logs();
    await clientLogging(logger)(reply, callInfo("client"))({}, callContext("client"));
    expect(lines).toMatchObject([{ message: "client request", kind: "client", component: "grpc", code: 200 }]);
  });

  test("at the end of a stream", async () => {
    const { logger, lines } = logs();
    const error = errorNotFound("LATER");
    const handler = serverLogging(logger)(
      async () =>
        (async function* () {
          yield 1;
          expect(lines).toEqual([]);
          throw error;
        })(),
      infoOf(Users.method.chat, "server"),
    );
    await read(await handler((async function* () {})(), callContext("server")));
    expect(lines).toMatchObject([{ code: 404, args: "<stream>", error }]);
  });
});

test.each([
  ["serverLogging", serverLogging(logs().logger), "client"],
  ["clientLogging", clientLogging(logs().logger), "server"],
] as const)("%s does nothing on the other side", (_, middleware, side) => {
  expect(middleware(reply, callInfo(side))).toBe(reply);
});

describe("levels", () => {
  test("are settable by code", async () => {
    const level = (code: number) => (code === 200 ? "debug" : code < 500 ? "warn" : "error");
    const notFound: Handler = async () => {
      throw errorNotFound("X");
    };
    expect(await logged(notFound, { level })).toMatchObject([{ level: "warn" }]);
    expect(await logged(reply, { level }, ["debug"])).toMatchObject([{ level: "debug" }]);
  });

  test("that are not written cost nothing", async () => {
    const args = () => {
      throw new Error("not to be asked for");
    };
    expect(await logged(reply, { args }, ["error"])).toEqual([]);
  });
});

describe("slow calls", () => {
  test("are warned of, from the threshold on", async () => {
    expect(await logged(reply, { slowMs: 250 })).toMatchObject([{ level: "warn", slow: true, code: 200 }]);
    const [line] = await logged(reply, { slowMs: 251 });
    expect(line).toMatchObject({ level: "info" });
    expect(line).not.toHaveProperty("slow");
  });

  test("that failed stay errors", async () => {
    expect(await logged(() => Promise.reject(new Error()), { slowMs: 1 })).toMatchObject([
      { level: "error", slow: true },
    ]);
  });
});

describe("sampling", () => {
  test("keeps a share of the calls that went well", async () => {
    let luck = 0;
    const options = { sample: 0.1, random: () => luck };
    expect(await logged(reply, options)).toHaveLength(1);
    luck = 0.1;
    expect(await logged(reply, options)).toHaveLength(0);
  });

  test("makes nothing of the requests of the others", async () => {
    const args = () => {
      throw new Error("not to be asked for");
    };
    expect(await logged(reply, { sample: 0, args })).toEqual([]);
  });

  test("keeps all that failed or were slow", async () => {
    expect(await logged(() => Promise.reject(new Error()), { sample: 0 })).toHaveLength(1);
    expect(await logged(reply, { sample: 0, slowMs: 250 })).toHaveLength(1);
  });

  test("can go by the call", async () => {
    const options: LoggingOptions = { sample: (ctx, info) => info.side === ctx.transport?.side };
    expect(await logged(reply, options)).toHaveLength(1);
    expect(await logged(reply, { sample: () => false })).toHaveLength(0);
  });

  test.each([-1, 1.1, Number.NaN])("takes no share of %s", (sample) => {
    expect(() => serverLogging(logs().logger, { sample })).toThrow(RangeError);
  });
});

describe("args", () => {
  test("can be left out", async () => {
    expect((await logged(reply, { args: false }))[0]).not.toHaveProperty("args");
  });

  test("can be made by a function, which may fail without failing the call", async () => {
    expect(await logged(reply, { args: (req) => `user ${(req as { name: string }).name}` })).toMatchObject([
      { args: "user anna" },
    ]);
    const failing = () => {
      throw new Error("no");
    };
    expect(await logged(reply, { args: failing })).toMatchObject([{ args: "<args can't be shown: no>", code: 200 }]);
  });

  test("mask more fields and are cut where told to", async () => {
    expect(await logged(reply, { redact: ["name"], maxArgsLength: 9 })).toMatchObject([{ args: `{"name":"…` }]);
  });
});
