import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createContextKey, KratosError, type LogFields, noopLogger } from "@kratos-ts/core";
import { exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, test } from "vitest";
import { call } from "../testdata/calls.ts";
import { jwtClaimsKey, type ServerJwtOptions, serverJwt } from "./index.ts";

const secret = new TextEncoder().encode("a secret of more than thirty-two bytes");
const pair = await generateKeyPair("ES256", { extractable: true });
const other = await generateKeyPair("ES256", { extractable: true });
const publicPem = await exportSPKI(pair.publicKey);
const es256 = { keys: { key: publicPem }, algorithms: ["ES256"] } satisfies ServerJwtOptions;

interface Signing {
  key?: Parameters<SignJWT["sign"]>[0];
  header?: Record<string, string>;
}

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const good = { sub: "ada", exp: inSeconds(60) };

function signed(claims: JWTPayload = good, { key = pair.privateKey, header = {} }: Signing = {}): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: "ES256", ...header }).sign(key);
}

async function refused(
  options: ServerJwtOptions,
  ...values: string[]
): Promise<{ error: KratosError; logged: LogFields[] }> {
  const logged: LogFields[] = [];
  const logger = { ...noopLogger, warn: (_message: string, fields: LogFields = {}) => logged.push(fields) };
  const headers = values.map((value): [string, string] => ["authorization", value]);
  const error = await call(serverJwt({ ...options, logger }), { side: "server", headers }).catch((error) => error);
  expect(error).toBeInstanceOf(KratosError);
  return { error, logged };
}

async function claimsOf(options: ServerJwtOptions, token: string): Promise<JWTPayload | undefined> {
  const { ctx } = await call(serverJwt(options), { side: "server", headers: [["authorization", `Bearer ${token}`]] });
  return ctx.get(jwtClaimsKey);
}

describe("a good token", () => {
  test("puts its claims into the context", async () => {
    expect(await claimsOf(es256, await signed())).toEqual(good);
  });

  test.each(["RS256", "PS384", "ES384", "EdDSA", "Ed25519"])(
    "may be signed with %s, when that is named",
    async (alg) => {
      const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
      const token = await signed(good, { key: privateKey, header: { alg } });
      for (const key of [publicKey, await exportJWK(publicKey), await exportSPKI(publicKey)])
        expect(await claimsOf({ keys: { key }, algorithms: [alg] }, token)).toEqual(good);
    },
  );

  test.each(["HS256", "HS384", "HS512"])("may be signed with a secret and %s, when that is named", async (alg) => {
    const key = new Uint8Array(64).fill(7);
    expect(await claimsOf({ keys: { key }, algorithms: [alg] }, await signed(good, { key, header: { alg } }))).toEqual(
      good,
    );
  });

  test("is read from another header, whatever the case of its scheme", async () => {
    const headers: [string, string][] = [["x-token", `bearer ${await signed()}`]];
    const { ctx } = await call(serverJwt({ ...es256, header: "x-token" }), { side: "server", headers });
    expect(ctx.get(jwtClaimsKey)?.sub).toBe("ada");
  });

  test("is verified with the key that its header names", async () => {
    const keyFor = ({ kid }: { kid?: string }) => (kid === "b" ? other.publicKey : pair.publicKey);
    const options = { ...es256, keys: { keyFor } };
    expect(await claimsOf(options, await signed(good, { key: other.privateKey, header: { kid: "b" } }))).toEqual(good);
    expect(await claimsOf(options, await signed(good, { header: { kid: "a" } }))).toEqual(good);
  });

  test("has typed claims when there is a schema, under a key of your own", async () => {
    const user = createContextKey<{ id: string } | undefined>(undefined);
    const claims = {
      "~standard": { validate: (value: unknown) => ({ value: { id: String((value as JWTPayload).sub) } }) },
    };
    const middleware = serverJwt({ ...es256, claims, contextKey: user });
    const headers: [string, string][] = [["authorization", `Bearer ${await signed()}`]];
    const { ctx } = await call(middleware, { side: "server", headers });
    expect(ctx.get(user)).toEqual({ id: "ada" });
  });

  test("may be a little late where clocks may differ", async () => {
    const token = await signed({ sub: "ada", exp: inSeconds(-5) });
    expect(await claimsOf({ ...es256, clockToleranceSeconds: 30 }, token)).toMatchObject({ sub: "ada" });
  });
});

