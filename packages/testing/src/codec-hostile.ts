import { expect } from "vitest";
import { bytesOf, codecCase, limits, mustRefuse, nested, refusal, roundTrip } from "./codec-case.ts";
import type { CodecCase } from "./codec-contract.ts";

const sample = { id: "7", name: "é", list: [1, 2.5, true, null, "x"], deep: { a: { b: [{ c: "d" }] } } };

/** Bodies that no honest caller sends: they are taken, or refused with a KratosError 400 `CODEC`, and nothing else happens. */
export const hostileCases: readonly CodecCase[] = [
  codecCase("takes or refuses a body cut short anywhere", (codec) => {
    const bytes = bytesOf(codec, sample);
    for (let end = 0; end < bytes.length; end++) refusal(codec, bytes.subarray(0, end));
  }),
  codecCase("takes or refuses a body with any byte changed", (codec) => {
    const bytes = bytesOf(codec, sample);
    for (let at = 0; at < bytes.length; at++)
      for (const byte of [0x00, 0x22, 0x7b, 0x80, 0xc1, 0xff]) refusal(codec, bytes.with(at, byte));
  }),
  codecCase("takes or refuses random bytes, and says no more of them than a line", (codec) => {
    let seed = 1;
    const random = (): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed >>> 24;
    };
    let refused = 0;
    for (let i = 0; i < 2000; i++) {
      const error = refusal(codec, Uint8Array.from({ length: 1 + (random() % 40) }, random));
      if (error === undefined) continue;
      refused++;
      expect(error.message.length).toBeLessThan(500);
    }
    expect(refused).toBeGreaterThan(100);
  }),
  codecCase("refuses a body that is too long, and says how long it may be", (codec) => {
    const body = bytesOf(codec, "x".repeat(limits.maxBytes));
    expect(body.length).toBeGreaterThan(limits.maxBytes);
    expect(mustRefuse(codec, body).message).toContain(String(limits.maxBytes));
  }),
  {
    name: "refuses a body that is deeper than it may be",
    options: { ...limits, maxDepth: 10 },
    check({ codec }) {
      expect(roundTrip(codec, nested(9))).toEqual(nested(9));
      // What it writes may be bounded as well: then there is no such body.
      const body = attempt(() => bytesOf(codec, nested(50)));
      if (body !== undefined) mustRefuse(codec, body);
    },
  },
  codecCase("refuses what is not UTF-8", (codec) => {
    const bytes = bytesOf(codec, { text: "abcdefgh" });
    const at = bytes.findIndex((_, i) => Buffer.from(bytes.subarray(i, i + 8)).toString("latin1") === "abcdefgh");
    expect(at).toBeGreaterThan(0);
    for (const bad of [0xff, 0xc3, 0x80]) mustRefuse(codec, bytes.with(at + 3, bad));
  }),
  codecCase("lets no body set a prototype", (codec) => {
    const body = attempt(() => bytesOf(codec, JSON.parse('{"__proto__":{"polluted":true},"a":1}')));
    if (body === undefined || refusal(codec, body) !== undefined) return;
    const read = codec.decode(body) as { polluted?: unknown };
    expect(read.polluted).toBeUndefined();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  }),
  codecCase("goes on as before after a refusal", (codec) => {
    mustRefuse(codec, bytesOf(codec, "x".repeat(limits.maxBytes)));
    for (const byte of [0x7b, 0x82, 0xff, 0x3c]) refusal(codec, Uint8Array.of(byte));
    expect(roundTrip(codec, sample)).toEqual(sample);
  }),
];

function attempt<T>(write: () => T): T | undefined {
  try {
    return write();
  } catch {
    return undefined;
  }
}
