import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { vectors } from "../testdata/error-codes.ts";
import { GrpcCode, grpcCodeOf, httpCodeOf } from "./index.ts";

test.each(vectors("to-grpc"))("as Go Kratos: $name", ({ httpCode, grpcCode }) => {
  expect(grpcCodeOf(httpCode)).toBe(grpcCode);
});

test.each(vectors("from-grpc"))("as Go Kratos: $name", ({ httpCode, grpcCode }) => {
  expect(httpCodeOf(grpcCode)).toBe(httpCode);
});

test.each([
  [409, GrpcCode.ABORTED],
  [429, GrpcCode.RESOURCE_EXHAUSTED],
  [499, GrpcCode.CANCELLED],
  [500, GrpcCode.INTERNAL],
  [403, GrpcCode.PERMISSION_DENIED],
  [404, GrpcCode.NOT_FOUND],
  [503, GrpcCode.UNAVAILABLE],
])("%i has a row of its own in both directions", (http, grpc) => {
  expect([grpcCodeOf(http), httpCodeOf(grpc)]).toEqual([grpc, http]);
});

test("the gRPC codes have the numbers that Connect has", () => {
  const { OK, ...ours } = GrpcCode;
  expect(OK).toBe(0);
  const byNumber = Object.fromEntries(Object.entries(ours).map(([name, code]) => [code, name]));
  const words = (name: string) => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
  for (const [name, code] of Object.entries(Code).filter(([, code]) => typeof code === "number"))
    expect(byNumber[code]).toBe(name === "Canceled" ? "CANCELLED" : words(name));
});
