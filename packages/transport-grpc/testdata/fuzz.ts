import { rawFrame, settingsPayload, word } from "./frame-peer.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** A frame of any type on any stream, with a payload that may be as it should, or not. */
export function anyFrame(random: SeededRandom): Buffer {
  const type = random.pick([0, 0, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 0xa, 0xff]);
  const flags = random.pick([0, 0, 1, 4, 4, 5, 5, 8, 0x20, 0x2d, random.below(256)]);
  const id = random.pick([0, 0, 1, 1, 3, 5, 7, 9, 2, random.below(2 ** 31)]);
  return rawFrame(type, flags, id, anyPayload(type, random));
}

function anyPayload(type: number, random: SeededRandom): Buffer {
  if (random.below(6) === 0) return random.bytes(random.below(40));
  if (type === 1 || type === 9) return random.pick(blocks);
  if (type === 3 || type === 8) return word(random.pick([0, 1, 7, 8, 1000, 2 ** 31 - 1]));
  if (type === 4)
    return settingsPayload([[random.below(8), random.pick([0, 1, 100, 4096, 16_384, 65_535, 2 ** 31 - 1])]]);
  if (type === 6) return random.bytes(8);
  if (type === 7) return Buffer.concat([word(random.pick([0, 1, 5, 2 ** 31 - 1])), word(random.below(14))]);
  return random.bytes(random.pick([0, 1, 5, 100, 2000]));
}

const blocks = [
  "88",
  "8858",
  "885f10 6170706c69636174696f6e2f67727063".replaceAll(" ", ""),
  "400b677270632d7374617475730130",
  "be",
  "88be",
  "20",
  "3fe11f88",
  "",
  "8286",
  "4882640258",
].map((hex) => Buffer.from(hex, "hex"));

/** The same bytes with a few of them changed, lost, doubled or new. */
export function mutated(bytes: Buffer, random: SeededRandom): Buffer {
  let result = Buffer.from(bytes);
  for (let times = 1 + random.below(4); times > 0; times--) {
    const at = random.below(result.length + 1);
    const to = Math.min(result.length, at + 1 + random.below(20));
    const before = result.subarray(0, at);
    const after = result.subarray(at);
    const how = random.below(5);
    if (how === 0 && at < result.length) result[at] = random.below(256);
    else if (how === 1 && at < result.length) result[at] = (result[at] as number) ^ (1 << random.below(8));
    else if (how === 2) result = Buffer.concat([before, result.subarray(to)]);
    else if (how === 3) result = Buffer.concat([before, result.subarray(at, to), after]);
    else result = Buffer.concat([before, random.bytes(random.below(10)), after]);
  }
  return result;
}

/** Cut into pieces of random length. */
export function pieces(bytes: Buffer, random: SeededRandom): Buffer[] {
  const parts: Buffer[] = [];
  const longest = random.pick([1, 5, 50, 1000, 100_000]);
  for (let at = 0; at < bytes.length; ) {
    const to = at + 1 + random.below(longest);
    parts.push(bytes.subarray(at, to));
    at = to;
  }
  return parts;
}
