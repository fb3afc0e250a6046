import assert from "node:assert/strict";
import { errorNotFound, type Handler, KratosError, type LogFields, type Logger, noopLogger } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { callContext, callInfo } from "../testdata/calls.ts";
import { isProgrammingError, type RecoveryOptions, recovery } from "./recovery.ts";

const unknown = { code: 500, reason: "UNKNOWN", message: "unknown request error" };
const throwing =
  (thrown: unknown): Handler =>
  async () => {
    throw thrown;
  };

/** What the caller gets for this. */
async function caught(thrown: unknown, options?: RecoveryOptions): Promise<unknown> {
  return recovery(options)(throwing(thrown), callInfo("server"))("request", callContext("server")).catch((e) => e);
}

function logs(): { logger: Logger; lines: Array<[string, LogFields?]> } {
  const lines: Array<[string, LogFields?]> = [];
  return { lines, logger: { ...noopLogger, error: (...line) => void lines.push(line) } };
}

function assertionError(): unknown {
  try {
    assert.equal(1, 2);
  } catch (error) {
    return error;
  }
  return undefined;
}

class OutOfStock extends RangeError {
  override name = "OutOfStock";
}

describe("a failure of the program", () => {
  test.each([
    ["a TypeError", new TypeError("user.name of undefined")],
    ["a ReferenceError", new ReferenceError("x is not defined")],
    ["a RangeError", new RangeError("Invalid array length")],
    ["what JSON.parse throws", new SyntaxError(`Unexpected token in "secret"`)],
    ["an AssertionError", assertionError()],
    ["a string", "asked to"],
    ["undefined", undefined],
    ["null", null],
    ["an object that is no Error", { code: "E_SECRET" }],
  ])("%s reaches the caller as 500 UNKNOWN, itself being the cause", async (_, thrown) => {
    const error = (await caught(thrown)) as KratosError;
    expect(error).toBeInstanceOf(KratosError);
    expect(error.toStatus()).toEqual({ ...unknown, metadata: {} });
    expect(error.cause).toBe(thrown);
  });

  test("goes to the logger with its stack and the operation", async () => {
    const { logger, lines } = logs();
    const thrown = new TypeError("broken");
    await caught(thrown, { logger });
    const fields = { operation: "/users.v1.Users/Find", kind: "grpc", error: thrown, stack: thrown.stack };
    expect(lines).toEqual([["recovered from a throw", fields]]);
  });

  test("is caught where a handler throws before it returns a promise", async () => {
    const handler: Handler = () => {
      throw new TypeError("at once");
    };
    await expect(recovery()(handler, callInfo("server"))(1, callContext("server"))).rejects.toMatchObject(unknown);
  });
});

describe("what is meant for the caller", () => {
  const notFound = errorNotFound("USER_NOT_FOUND", "user 7 not found");
  const connectError = Object.assign(new Error("[not_found] no"), { name: "ConnectError", code: 5, rawMessage: "no" });
  test.each([
    ["a KratosError", notFound],
    ["an error with a KratosError among its causes", new TypeError("outer", { cause: notFound })],
    ["a ConnectError", connectError],
    ["an abort", new DOMException("This operation was aborted", "AbortError")],
    ["a timeout", new DOMException("The operation timed out", "TimeoutError")],
    ["a plain Error", new Error("disk full")],
    ["an error of an own class, whatever it extends", new OutOfStock("none left")],
  ])("%s goes through as it is, and is not logged", async (_, thrown) => {
    const { logger, lines } = logs();
    expect(await caught(thrown, { logger })).toBe(thrown);
    expect(lines).toEqual([]);
  });

  test("so does a reply", async () => {
    const handler = recovery()(async (req) => `${req}!`, callInfo("server"));
    expect(await handler("hi", callContext("server"))).toBe("hi!");
  });
});

describe("isPanic", () => {
  test("says what is a failure of the program", async () => {
    expect(await caught(new Error("disk full"), { isPanic: () => true })).toMatchObject(unknown);
    const thrown = new TypeError("broken");
    expect(await caught(thrown, { isPanic: () => false })).toBe(thrown);
  });

  test("is not asked about what is meant for the caller", async () => {
    const thrown = errorNotFound("USER_NOT_FOUND");
    expect(await caught(thrown, { isPanic: () => true })).toBe(thrown);
  });

  test("can build on the default", async () => {
    const isPanic = (thrown: unknown) => isProgrammingError(thrown) || thrown instanceof OutOfStock;
    expect(await caught(new OutOfStock("none left"), { isPanic })).toMatchObject(unknown);
    expect(await caught(new TypeError("broken"), { isPanic })).toMatchObject(unknown);
  });
});

describe("handler", () => {
  test("gives the error that the caller gets", async () => {
    const thrown = new TypeError("broken");
    const calls: unknown[] = [];
    const error = await caught(thrown, {
      handler: (given, { ctx, req }) => {
        calls.push(given, ctx.transport?.operation, req);
        return new KratosError({ code: 503, reason: "BROKEN" });
      },
    });
    expect(error).toMatchObject({ code: 503, reason: "BROKEN" });
    expect(calls).toEqual([thrown, "/users.v1.Users/Find", "request"]);
  });

  test("may leave it at the default", async () => {
    expect(await caught(new TypeError("broken"), { handler: async () => undefined })).toMatchObject(unknown);
  });

  test("that fails is logged, and the caller gets the default", async () => {
    const { logger, lines } = logs();
    const failure = new Error("the reporter is down");
    const handler = () => {
      throw failure;
    };
    expect(await caught(new TypeError("broken"), { logger, handler })).toMatchObject(unknown);
    expect(lines.map(([message]) => message)).toEqual(["recovered from a throw", "the handler of recovery failed"]);
    expect(lines[1]?.[1]).toMatchObject({ error: failure, stack: failure.stack });
  });
});

describe.each(["server_streaming", "bidi_streaming"] as const)("the reply stream of a %s method", (methodKind) => {
  const streaming = (thrown: unknown, ended?: () => void): Handler =>
    recovery()(
      async () =>
        (async function* () {
          try {
            yield 1;
            yield 2;
            throw thrown;
          } finally {
            ended?.();
          }
        })(),
      callInfo("server", methodKind),
    );

  async function read(handler: Handler): Promise<{ got: unknown[]; error: unknown }> {
    const got: unknown[] = [];
    try {
      for await (const message of await handler(1, callContext("server"))) got.push(message);
      return { got, error: undefined };
    } catch (error) {
      return { got, error };
    }
  }

  test("ends with 500 UNKNOWN after what came before", async () => {
    expect(await read(streaming(new TypeError("broken")))).toEqual({
      got: [1, 2],
      error: expect.objectContaining(unknown),
    });
  });

  test("ends with the handler's error where that is meant for the caller", async () => {
    const thrown = errorNotFound("USER_NOT_FOUND");
    expect(await read(streaming(thrown))).toEqual({ got: [1, 2], error: thrown });
  });

  test("is ended when its reader stops", async () => {
    let ended = false;
    const handler = streaming(1, () => {
      ended = true;
    });
    for await (const message of await handler(1, callContext("server"))) if (message === 1) break;
    expect(ended).toBe(true);
  });
});
