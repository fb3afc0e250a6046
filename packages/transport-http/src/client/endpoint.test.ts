import { expect, it } from "vitest";
import { parseEndpoint } from "./endpoint.ts";

it.each([
  ["http://10.0.0.1:8000", false, { origin: "http://10.0.0.1:8000", basePath: "" }],
  ["https://shop.example/api/", false, { origin: "https://shop.example", basePath: "/api" }],
  ["localhost:8000", false, { origin: "http://localhost:8000" }],
  ["localhost:8000", true, { origin: "https://localhost:8000" }],
  ["[::1]:8000", false, { origin: "http://[::1]:8000" }],
  ["unix:/run/a.sock", false, { origin: "http://localhost", socketPath: "/run/a.sock" }],
  ["unix:///run/a.sock", true, { origin: "https://localhost", socketPath: "/run/a.sock" }],
  ["discovery:///shop", false, { kind: "discovery", target: "discovery:///shop" }],
])("reads %s", (text, secure, expected) => {
  expect(parseEndpoint(text, { secure })).toMatchObject(expected);
});

it.each([
  ["grpc://10.0.0.1:9000", "is for createGrpcTransport"],
  ["ftp://10.0.0.1", "has an unknown scheme"],
  ["http://a:b@c", "may have a host, a port and a path, nothing else"],
  ["http://a?b", "may have a host"],
  ["http://a:99999", "is no URL"],
  ["", "is no URL"],
  ["unix:", "has no path"],
  ["discovery:shop", "names no service"],
  ["discovery:///", "names no service"],
])("refuses %s and says why", (text, why) => {
  expect(() => parseEndpoint(text, { secure: false })).toThrow(why);
});

it("refuses http:// with TLS options", () => {
  expect(() => parseEndpoint("http://a", { secure: true })).toThrow("has no TLS, but the tls option is given");
});
