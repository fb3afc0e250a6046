import { randomOf } from "./random.ts";

const tokens = [
  "\r\n", "\n", "\0", ":", " ", "\t", "%", "%00", "%ff", "..", "/", "?", "&", "=", "[", "]", "{", "}", '"', "\\", "__proto__",
  "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "HTTP/1.1", "Expect: 100-continue\r\n",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "-1", "1e999", "99999999999999999999", "\ud800", "\xff\xfe",
]; // biome-ignore format: a list of words

/** The bytes with one to six random changes. The same seed makes the same changes. */
export function mutate(bytes: Buffer, others: readonly Buffer[], seed: number): Buffer {
  const random = randomOf(seed);
  const upTo = (end: number): number => Math.floor(random() * end);
  let mutated: Buffer = Buffer.from(bytes);
  for (let left = 1 + upTo(6); left > 0; left--) {
    const at = upTo(mutated.length + 1);
    const length = Math.min(1 + upTo(16), mutated.length - at);
    const [before, after] = [mutated.subarray(0, at), mutated.subarray(at)];
    const changes: (() => Buffer)[] = [
      () => flip(mutated, at, 1 << upTo(8)),
      () => flip(mutated, at, 1 + upTo(255)),
      () => Buffer.concat([before, Buffer.from(tokens[upTo(tokens.length)] as string, "latin1"), after]),
      () => Buffer.concat([before, after.subarray(length)]),
      () => Buffer.concat([before, after.subarray(0, length), after]),
      () => Buffer.concat([before, Buffer.from(Array.from({ length: 1 + upTo(8) }, () => upTo(256))), after]),
      () => before,
      () => Buffer.concat([before, (others[upTo(others.length)] as Buffer).subarray(0, 4096)]),
      () => Buffer.concat([mutated, mutated]).subarray(0, 16_384),
    ];
    mutated = (changes[upTo(changes.length)] as () => Buffer)();
  }
  return mutated;
}

function flip(bytes: Buffer, at: number, mask: number): Buffer {
  const flipped = Buffer.from(bytes);
  if (at < flipped.length) flipped[at] = (flipped[at] as number) ^ mask;
  return flipped;
}
