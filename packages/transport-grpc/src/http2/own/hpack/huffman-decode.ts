import { codeLengths, codes } from "./huffman-code.ts";

// Nodes of a tree that takes 8 bits a step, 256 slots each. A slot is 0 (no code), a symbol with the bits it takes in
// this step (`bits << 8 | symbol`), or the negative offset of the next node.
const tree = buildTree();
const keptScratchBytes = 65_536;
let scratch = Buffer.allocUnsafeSlow(4096);

/**
 * Decodes a string in Huffman code (RFC 7541 §5.2), one character for each byte; undefined when it is no such code,
 * holds EOS, or is padded with more than 7 bits or others than ones.
 */
export function readHuffman(bytes: Uint8Array, start: number, end: number): string | undefined {
  const out = room((end - start) * 2);
  let written = 0;
  let node = 0;
  let rest = 0;
  let bits = 0;
  for (let at = start; at < end; at++) {
    rest = ((rest << 8) | (bytes[at] as number)) & 0xffff;
    bits += 8;
    while (bits >= 8) {
      const slot = tree[node + ((rest >>> (bits - 8)) & 0xff)] as number;
      if (slot === 0) return undefined;
      if (slot < 0) {
        node = -slot;
        bits -= 8;
      } else {
        out[written++] = slot & 0xff;
        bits -= slot >>> 8;
        node = 0;
      }
    }
  }
  for (;;) {
    const slot = tree[node + ((rest << (8 - bits)) & 0xff)] as number;
    if (slot <= 0 || slot >>> 8 > bits) break;
    out[written++] = slot & 0xff;
    bits -= slot >>> 8;
    node = 0;
  }
  const ones = (1 << bits) - 1;
  if (node !== 0 || (rest & ones) !== ones) return undefined;
  return out.toString("latin1", 0, written);
}

// The shortest code has 5 bits, so that no string grows by more than 8/5.
function room(bytes: number): Buffer {
  if (bytes <= scratch.length) return scratch;
  const larger = Buffer.allocUnsafeSlow(bytes);
  if (bytes <= keptScratchBytes) scratch = larger;
  return larger;
}

function buildTree(): Int32Array {
  const slots: number[] = new Array(256).fill(0);
  // EOS, the last, is left out: it must not be sent.
  for (let symbol = 0; symbol < 256; symbol++) {
    const code = codes[symbol] as number;
    let length = codeLengths[symbol] as number;
    let node = 0;
    for (; length > 8; length -= 8) node = childOf(slots, node + ((code >>> (length - 8)) & 0xff));
    const first = node + ((code << (8 - length)) & 0xff);
    slots.fill((length << 8) | symbol, first, first + (1 << (8 - length)));
  }
  return Int32Array.from(slots);
}

function childOf(slots: number[], slot: number): number {
  if (slots[slot] === 0) {
    slots[slot] = -slots.length;
    for (let i = 0; i < 256; i++) slots.push(0);
  }
  return -(slots[slot] as number);
}
