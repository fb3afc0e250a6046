import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test, vi } from "vitest";
import { vectors } from "../testdata/error-codes.ts";
import { errorNotFound, KratosError } from "./index.ts";
import { StatusSchema } from "./proto/errors/errors_pb.ts";

const full = { code: 404, reason: "USER_NOT_FOUND", message: "no user 7", metadata: { user: "7" } };

describe("a KratosError", () => {
  test("has its four parts and its cause", () => {
    const cause = new Error("row missing");
    const error = new KratosError({ ...full, cause });
    expect({ ...error.toStatus(), cause: error.cause }).toEqual({ ...full, cause });
    expect(error).toBeInstanceOf(Error);
  });

  test("is 500 without reason or message unless told otherwise, and has no cause then", () => {
    const error = new KratosError({});
    expect(error.toStatus()).toEqual({ code: 500, reason: "", message: "", metadata: {} });
    expect(Object.hasOwn(error, "cause")).toBe(false);
  });

  test("has details for gRPC callers, none unless told otherwise, and a clone keeps them", () => {
    const details = [{ type: "google.rpc.BadRequest", value: new Uint8Array([1]) }];
    expect(new KratosError({}).details).toEqual([]);
    expect(new KratosError({ details }).clone({ code: 400 }).details).toBe(details);
  });

  test("is named in its stack, which leads to where it was made", () => {
    const { name, stack } = new KratosError(full);
    expect(name).toBe("KratosError");
    expect(stack).toMatch(/^KratosError: no user 7\n.*kratos-error\.test\.ts/s);
  });

  test("as JSON is what travels: no cause, no stack", () => {
    expect(JSON.parse(JSON.stringify(new KratosError({ ...full, cause: new Error("secret") })))).toEqual(full);
  });
});

describe("is", () => {
  test.each(vectors("same"))("$name", ({ a, b, same }) => {
    expect(new KratosError(a!).is(new KratosError(b!))).toBe(same);
    expect(new KratosError(b!).is(new KratosError(a!))).toBe(same);
  });

  test("finds it among the causes, behind plain errors and behind other KratosErrors", () => {
    const wanted = new KratosError({ code: 404, reason: "GONE" });
    const inner = wanted.clone({ message: "inner" });
    const outer = new KratosError({ code: 500, cause: new Error("plain", { cause: inner }) });
    expect(wanted.is(outer)).toBe(true);
    expect(outer.is(wanted)).toBe(false);
  });

  test.each([[undefined], [null], ["GONE"], [new Error("GONE")], [{ code: 404, reason: "GONE" }]])(
    "is false for %o",
    (other) => {
      expect(new KratosError({ code: 404, reason: "GONE" }).is(other)).toBe(false);
    },
  );
});

describe("clone", () => {
  test("copies all but what is changed, and leaves the original alone", () => {
    const error = new KratosError({ ...full, cause: "why" });
    const copy = error.clone({ message: "no such user" });
    expect(copy.toStatus()).toEqual({ ...full, message: "no such user" });
    expect([copy.cause, error.message]).toEqual(["why", "no user 7"]);
    expect(copy.metadata).not.toBe(error.metadata);
  });

  test("withMetadata and withCause replace that part alone", () => {
    const error = new KratosError({ ...full, cause: "why" });
    expect(error.withMetadata({ more: "1" }).toStatus()).toEqual({ ...full, metadata: { more: "1" } });
    expect(error.withMetadata({}).cause).toBe("why");
    expect(error.withCause("else").cause).toBe("else");
    expect(error.withCause("else").toStatus()).toEqual(full);
  });

  test("has a stack that tells its own message, and where the original was made", () => {
    function whereItWasMade() {
      return new KratosError({ ...full, message: "two\nlines" });
    }
    const { stack } = whereItWasMade().clone({ message: "other text" });
    expect(stack).toMatch(/^KratosError: other text\n\s+at .*whereItWasMade/);
    expect(stack).not.toContain("lines");
  });
});

