import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { callInfo, infoOf } from "../testdata/calls.ts";
import { User_Role, UserSchema, Users } from "../testdata/gen/users/v1/users_pb.ts";
import { type ArgsOptions, createArgsText } from "./args-text.ts";

const info = infoOf(Users.method.find);
const textOf = (init: MessageInitShape<typeof UserSchema>, options: ArgsOptions = {}): string =>
  createArgsText(options)(create(UserSchema, init), info);

describe("a message", () => {
  test.each<[string, MessageInitShape<typeof UserSchema>, string]>([
    ["without anything", {}, "{}"],
    ["text", { name: `"anna"\n` }, `{"name":"\\"anna\\"\\n"}`],
    ["a 64-bit integer", { id: 9007199254740993n }, `{"id":"9007199254740993"}`],
    ["an enum, by name", { role: User_Role.ADMIN }, `{"role":"ROLE_ADMIN"}`],
    ["an unknown enum value", { role: 7 as User_Role }, `{"role":7}`],
    ["bytes, by their number", { photo: new Uint8Array(12) }, `{"photo":"<12 bytes>"}`],
    ["a zero that was set", { active: false }, `{"active":false}`],
    ["a list", { tags: ["a", "b"] }, `{"tags":["a","b"]}`],
    ["a list of messages", { children: [{ name: "a" }, {}] }, `{"children":[{"name":"a"},{}]}`],
    ["a map of messages", { friends: { bob: { id: 1n } } }, `{"friends":{"bob":{"id":"1"}}}`],
    ["a message in a message", { parent: { name: "eve" } }, `{"parent":{"name":"eve"}}`],
    ["a member of a oneof", { contact: { case: "eMail", value: "a@b.c" } }, `{"eMail":"a@b.c"}`],
    ["a time", { createdAt: { seconds: 1n, nanos: 5e8 } }, `{"createdAt":"1970-01-01T00:00:01.500Z"}`],
    ["a duration", { ttl: { seconds: 3n, nanos: 5e8 } }, `{"ttl":"3.5s"}`],
    ["a Struct", { labels: { a: [1, null, { b: true }] } }, `{"labels":{"a":[1,null,{"b":true}]}}`],
    ["a wrapper", { nickname: "" }, `{"nickname":""}`],
    [
      "an Any",
      { extra: { typeUrl: "x/y", value: new Uint8Array(3) } },
      `{"extra":{"typeUrl":"x/y","value":"<3 bytes>"}}`,
    ],
    ["what JSON has no number for", { score: Number.NaN }, `{"score":"NaN"}`],
  ])("shows %s", (_, init, text) => {
    expect(textOf(init)).toBe(text);
  });

  test("may be an init object, as clients get them", () => {
    const init = { name: "anna", parent: { password: "p", name: "eve" }, friends: { bob: { password: "p" } } };
    expect(createArgsText({})(init, info)).toBe(
      `{"name":"anna","friends":{"bob":{"password":"[REDACTED]"}},"parent":{"name":"eve","password":"[REDACTED]"}}`,
    );
  });
});

describe("sensitive fields", () => {
  test("with debug_redact are masked, wherever they are", () => {
    const secret = { password: "p4ss" };
    const text = textOf({
      ...secret,
      parent: secret,
      children: [secret],
      friends: { bob: secret },
      card: { number: "4111" },
      contact: { case: "phone", value: "555" },
    });
    expect(text).not.toMatch(/p4ss|4111|555/);
    expect(text.match(/\[REDACTED\]/g)).toHaveLength(6);
  });

  test("that are not set are left out like others", () => {
    expect(textOf({ name: "anna" })).toBe(`{"name":"anna"}`);
  });

  test("can be named, as in the proto or in JSON, keys of maps and Structs too", () => {
    const user = { contact: { case: "eMail", value: "a@b.c" } as const, labels: { token: "t" }, name: "anna" };
    const masked = `{"name":"anna","eMail":"[REDACTED]","labels":{"token":"[REDACTED]"}}`;
    expect(textOf(user, { redact: ["e_mail", "token"] })).toBe(masked);
    expect(textOf(user, { redact: ["eMail", "token"] })).toBe(masked);
  });

  test("are the message's own business when it has a method redact", () => {
    expect(createArgsText({})({ name: "anna", redact: () => "a user" }, info)).toBe("a user");
  });
});

describe("a long request", () => {
  test("is cut", () => {
    expect(textOf({ name: "x".repeat(5000) })).toBe(`{"name":"${"x".repeat(2048 - 9)}…`);
    expect(textOf({ tags: Array.from({ length: 100 }, () => "tag") }, { maxArgsLength: 20 })).toBe(
      `{"tags":["tag","tag"…`,
    );
  });

  test("costs no more than what is shown of it", () => {
    let read = 0;
    const tags = new Proxy(new Array(1_000_000).fill("tag"), {
      get(target, key, receiver) {
        read++;
        return Reflect.get(target, key, receiver);
      },
    });
    createArgsText({ maxArgsLength: 100 })({ tags }, info);
    expect(read).toBeLessThan(100);
  });

  test("that contains itself comes to an end", () => {
    const user: Record<string, unknown> = { id: 1n };
    user.parent = user;
    expect(createArgsText({ maxArgsLength: 1e6 })(user, info)).toMatch(/^\{"id":"1","parent":\{.*"…"\}+$/);
  });
});

describe("what is no message", () => {
  test("a stream is only named", () => {
    expect(createArgsText({})((async function* () {})(), infoOf(Users.method.chat))).toBe("<stream>");
  });

  test("a request of a hand-written route is its verb and path, without the query", () => {
    const { method: _, ...route } = callInfo("server");
    const request = (url: string) => createArgsText({})(new Request(url, { method: "PUT" }), route);
    expect(request("http://a.b:80/files/1?token=secret")).toBe("PUT /files/1");
    expect(request("http://a.b")).toBe("PUT /");
  });
});
