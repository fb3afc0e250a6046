import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import {
  Color,
  NameRequestSchema,
  NestedPathRequestSchema,
  OneLetterRequestSchema,
  TypedPathRequestSchema,
} from "../../testdata/gen/interop/v1/interop_pb.ts";
import { parsePathTemplate } from "../rule/path-template.ts";
import { compileRequestPath } from "./request-path.ts";

function path<D extends DescMessage>(desc: D, template: string, init: MessageInitShape<D>): string {
  return compileRequestPath(desc, parsePathTemplate(template))(create(desc, init));
}

describe("a variable", () => {
  it.each([
    ["plain", "abc", "abc"],
    ["space", "a b", "a%20b"],
    ["slash", "a/b", "a%2Fb"],
    ["question mark", "a?b=c", "a%3Fb=c"],
    ["percent", "100%", "100%25"],
    ["escape", "a%2Fb", "a%252Fb"],
    ["unicode", "你好", "%E4%BD%A0%E5%A5%BD"],
    ["what may stand in a path", "a+b&c;d:e@f/", "a+b&c;d:e@f%2F"],
    ["dots within", "a..b", "a..b"],
  ])("is escaped: %s", (_, name, text) => {
    expect(path(NameRequestSchema, "/v1/items/{name}:cancel", { name })).toBe(`/v1/items/${text}:cancel`);
  });

  it.each([
    ["", "it is empty, but it is part of the path"],
    [".", '"." can\'t stand in a path'],
    ["..", '".." can\'t stand in a path'],
    ["\ud800", "its text has half of a surrogate pair"],
  ])("is refused: %j", (name, why) => {
    expect(() => path(NameRequestSchema, "/v1/items/{name}", { name })).toThrow(`field name of the request: ${why}`);
  });

  it("keeps the slashes of its pattern, and those of a rest", () => {
    expect(path(NameRequestSchema, "/v1/{name=shelves/*}", { name: "shelves/a b" })).toBe("/v1/shelves/a%20b");
    expect(path(NameRequestSchema, "/v1/{name=files/**}", { name: "files/a/b c/d" })).toBe("/v1/files/a/b%20c/d");
  });

  it("has to fit its pattern", () => {
    for (const name of ["other", "shelves", "shelves/a/b"])
      expect(() => path(NameRequestSchema, "/v1/{name=shelves/*}", { name })).toThrow(
        "field name of the request: its value does not fit the pattern shelves/*",
      );
    expect(() => path(NameRequestSchema, "/v1/{name=files/**}", { name: "files/../secret" })).toThrow("can't stand");
  });

  it("may lie in a nested message, and share its segment", () => {
    const template = "/v1/parents/{parent.id}/children/{parent.child.id}";
    const init = { parent: { id: "p", child: { id: "c" } } };
    expect(path(NestedPathRequestSchema, template, init)).toBe("/v1/parents/p/children/c");
    expect(() => path(NestedPathRequestSchema, template, { parent: { id: "p" } })).toThrow("field parent.child.id");
    expect(path(OneLetterRequestSchema, "/v1/letters/{a}-{b}", { a: "x", b: "y" })).toBe("/v1/letters/x-y");
  });

  it("may have any type that has a text, zero included", () => {
    const typed = "/v1/typed/{small}/{large}/{flag}/{color}";
    const init = { small: -5, large: 9007199254740993n, flag: true, color: Color.BLUE };
    expect(path(TypedPathRequestSchema, typed, init)).toBe("/v1/typed/-5/9007199254740993/true/BLUE");
    expect(path(TypedPathRequestSchema, typed, {})).toBe("/v1/typed/0/0/false/COLOR_UNSPECIFIED");
    const known = { at: { seconds: 1784032245n }, every: { seconds: 90n, nanos: 500_000_000 }, label: "a b" };
    expect(path(TypedPathRequestSchema, "/v1/known/{at}/{every}/{label}", known)).toBe(
      "/v1/known/2026-07-14T12:30:45Z/1m30.5s/a%20b",
    );
  });

  it("writes bytes in the alphabet that Go reads, unless that has a slash", () => {
    const blob = (...bytes: number[]) => path(TypedPathRequestSchema, "/v1/{blob}", { blob: new Uint8Array(bytes) });
    expect(blob(0xfb, 0xef)).toBe("/v1/++8=");
    expect(blob(0xfb, 0xff)).toBe("/v1/-_8=");
  });
});

it("finds a template's mistakes when it is compiled", () => {
  expect(() => compileRequestPath(NameRequestSchema, parsePathTemplate("/v1/{nope}"))).toThrow("nope");
});
