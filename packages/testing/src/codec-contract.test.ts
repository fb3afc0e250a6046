import { KratosError, type ValueCodec } from "@kratos-ts/core";
import { expect, test } from "vitest";
import { type CodecLimits, codecContract, describeCodecContract } from "./codec-contract.ts";
import { runCase } from "./contract.ts";

/** JSON, as the contract wants it but for these parts of it. */
function jsonCodec({ maxBytes, maxDepth }: CodecLimits, faults: Partial<ValueCodec> = {}): ValueCodec {
  return {
    name: "json",
    encode: (value) => JSON.stringify(value),
    decode(bytes) {
      if (bytes.length > maxBytes) throw refused(`at most ${maxBytes} bytes`);
      const value = parse(bytes);
      if (depthOf(value) > maxDepth) throw refused(`at most ${maxDepth} deep`);
      return value;
    },
    ...faults,
  };
}

function parse(bytes: Uint8Array) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw refused("JSON");
  }
}

function depthOf(value: unknown): number {
  return typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
}

function refused(expected: string): KratosError {
  return new KratosError({ code: 400, reason: "CODEC", message: `body: expected ${expected}` });
}

describeCodecContract("JSON", (limits) => ({ codec: jsonCodec(limits) }));

const shared = new Uint8Array(4 * 1024 * 1024);

test.each<[string, Partial<ValueCodec>, string]>([
  ["is named like a content type", { name: "application/json" }, "is named as the subtype"],
  ["loses what is nested", { encode: (value) => JSON.stringify(value, null, 0).replace("[[]]", "[]") }, "gives [[]]"],
  ["throws what its parser throws", { decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) }, "cut short"],
  ["knows no limits", { decode: parse }, "too long"],
  [
    "knows no limit of depth",
    { decode: (bytes) => jsonCodec({ maxBytes: 2 ** 20, maxDepth: 1e6 }).decode(bytes) },
    "deeper",
  ],
  [
    "writes into the same buffer again",
    { encode: (value) => shared.subarray(0, new TextEncoder().encodeInto(JSON.stringify(value), shared).written) },
    "keeps what it has written",
  ],
])("a codec that %s does not hold the contract", async (_, faults, broken) => {
  const failed: string[] = [];
  for (const one of codecContract)
    await runCase(one, (limits) => ({ codec: jsonCodec(limits, faults) })).catch(() => failed.push(one.name));
  expect(failed).toContainEqual(expect.stringContaining(broken));
});
