import { decodeJwt, decodeProtectedHeader, exportPKCS8, exportSPKI, generateKeyPair, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import { call } from "../testdata/calls.ts";
import { clientJwt, jwtClaimsKey, serverJwt } from "./index.ts";

const secret = "a secret of more than thirty-two bytes";
const pair = await generateKeyPair("ES256", { extractable: true });

async function tokenOf(middleware: ReturnType<typeof clientJwt>, header = "authorization"): Promise<string> {
  const { headers } = await call(middleware, { side: "client" });
  const [value = "", another] = headers.getAll(header);
  expect(another).toBeUndefined();
  expect(value).toMatch(/^Bearer /);
  return value.slice("Bearer ".length);
}

describe("a client that signs", () => {
  test("sends a token that the server takes", async () => {
    const client = clientJwt({
      key: await exportPKCS8(pair.privateKey),
      algorithm: "ES256",
      claims: { sub: "orders" },
    });
    const headers: [string, string][] = [["authorization", `Bearer ${await tokenOf(client)}`]];
    const server = serverJwt({ keys: { key: await exportSPKI(pair.publicKey) }, algorithms: ["ES256"] });
    const { ctx } = await call(server, { side: "server", headers });
    expect(ctx.get(jwtClaimsKey)).toMatchObject({ sub: "orders" });
  });

  test("says which key it was, when it is good, and what it is told to say", async () => {
    const now = () => 1_700_000_000_500;
    const client = clientJwt({
      key: secret,
      algorithm: "HS256",
      keyId: "k1",
      claims: { sub: "orders" },
      lifetimeSeconds: 60,
      now,
    });
    const token = await tokenOf(client);
    expect(decodeProtectedHeader(token)).toEqual({ alg: "HS256", typ: "JWT", kid: "k1" });
    expect(decodeJwt(token)).toEqual({ sub: "orders", iat: 1_700_000_000, exp: 1_700_000_060 });
    const options = { currentDate: new Date(now()), algorithms: ["HS256"] };
    await expect(jwtVerify(token, new TextEncoder().encode(secret), options)).resolves.toBeDefined();
  });

  test("signs anew shortly before the end, and not earlier", async () => {
    let time = 1_700_000_000_000;
    const client = clientJwt({ key: secret, algorithm: "HS256", claims: {}, lifetimeSeconds: 60, now: () => time });
    const first = await tokenOf(client);
    time += 29_000;
    expect(await tokenOf(client)).toBe(first);
    time += 2_000;
    expect(await tokenOf(client)).not.toBe(first);
  });

  test("is refused an algorithm that is none", () => {
    expect(() => clientJwt({ key: secret, algorithm: "none", claims: {} })).toThrow('algorithm "none"');
  });
});

describe("a client with tokens from elsewhere", () => {
  test("fetches one for all calls that wait", async () => {
    let fetched = 0;
    const fetchToken = async () => ({ token: `t${++fetched}`, expiresAtMs: Date.now() + 60_000 });
    const client = clientJwt({ fetchToken, header: "x-token" });
    expect(await Promise.all([tokenOf(client, "x-token"), tokenOf(client, "x-token")])).toEqual(["t1", "t1"]);
  });

  test("uses one that is still good while there is no newer one, and fails then", async () => {
    let [time, up] = [0, true];
    const fetchToken = async () => {
      if (!up) throw new Error("issuer is away");
      return { token: "t", expiresAtMs: 60_000 };
    };
    const client = clientJwt({ fetchToken, now: () => time });
    await tokenOf(client);
    [time, up] = [40_000, false];
    expect(await tokenOf(client)).toBe("t");
    time = 60_000;
    await expect(tokenOf(client)).rejects.toThrow("issuer is away");
  });
});
