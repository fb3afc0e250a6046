import type { HeaderBlock } from "./header-block.ts";

interface Kept {
  readonly generation: number;
  readonly bytes: Uint8Array;
  readonly block: HeaderBlock;
}

const size = 8;
const maxBytes = 128;

/** The last blocks that changed nothing in the table, by their bytes: most replies have the same few. */
export class BlockCache {
  readonly #kept: Array<Kept | undefined> = new Array(size).fill(undefined);
  #next = 0;

  find(generation: number, bytes: Uint8Array, start: number, end: number): HeaderBlock | undefined {
    if (end - start > maxBytes) return undefined;
    for (const kept of this.#kept)
      if (kept !== undefined && kept.generation === generation && isAt(kept.bytes, bytes, start, end))
        return kept.block;
    return undefined;
  }

  keep(generation: number, block: HeaderBlock, bytes: Uint8Array): void {
    if (bytes.length > maxBytes) return;
    this.#kept[this.#next] = { generation, bytes: Uint8Array.from(bytes), block };
    this.#next = (this.#next + 1) % size;
  }
}

function isAt(kept: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (kept.length !== end - start) return false;
  for (let i = 0; i < kept.length; i++) if (kept[i] !== bytes[start + i]) return false;
  return true;
}
