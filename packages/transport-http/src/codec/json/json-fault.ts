import type { KratosError } from "@kratos-ts/core";
import { codecError } from "../codec-error.ts";

/** What a reader throws: where in the bytes something else was expected. No Error, so nothing is spent on a stack. */
export interface JsonFault {
  readonly at: number;
  readonly expected: string;
  readonly [brand]: true;
}

const brand: unique symbol = Symbol("JsonFault");

export function jsonFault(at: number, expected: string): JsonFault {
  return { at, expected, [brand]: true };
}

export function isJsonFault(thrown: unknown): thrown is JsonFault {
  return typeof thrown === "object" && thrown !== null && brand in thrown;
}

/** The error of a fault: the path is found by going through the bytes once more, so reading well costs nothing. */
export function jsonError(fault: JsonFault, bytes: Uint8Array, root: string): KratosError {
  const { at, expected } = fault;
  const path = (root + pathAt(bytes, at)).replace(/^\./, "");
  const got = isKey(bytes, at) ? undefined : describeAt(bytes, at);
  return codecError({ where: path === "" ? "body" : "body field", path, expected, got });
}

/** The path of the value or key at an offset of JSON that is well formed up to there, such as `.nested.tags[1]`. */
function pathAt(bytes: Uint8Array, at: number): string {
  const steps: (string | number)[] = [];
  for (let i = 0; i <= at; i++) {
    const byte = bytes[i];
    const top = steps.length - 1;
    if (byte === 0x22) {
      if (typeof steps[top] === "string" && isKey(bytes, i)) steps[top] = decode(bytes, i + 1, endOfString(bytes, i));
      i = endOfString(bytes, i);
    } else if (i === at) break;
    else if (byte === 0x7b) steps.push("");
    else if (byte === 0x5b) steps.push(0);
    else if (byte === 0x7d || byte === 0x5d) steps.pop();
    else if (byte === 0x2c) steps[top] = typeof steps[top] === "number" ? steps[top] + 1 : "";
  }
  // An end is enough: whoever nests a thousand levels knows what they are.
  const shown = steps.length > 20 ? ["…", ...steps.slice(-20)] : steps;
  return shown.map((step) => (typeof step === "number" ? `[${step}]` : step && `.${step}`)).join("");
}

/** Whether a string begins here that a colon follows. */
function isKey(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0x22) return false;
  let i = endOfString(bytes, at) + 1;
  while (i < bytes.length && bytes[i]! <= 0x20) i++;
  return bytes[i] === 0x3a;
}

function endOfString(bytes: Uint8Array, start: number): number {
  let i = start + 1;
  while (i < bytes.length && bytes[i] !== 0x22) i += bytes[i] === 0x5c ? 2 : 1;
  return i;
}

/** What stands at an offset: a short piece of a scalar, the kind of anything else. */
function describeAt(bytes: Uint8Array, at: number): string {
  const byte = bytes[at];
  if (byte === undefined) return "the end of the body";
  if (byte === 0x7b) return "an object";
  if (byte === 0x5b) return "an array";
  if (byte < 0x20) return "a control character";
  if (byte === 0x22) return decode(bytes, at, Math.min(endOfString(bytes, at) + 1, at + maxShown));
  let end = at + 1;
  while (end < bytes.length && end < at + maxShown && !isDelimiter(bytes[end]!)) end++;
  return decode(bytes, at, end);
}

const maxShown = 64;
const lenient = new TextDecoder();

function decode(bytes: Uint8Array, start: number, end: number): string {
  return lenient.decode(bytes.subarray(start, Math.min(end, start + maxShown)));
}

function isDelimiter(byte: number): boolean {
  return byte <= 0x20 || byte === 0x2c || byte === 0x7d || byte === 0x5d;
}
