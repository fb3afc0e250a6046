import { ConnectionError } from "./connection-error.ts";
import { Flag, maxFrameBytes } from "./protocol.ts";

// CONTINUATION frames of one block (CVE-2024-24549 and others); peers that fill their frames need one or two.
const maxContinuations = 16;

/** A header block that came in one piece, or was put together. */
export interface WholeBlock {
  readonly id: number;
  readonly end: boolean;
  readonly bytes: Buffer;
}

/** Puts a header block together from HEADERS and its CONTINUATION frames (RFC 9113 §6.10). */
export class HeaderCollector {
  readonly #maxBytes: number;
  #id = 0;
  #end = false;
  #parts: Buffer[] = [];
  #bytes = 0;

  /** A block on the wire is smaller than the list of its fields, or a peer could have made it so. */
  constructor(maxListBytes: number) {
    this.#maxBytes = Math.max(maxListBytes, maxFrameBytes) * 2;
  }

  /** Whether the rest of a block is yet to come, so that no other frame may. */
  get open(): boolean {
    return this.#id !== 0;
  }

  /** HEADERS without END_HEADERS. */
  begin(id: number, flags: number, fragment: Buffer): void {
    this.#id = id;
    this.#end = (flags & Flag.END_STREAM) !== 0;
    this.#parts = [Buffer.from(fragment)];
    this.#bytes = fragment.length;
  }

  /** CONTINUATION; answers the block once it is whole. */
  add(id: number, flags: number, fragment: Buffer): WholeBlock | undefined {
    if (!this.open || id !== this.#id)
      throw new ConnectionError("PROTOCOL_ERROR", "CONTINUATION without the HEADERS of its stream before it");
    this.#parts.push(Buffer.from(fragment));
    this.#bytes += fragment.length;
    if (this.#bytes > this.#maxBytes || this.#parts.length > maxContinuations + 1)
      throw new ConnectionError("ENHANCE_YOUR_CALM", "a header block is too large, or in too many frames");
    if ((flags & Flag.END_HEADERS) === 0) return undefined;
    const block = { id, end: this.#end, bytes: Buffer.concat(this.#parts, this.#bytes) };
    this.#id = 0;
    this.#parts = [];
    return block;
  }
}