describe("a caller is refused", () => {
  const cases: Record<string, [ServerJwtOptions, () => Promise<string[]> | string[], RegExp]> = {
    "without a token": [es256, () => [], /no token/],
    "with two": [es256, async () => [`Bearer ${await signed()}`, `Bearer ${await signed()}`], /more than one token/],
    "with another scheme": [es256, () => ["Basic YTpi"], /no Bearer token/],
    "with something else": [es256, () => ["Bearer abc"], /Compact JWS/i],
    "with a huge token": [es256, () => [`Bearer ${"a".repeat(9000)}`], /9000 bytes, 8192/],
    "with a token that has ended": [es256, async () => [`Bearer ${await signed({ exp: inSeconds(-1) })}`], /"exp"/],
    "with one that never ends": [es256, async () => [`Bearer ${await signed({ sub: "ada" })}`], /"exp"/],
    "with one that is not good yet": [
      es256,
      async () => [`Bearer ${await signed({ ...good, nbf: inSeconds(60) })}`],
      /"nbf"/,
    ],
    "with one signed with another key": [
      es256,
      async () => [`Bearer ${await signed(good, { key: other.privateKey })}`],
      /signature verification/,
    ],
    "with one that is not signed": [
      es256,
      () => [`Bearer ${new UnsecuredJWT(good).encode()}`],
      /Compact JWS|alg|no Bearer token/i,
    ],
    "with one whose signature was cut off": [
      es256,
      async () => [`Bearer ${(await signed()).split(".").slice(0, 2).join(".")}.`],
      /signature verification|Bearer/,
    ],
    "with one signed with the public key as a secret (algorithm confusion)": [
      es256,
      async () => {
        const key = new TextEncoder().encode(publicPem);
        return [`Bearer ${await signed(good, { key, header: { alg: "HS256" } })}`];
      },
      /"alg"/,
    ],
    "with one signed by an algorithm that is not named": [
      { keys: { key: secret }, algorithms: ["HS256"] },
      async () => [`Bearer ${await signed(good, { key: new Uint8Array(64), header: { alg: "HS512" } })}`],
      /"alg"/,
    ],
    "with one of another issuer": [
      { ...es256, issuer: "me" },
      async () => [`Bearer ${await signed({ ...good, iss: "you" })}`],
      /"iss"/,
    ],
    "with one for somebody else": [
      { ...es256, audience: "users" },
      async () => [`Bearer ${await signed({ ...good, aud: ["orders"] })}`],
      /"aud"/,
    ],
    "with claims that the schema refuses": [
      { ...es256, claims: { "~standard": { validate: () => ({ issues: [{ message: "no role" }] }) } } },
      async () => [`Bearer ${await signed()}`],
      /no role/,
    ],
    "with a key that can't be had": [
      { ...es256, keys: { keyFor: () => Promise.reject(new Error("no such kid")) } },
      async () => [`Bearer ${await signed()}`],
      /no such kid/,
    ],
  };

  test.each(Object.entries(cases))(
    "%s: the caller hears that alone, the log why",
    async (_what, [options, values, why]) => {
      const { error, logged } = await refused(options, ...(await values()));
      expect(error.toStatus()).toEqual({
        code: 401,
        reason: "UNAUTHORIZED",
        message: "a valid token is required",
        metadata: {},
      });
      expect(logged).toEqual([{ operation: "/users.v1.Users/Get", peer: "10.0.0.7:5000", error: expect.any(Error) }]);
      expect(String(logged[0]?.error)).toMatch(why);
    },
  );
});

