import { expect, test } from "vitest";
import { instanceAt } from "../../testdata/fake-discovery.ts";
import { nodesOf } from "./endpoints.ts";

const endpoints = [
  "http://h:1",
  "https://h:2",
  "grpc://h:3",
  "grpcs://h:4",
  "http://h:5/base?isSecure=true",
  "GRPC://h:6?a=b&isSecure=true",
  "amqp://h:7",
  "no endpoint",
];

test.each([
  ["http", false, "http://h:1"],
  ["http", true, "https://h:2"],
  ["grpc", false, "grpc://h:3"],
  ["grpc", true, "grpcs://h:4"],
])("%s, secure %s: %s", (scheme, secure, expected) => {
  const nodes = nodesOf([instanceAt("", { endpoints })], { scheme, secure });
  expect(nodes.map(({ scheme, address }) => `${scheme}://${address}`)).toEqual([expected]);
});

test.each([
  [["http://h:1?isSecure=true"], "http", false, []],
  [["http://h:1?isSecure=true"], "http", true, ["https://h:1"]],
  [["grpc://h:1?isSecure=false"], "grpc", false, ["grpc://h:1"]],
  [["grpc://[::1]:9000"], "grpc", false, ["grpc://[::1]:9000"]],
  [["grpcs://h:1"], "grpc", false, []],
  [[], "grpc", false, []],
])("%j for %s, secure %s: %j", (endpoints, scheme, secure, expected) => {
  const nodes = nodesOf([instanceAt("", { endpoints })], { scheme, secure });
  expect(nodes.map(({ scheme, address }) => `${scheme}://${address}`)).toEqual(expected);
});

test("a node has what its instance says", () => {
  const metadata = { weight: "50", zone: "a" };
  const [node] = nodesOf([instanceAt("h:1", { metadata, version: "v7" })], { scheme: "grpc" });
  expect(node).toEqual({
    scheme: "grpc",
    address: "h:1",
    serviceName: "shop",
    version: "v7",
    initialWeight: 50,
    metadata,
  });
});

test.each(["", "-1", "1.5", "many", undefined])("a weight of %j is none", (weight) => {
  const metadata = (weight === undefined ? null : { weight }) as Record<string, string>;
  expect(nodesOf([instanceAt("h:1", { metadata })], { scheme: "grpc" })[0]?.initialWeight).toBeUndefined();
});

test("an address is one node, of the instance that is named last", () => {
  const instances = [instanceAt("h:1", { id: "1", version: "old" }), instanceAt("h:1", { id: "2", version: "new" })];
  expect(nodesOf(instances, { scheme: "grpc" })).toMatchObject([{ version: "new" }]);
});
