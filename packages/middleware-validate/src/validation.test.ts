import { create, createRegistry, type DescMethod, fromBinary, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { CallContext, type Handler, KratosError } from "@kratos-ts/core";
import { BadRequestSchema } from "@kratos-ts/core/proto/google/rpc/error_details_pb.js";
import { describe, expect, test } from "vitest";
import { messageOf, methodOf } from "../testdata/fixtures.ts";
import { pgvRequests, protovalidateRequests } from "../testdata/requests.ts";
import { type ValidationOptions, validation } from "./index.ts";

function composed(method: DescMethod, options: { validation?: ValidationOptions; handler?: Handler } = {}): Handler {
  const operation = `/${method.parent.typeName}/${method.name}`;
  const { handler = async () => "served" } = options;
  return validation(options.validation)(handler, { operation, kind: "grpc", side: "server", method });
}

function request(type: string, json: object) {
  return fromJson(messageOf(type), json as JsonValue, { registry: createRegistry(EmptySchema) });
}

async function refusal(call: Promise<unknown>): Promise<KratosError | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (error instanceof KratosError) return error;
    throw error;
  }
}

const calling = (handler: Handler, message: unknown) => (async () => handler(message, new CallContext({})))();

function fieldsIn(error: KratosError | undefined): string[] {
  return (error?.details ?? [])
    .flatMap(({ value }) => fromBinary(BadRequestSchema, value).fieldViolations)
    .map(({ field }) => field)
    .sort();
}

describe("a request with rules of protovalidate", () => {
  const create = composed(methodOf("Users.Create"));
  test.each(Object.entries(protovalidateRequests))("with %s", async (_what, [json, fields]) => {
    const error = await refusal(calling(create, request("CreateUserRequest", json)));
    expect(fieldsIn(error)).toEqual(fields);
    expect(error === undefined).toBe(fields.length === 0);
  });

  test("is refused in the words of Kratos for Go", async () => {
    const one = await refusal(
      calling(create, request("CreateUserRequest", protovalidateRequests["an age out of range"]![0])),
    );
    expect(one?.toStatus()).toEqual({
      code: 400,
      reason: "VALIDATOR",
      message: "validation error: age: must be greater than or equal to 0 and less than 150",
      metadata: {},
    });
    const two = await refusal(calling(create, request("CreateUserRequest", { home: { street: "Main", code: "gbr" } })));
    expect(two?.message).toMatch(
      /^validation errors:\n - name: [^\n]+\n - name: [^\n]+\n - home\.code: must be 2 characters$/,
    );
  });

  test("is refused for its first violation alone when told to fail fast", async () => {
    const failing = composed(methodOf("Users.Create"), { validation: { failFast: true } });
    expect(fieldsIn(await refusal(calling(failing, request("CreateUserRequest", {}))))).toHaveLength(1);
  });
});

describe("a request with rules of protoc-gen-validate", () => {
  const create = composed(methodOf("Legacy.Create"));
  test.each(Object.entries(pgvRequests))("with %s", async (_what, [json, fields]) => {
    const error = await refusal(calling(create, request("LegacyRequest", json)));
    expect(fieldsIn(error)).toEqual(fields);
    expect(error?.code).toBe(fields.length === 0 ? undefined : 400);
  });
});

describe("a stream of requests", () => {
  test("is served until a message breaks a rule, and that one is not seen", async () => {
    const seen: unknown[] = [];
    const handler: Handler<AsyncIterable<{ name: string }>> = async (requests) => {
      for await (const { name } of requests) seen.push(name);
    };
    const createMany = composed(methodOf("Users.CreateMany"), { handler: handler as Handler });
    const messages = async function* () {
      for (const name of ["ada", "bob", "C", "dan"])
        yield request("CreateUserRequest", { name, home: { street: "Main", code: "gb" } });
    };
    const error = await refusal(calling(createMany, messages()));
    expect(error).toMatchObject({ code: 400, reason: "VALIDATOR" });
    expect(seen).toEqual(["ada", "bob"]);
  });
});

test("the request of a server stream is held to its rules", async () => {
  expect(await calling(composed(methodOf("Users.Watch")), create(messageOf("CreateUserReply")))).toBe("served");
});

test("a rule that can't be compiled is told when the service is registered, with its place", () => {
  const place = "the rules of fixture.v1.UncompiledRequest, the request of /fixture.v1.Broken/Uncompiled";
  expect(() => composed(methodOf("Broken.Uncompiled"))).toThrow(`${place}, can't be compiled`);
});

test("a rule that fails when it is evaluated is the server's fault, and the caller is not told why", async () => {
  const failing = composed(methodOf("Broken.Failing"));
  const error = await refusal(calling(failing, request("FailingRequest", {})));
  expect(error?.toStatus()).toMatchObject({ code: 500, reason: "VALIDATOR", message: "a rule could not be evaluated" });
  expect(String(error?.cause)).toMatch(/divi/);
  expect(await calling(failing, request("FailingRequest", { divisor: "7" }))).toBe("served");
});

test("a hand-written route has no rules", async () => {
  const handler: Handler = async (text) => text;
  const route = validation()(handler, { operation: "/upload", kind: "http", side: "server", method: undefined });
  expect(route).toBe(handler);
});
