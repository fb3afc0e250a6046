import { readHeaderLines } from "./header-lines.ts";
import { badReply } from "./wire-error.ts";

/** Gets the pieces of a body; they change once this returns. */
export type OnBody = (bytes: Buffer) => void;

/** A part of what came. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

// The size in hexadecimal, and extensions, which mean nothing to anybody.
const sizeLine = /^([\da-f]{1,12})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?$/i;

type State = "size" | "data" | "dataEnd" | "trailer" | "done";

/** Decodes one chunked body (RFC 9112 §7.1), however the connection cuts it up. */
export class ChunkedBody {
  readonly #maxLineBytes: number;
  readonly #onBody: OnBody;
  #state: State = "size";
  /** Of the chunk that is being read. */
  #left = 0;
  /** The start of a line whose end has not come yet. */
  #held = "";
  #trailer = "";

  /** `maxLineBytes` bounds a line before a chunk, and all of the trailer. */
  constructor(options: { maxLineBytes: number; onBody: OnBody }) {
    this.#maxLineBytes = options.maxLineBytes;
    this.#onBody = options.onBody;
  }

  /** The trailer once the body is complete: `[name, value, …]`; undefined before. Throws a WireError `BAD_REPLY`. */
  get trailers(): string[] | undefined {
    return this.#state === "done" ? readHeaderLines(this.#trailer, 0) : undefined;
  }

  /** Reads until the body or the range ends; gives where that was. Throws a WireError `BAD_REPLY`. */
  read(bytes: Buffer, { start, end }: ByteRange): number {
    let at = start;
    while (at < end && this.#state !== "done") {
      if (this.#state === "data") at = this.#readData(bytes, { start: at, end });
      else at = this.#readLine(bytes, { start: at, end });
    }
    return at;
  }

  #readData(bytes: Buffer, { start, end }: ByteRange): number {
    const to = Math.min(end, start + this.#left);
    this.#left -= to - start;
    if (this.#left === 0) this.#state = "dataEnd";
    this.#onBody(bytes.subarray(start, to));
    return to;
  }

  #readLine(bytes: Buffer, { start, end }: ByteRange): number {
    const feed = bytes.indexOf(10, start);
    const to = feed < 0 || feed >= end ? end : feed + 1;
    const line = this.#held + bytes.toString("latin1", start, to);
    if (line.length + this.#trailer.length > this.#maxLineBytes)
      throw badReply("a chunk's head or the trailer is too long");
    if (to === end && bytes[to - 1] !== 10) this.#held = line;
    else {
      if (!line.endsWith("\r\n")) throw badReply("a line of a chunked body does not end in CRLF");
      this.#held = "";
      this.#onLine(line.slice(0, -2));
    }
    return to;
  }

  #onLine(line: string): void {
    if (this.#state === "size") this.#onSize(line);
    else if (this.#state === "dataEnd") {
      if (line !== "") throw badReply("a chunk is longer than its size");
      this.#state = "size";
    } else if (line !== "") this.#trailer += `${line}\r\n`;
    else this.#state = "done";
  }

  #onSize(line: string): void {
    const size = sizeLine.exec(line)?.[1];
    if (size === undefined) throw badReply(`chunk size ${JSON.stringify(line.slice(0, 60))}`);
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? "trailer" : "data";
  }
}