describe("options that would let anybody in are refused", () => {
  test.each([
    [{ keys: { key: secret }, algorithms: [] }, "algorithms is empty"],
    [{ keys: { key: secret }, algorithms: ["none"] }, 'algorithm "none"'],
    [{ keys: { key: secret }, algorithms: ["HS256", "RS256"] }, "mix a shared secret and key pairs"],
    [{ keys: { key: "too short" }, algorithms: ["HS256"] }, "9 bytes, and must have 32"],
    [{ keys: { key: publicPem }, algorithms: ["HS256"] }, "a PEM key is no secret"],
    [{ keys: { jwks: { url: "https://issuer/keys" } }, algorithms: ["HS256"] }, "has no secrets"],
  ] satisfies [ServerJwtOptions, string][])("%j", (options, text) => {
    expect(() => serverJwt(options)).toThrow(text);
  });
});

test("on a client it does nothing", async () => {
  const { ctx } = await call(serverJwt(es256), { side: "client" });
  expect(ctx.get(jwtClaimsKey)).toBeUndefined();
});

describe("keys of a set that is fetched", () => {
  async function startIssuer() {
    const state = { keys: [] as JWK[], up: true, fetched: 0, body: undefined as string | undefined };
    const server = createServer((_request, response) => {
      state.fetched++;
      response.statusCode = state.up ? 200 : 503;
      response.end(state.body ?? JSON.stringify({ keys: state.keys }));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
    const dispose = async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    };
    return Object.assign(state, { url, [Symbol.asyncDispose]: dispose });
  }

  const jwk = async (key: typeof pair, kid: string): Promise<JWK> => ({
    ...(await exportJWK(key.publicKey)),
    kid,
    alg: "ES256",
  });
  const bearer = async (key: typeof pair, kid: string): Promise<{ side: "server"; headers: [string, string][] }> => ({
    side: "server",
    headers: [["authorization", `Bearer ${await signed(good, { key: key.privateKey, header: { kid } })}`]],
  });

  test("are fetched once, and again for a key that is new", async () => {
    await using issuer = await startIssuer();
    issuer.keys = [await jwk(pair, "a")];
    const middleware = serverJwt({ keys: { jwks: { url: issuer.url, cooldownMs: 0 } }, algorithms: ["ES256"] });
    for (let i = 0; i < 3; i++) await call(middleware, await bearer(pair, "a"));
    expect(issuer.fetched).toBe(1);
    issuer.keys = [await jwk(other, "b")];
    await call(middleware, await bearer(other, "b"));
    expect(issuer.fetched).toBe(2);
    await expect(call(middleware, await bearer(pair, "a"))).rejects.toMatchObject({ code: 401 });
  });

  test("are not fetched for every token with a key that nobody has", async () => {
    await using issuer = await startIssuer();
    issuer.keys = [await jwk(pair, "a")];
    const middleware = serverJwt({ keys: { jwks: { url: issuer.url } }, algorithms: ["ES256"] });
    for (let i = 0; i < 5; i++)
      await expect(call(middleware, await bearer(other, `no ${i}`))).rejects.toMatchObject({ code: 401 });
    expect(issuer.fetched).toBe(1);
  });

  test("are used on while the issuer is away", async () => {
    await using issuer = await startIssuer();
    issuer.keys = [await jwk(pair, "a")];
    const middleware = serverJwt({
      keys: { jwks: { url: issuer.url, maxAgeMs: 0, cooldownMs: 0 } },
      algorithms: ["ES256"],
    });
    await call(middleware, await bearer(pair, "a"));
    issuer.up = false;
    await call(middleware, await bearer(pair, "a"));
    expect(issuer.fetched).toBe(2);
  });

  test("that never came are nobody's fault: 503", async () => {
    await using issuer = await startIssuer();
    const middleware = serverJwt({ keys: { jwks: { url: issuer.url } }, algorithms: ["ES256"] });
    issuer.up = false;
    const { error } = await refused(
      { keys: { jwks: { url: issuer.url } }, algorithms: ["ES256"] },
      `Bearer ${await signed()}`,
    );
    expect(error).toMatchObject({ code: 503, reason: "KEYS_UNAVAILABLE" });
    issuer.up = true;
    issuer.body = " ".repeat(2_000_000);
    await expect(call(middleware, await bearer(pair, "a"))).rejects.toMatchObject({ code: 503 });
    issuer.body = "{}";
    await expect(call(middleware, await bearer(pair, "a"))).rejects.toMatchObject({ code: 503 });
  });
});