describe("find", () => {
  test("gives the error itself, or the first one among the causes", () => {
    const error = new KratosError(full);
    expect(KratosError.find(error)).toBe(error);
    expect(KratosError.find(new Error("outer", { cause: { cause: error } }))).toBe(error);
  });

  test("gives undefined where there is none, also when causes go in circles", () => {
    const [one, two] = [new Error("one"), new Error("two")];
    one.cause = two;
    two.cause = one;
    for (const other of [undefined, null, 1, "text", {}, one]) expect(KratosError.find(other)).toBeUndefined();
  });

  test("knows an error of another copy of this package", async () => {
    vi.resetModules();
    const other = await import("./kratos-error.ts");
    const foreign = new other.KratosError(full);
    expect(other.KratosError).not.toBe(KratosError);
    expect(KratosError.find(foreign)).toBe(foreign);
    expect(new KratosError(full).is(foreign)).toBe(true);
  });
});

describe("from", () => {
  test("gives the KratosError that it finds, as it is", () => {
    const error = new KratosError(full);
    expect(KratosError.from(error)).toBe(error);
    expect(KratosError.from(new Error("outer", { cause: error }))).toBe(error);
  });

  test.each<[string, unknown, object]>([
    ["a plain error is 500", new TypeError("x is undefined"), { code: 500, reason: "", message: "x is undefined" }],
    ["a text is 500", "oops", { code: 500, reason: "", message: "oops" }],
    ["undefined is 500", undefined, { code: 500, message: "undefined" }],
    ["null is 500", null, { code: 500, message: "null" }],
    ["a symbol is 500", Symbol("s"), { code: 500, message: "Symbol(s)" }],
    [
      "an object without any text is 500",
      Object.create(null),
      { code: 500, message: "an object without text was thrown" },
    ],
    ["an abort is 499", new DOMException("gone", "AbortError"), { code: 499, message: "context canceled" }],
    ["an abort's own reason is 499", AbortSignal.abort().reason, { code: 499, message: "context canceled" }],
    ["a timeout is 504", new DOMException("late", "TimeoutError"), { code: 504, message: "context deadline exceeded" }],
    ["any other DOMException is 500", new DOMException("bad", "DataCloneError"), { code: 500, message: "bad" }],
    ["a ConnectError has its code", new ConnectError("no user", Code.NotFound), { code: 404, message: "no user" }],
    ["also an unusual one", new ConnectError("taken", Code.AlreadyExists), { code: 409, message: "taken" }],
    ["also cancelled", new ConnectError("gone", Code.Canceled), { code: 499, message: "gone" }],
  ])("%s", (_, thrown, expected) => {
    const error = KratosError.from(thrown);
    expect(error).toMatchObject({ reason: "", ...expected });
    expect(error.cause).toBe(thrown === undefined ? undefined : thrown);
  });

  test("finds the KratosError that a ConnectError wraps", () => {
    const error = new KratosError(full);
    expect(KratosError.from(ConnectError.from(error))).toBe(error);
  });

  test("never throws itself, whatever was thrown", () => {
    const hostile = {
      get cause(): unknown {
        throw new Error("no cause");
      },
      toString(): string {
        throw new Error("no text");
      },
    };
    expect(KratosError.from(hostile)).toMatchObject({ code: 500, reason: "" });
  });
});

describe("the message errors.Status", () => {
  test("is made of an error, and the error of it", () => {
    const bytes = toBinary(StatusSchema, create(StatusSchema, new KratosError(full).toStatus()));
    const error = KratosError.fromStatus(fromBinary(StatusSchema, bytes));
    expect(error).toBeInstanceOf(KratosError);
    expect(error.toStatus()).toEqual(full);
  });

  test("carries an empty error too", () => {
    const status = create(StatusSchema, new KratosError({}).toStatus());
    expect(KratosError.fromStatus(status).toStatus()).toEqual({ code: 500, reason: "", message: "", metadata: {} });
  });

  test("shares no metadata with the error", () => {
    const error = errorNotFound("R", "m", { metadata: { a: "1" } });
    error.toStatus().metadata.a = "2";
    const status = create(StatusSchema, { metadata: { a: "1" } });
    const back = KratosError.fromStatus(status);
    status.metadata.a = "2";
    expect([error.metadata.a, back.metadata.a]).toEqual(["1", "1"]);
  });
});
