import type { HeaderBlock } from "./hpack/header-block.ts";

const allowed = new Set([":method", ":scheme", ":path", ":authority"]);

/** Whether a block is a request's header (RFC 9113 §8.3.1). CONNECT, which has other fields, is not served. */
export function isRequest({ flaw, pseudo, fields }: HeaderBlock): boolean {
  if (flaw !== undefined) return false;
  let authority = 0;
  for (let i = 0; i < pseudo * 2; i += 2) {
    const name = fields[i] as string;
    if (!allowed.has(name)) return false;
    if (name === ":authority") authority = 1;
    else if (fields[i + 1] === "") return false;
  }
  // No name comes twice, so that the count says which there are.
  return pseudo === 3 + authority;
}
