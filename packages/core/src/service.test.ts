import type { GenService } from "@bufbuild/protobuf/codegenv2";
import {
  type ContextValues,
  createContextKey as connectContextKey,
  type HandlerContext,
  type ServiceImpl,
} from "@connectrpc/connect";
import { describe, expect, expectTypeOf, test } from "vitest";
import { fakeTransporter, methodOf } from "../testdata/fixtures.ts";
import {
  CallContext,
  createContextKey,
  type HeaderList,
  type MutableContextValues,
  operationOf,
  type Service,
  type ServiceContext,
} from "./index.ts";
import type { StatusSchema } from "./proto/errors/errors_pb.ts";

type Method<Kind> = { methodKind: Kind; input: typeof StatusSchema; output: typeof StatusSchema };
type Kinds = GenService<{
  unary: Method<"unary">;
  serverStream: Method<"server_streaming">;
  clientStream: Method<"client_streaming">;
  bidiStream: Method<"bidi_streaming">;
}>;

describe("types: what is written for Connect fits", () => {
  test("our context is one of Connect's", () => {
    expectTypeOf<ServiceContext>().toExtend<HandlerContext>();
    expectTypeOf<MutableContextValues>().toExtend<ContextValues>();
    expectTypeOf<HeaderList>().toExtend<Headers>();
  });

  test("an implementation for Connect is one for us, for all kinds of methods", () => {
    expectTypeOf<ServiceImpl<Kinds>>().toExtend<Service<Kinds>>();
    expectTypeOf<Partial<ServiceImpl<Kinds>>>().toExtend<Partial<Service<Kinds>>>();
    expectTypeOf<Service<Kinds>>().not.toExtend<ServiceImpl<Kinds>>();
  });

  test("our implementations get typed messages and our context, and may reply with an init", () => {
    const service = {
      unary: (req, ctx) => ({ message: `${req.message} ${ctx.transport.operation}` }),
      async *serverStream(req) {
        yield { code: req.code };
      },
      async clientStream(requests) {
        let code = 0;
        for await (const request of requests) code += request.code;
        return { code };
      },
      async *bidiStream(requests) {
        for await (const request of requests) yield request;
      },
    } satisfies Service<Kinds>;
    expectTypeOf(service).toExtend<Service<Kinds>>();
  });

  test("an implementation that replies with something else does not fit", () => {
    expectTypeOf<{ unary: () => { massage: string } }>().not.toExtend<Pick<Service<Kinds>, "unary">>();
    expectTypeOf<{ unary: () => { code: string } }>().not.toExtend<Pick<Service<Kinds>, "unary">>();
  });
});

test("keys of Connect work with our contexts, and ours with Connect's values", () => {
  const theirs = connectContextKey("default", { description: "theirs" });
  const ours = createContextKey("default");
  const ctx: HandlerContext = new CallContext({ transport: fakeTransporter(), method: methodOf("Unary") }).with(
    theirs,
    "a",
  );
  expect([ctx.values.get(theirs), ctx.values.set(ours, "b").get(ours)]).toEqual(["a", "b"]);
});

test("an operation is named by the service's full name and the method's name", () => {
  expect(operationOf(methodOf("BidiStream"))).toBe("/fixture.v1.Kinds/BidiStream");
});
