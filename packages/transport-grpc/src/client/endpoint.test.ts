import { describe, expect, it } from "vitest";
import { nodeAddress, parseEndpoint } from "./endpoint.ts";

const cleartext = { tls: false };
const withTls = { tls: true };

describe("an endpoint", () => {
  it.each([
    ["grpc://127.0.0.1:9000", cleartext, "grpc://127.0.0.1:9000", { host: "127.0.0.1", port: 9000 }],
    ["grpcs://api.example.com:443", withTls, "grpcs://api.example.com:443", { host: "api.example.com", port: 443 }],
    ["http://localhost:8080/", cleartext, "grpc://localhost:8080", { host: "localhost", port: 8080 }],
    ["http://localhost", cleartext, "grpc://localhost:80", { host: "localhost", port: 80 }],
    ["https://api.example.com", cleartext, "grpcs://api.example.com:443", { host: "api.example.com", port: 443 }],
    ["localhost:9000", cleartext, "grpc://localhost:9000", { host: "localhost", port: 9000 }],
    ["localhost:9000", withTls, "grpcs://localhost:9000", { host: "localhost", port: 9000 }],
    ["[::1]:9000", cleartext, "grpc://[::1]:9000", { host: "::1", port: 9000 }],
    ["unix:/run/app.sock", cleartext, "unix:/run/app.sock", { path: "/run/app.sock" }],
    ["unix:///run/app.sock", cleartext, "unix:/run/app.sock", { path: "/run/app.sock" }],
    ["unix:app.sock", withTls, "unix:app.sock", { path: "app.sock" }],
  ])("%s with %o is one address", (text, options, name, connect) => {
    expect(parseEndpoint(text, options)).toMatchObject({ address: { name, connect } });
  });

  it("is TLS where its scheme says so, or the tls option where it has none", () => {
    const secure = (text: string, options: { tls: boolean }) => {
      const endpoint = parseEndpoint(text, options);
      return "address" in endpoint && endpoint.address.secure;
    };
    expect(secure("grpcs://a:1", cleartext)).toBe(true);
    expect(secure("grpc://a:1", cleartext)).toBe(false);
    expect(secure("a:1", withTls)).toBe(true);
    expect(secure("unix:/a", withTls)).toBe(true);
    expect(secure("unix:/a", cleartext)).toBe(false);
  });

  it("may be a name for a resolver", () => {
    expect(parseEndpoint("discovery:///helloworld", cleartext)).toEqual({ discover: "discovery:///helloworld" });
  });

  it.each([
    ["grpc://localhost", cleartext, /has no port/],
    ["localhost", cleartext, /has no port/],
    ["grpc://localhost:0", cleartext, /port outside of 1 to 65535/],
    ["grpc://localhost:99999", cleartext, /port outside of 1 to 65535/],
    ["ftp://localhost:21", cleartext, /unknown scheme; use "grpc:\/\/host:port"/],
    ["grpc://localhost:9000/path", cleartext, /not a host and a port/],
    ["grpc://user@localhost:9000", cleartext, /not a host and a port/],
    ["", cleartext, /not a host and a port/],
    ["unix:", cleartext, /has no path/],
    ["discovery://", cleartext, /names no service/],
    ["grpc://localhost:9000", withTls, /has no TLS, but the tls option is given; use grpcs:/],
    [undefined as unknown as string, cleartext, /endpoint is undefined/],
  ])("%s with %o is refused with what is wrong", (text, options, error) => {
    expect(() => parseEndpoint(text, options)).toThrow(error);
  });
});

describe("a discovered node", () => {
  const node = { address: "10.0.0.1:9000", serviceName: "s", version: "", initialWeight: undefined, metadata: {} };

  it("has its address, and TLS by its scheme", () => {
    const connect = { host: "10.0.0.1", port: 9000 };
    expect(nodeAddress({ ...node, scheme: "grpc" })).toMatchObject({ name: "grpc://10.0.0.1:9000", connect });
    expect(nodeAddress({ ...node, scheme: "grpcs" })).toMatchObject({ secure: true, connect });
  });

  it("is refused when it is none for gRPC", () => {
    expect(() => nodeAddress({ ...node, scheme: "amqp" })).toThrow(/amqp:\/\/10.0.0.1:9000.*not a gRPC endpoint/);
  });
});
