import { codeLengths, codes } from "./huffman-code.ts";

/** How many bytes a string takes in Huffman code. Its characters are at most U+00FF. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits += codeLengths[text.charCodeAt(i)] as number;
  return (bits + 7) >>> 3;
}

/** Writes a string in Huffman code (RFC 7541 §5.2), padded with ones; answers where it ends. */
export function writeHuffman(out: Uint8Array, at: number, text: string): number {
  // What is not written yet: the lowest `bits` of `rest`, never a whole byte.
  let rest = 0;
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const byte = text.charCodeAt(i);
    const code = codes[byte] as number;
    let length = codeLengths[byte] as number;
    // In two parts, since 7 bits and the longest code do not fit in 32.
    if (length > 16) {
      length -= 16;
      rest = (rest << length) | (code >>> 16);
      bits += length;
      for (; bits >= 8; bits -= 8) out[at++] = rest >>> (bits - 8);
      rest = (rest << 16) | (code & 0xffff);
      bits += 16;
    } else {
      rest = (rest << length) | code;
      bits += length;
    }
    for (; bits >= 8; bits -= 8) out[at++] = rest >>> (bits - 8);
  }
  if (bits > 0) out[at++] = (rest << (8 - bits)) | (0xff >>> bits);
  return at;
}
