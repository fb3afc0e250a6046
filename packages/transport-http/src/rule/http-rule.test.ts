import { create, type DescMethod, type MessageInitShape, setExtension } from "@bufbuild/protobuf";
import { MethodOptionsSchema } from "@bufbuild/protobuf/wkt";
import { http } from "@kratos-ts/core/proto/google/api/annotations_pb.js";
import { HttpRuleSchema } from "@kratos-ts/core/proto/google/api/http_pb.js";
import { describe, expect, it } from "vitest";
import { Echo, Streams } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { httpBindingsOf } from "./http-rule.ts";

const summary = (method: keyof typeof Echo.method): unknown[] =>
  httpBindingsOf(Echo.method[method]).map(({ verb, template, body, query, responseBody }) => {
    const target = typeof body === "object" ? body.name : body;
    return [verb, template.source, target, query, responseBody?.name];
  });

describe("the HTTP rule of a method", () => {
  it("gives its main binding first, then the additional ones", () => {
    expect(summary("getItem")).toEqual([
      ["GET", "/v1/items/{id}", undefined, true, undefined],
      ["GET", "/v1/shelves/{shelf}/items/{id}", undefined, true, undefined],
      ["POST", "/v1/items:lookup", "*", false, undefined],
    ]);
  });

  it("may have one field as body, or as the reply's", () => {
    expect(summary("createItem")).toEqual([["POST", "/v1/{parent=shelves/*}/items", "item", true, undefined]]);
    expect(summary("replyItems")).toEqual([["GET", "/v1/replies/{id}/items", undefined, true, "items"]]);
  });

  it("may have a verb of its own", () => {
    expect(summary("purgeItem")).toEqual([["PURGE", "/v1/items/{id}", undefined, true, undefined]]);
  });

  it("is a POST with body and query where there is none", () => {
    expect(summary("noRule")).toEqual([["POST", "/interop.v1.Echo/NoRule", "*", true, undefined]]);
    expect(httpBindingsOf(Streams.method.quietChat)).toMatchObject([{ declared: false }]);
  });

  it.each([
    [{}, "a rule needs a verb and a path"],
    [{ pattern: { case: "get", value: "items" } }, 'path template "items": it must begin with a slash'],
    [{ pattern: { case: "post", value: "/a" }, body: "nope" }, 'body "nope" is no field of interop.v1.GetItemRequest'],
    [
      { pattern: { case: "get", value: "/a" }, responseBody: "nope" },
      'response_body "nope" is no field of interop.v1.GetItemRequest',
    ],
  ] satisfies [MessageInitShape<typeof HttpRuleSchema>, string][])(
    "that is wrong is refused, with its method: %j",
    (rule, reason) => {
      expect(() => httpBindingsOf(withRule(rule))).toThrow(`google.api.http of /interop.v1.Echo/GetItem: ${reason}`);
    },
  );
});

function withRule(rule: MessageInitShape<typeof HttpRuleSchema>): DescMethod {
  const options = create(MethodOptionsSchema);
  setExtension(options, http, create(HttpRuleSchema, rule));
  const { getItem } = Echo.method;
  return { ...getItem, proto: { ...getItem.proto, options } };
}
