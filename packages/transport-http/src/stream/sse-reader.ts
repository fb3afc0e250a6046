export interface SseEvent {
  /** `message` where the sender gave no name. */
  readonly name: string;
  /** Its `data:` lines, joined by line feeds. May be a part of what came from the network. */
  readonly data: Uint8Array;
}

export interface SseReaderOptions {
  /** The most bytes of an event that is not complete. */
  readonly maxEventBytes: number;
  onEvent(event: SseEvent): void;
}

/** An event grew beyond `maxEventBytes`. */
export class SseEventTooLarge extends Error {}

const lineFeed = 10;
const carriageReturn = 13;
const colon = 58;
const space = 32;
const decoder = new TextDecoder();

/**
 * Reads a stream of Server-Sent Events as it comes. Comments, ids and `retry` are left out, and an event that was not
 * finished is dropped, as the standard has it. Lines end in LF or CRLF; unlike there a CR alone ends none, since it may
 * be one of the bytes of a reply.
 */
export class SseReader {
  readonly #options: SseReaderOptions;
  /** The beginning of a line whose end has not come. */
  #rest: Uint8Array[] = [];
  #restBytes = 0;
  #name = "";
  #data: Uint8Array[] = [];
  #dataBytes = 0;
  #first = true;

  constructor(options: SseReaderOptions) {
    this.#options = options;
  }

  /** Throws an `SseEventTooLarge`. */
  push(chunk: Uint8Array): void {
    let from = 0;
    for (let to = chunk.indexOf(lineFeed); to >= 0; to = chunk.indexOf(lineFeed, from)) {
      this.#line(this.#whole(chunk.subarray(from, to)));
      from = to + 1;
    }
    if (from === chunk.length) return;
    this.#rest.push(from === 0 ? chunk : chunk.subarray(from));
    this.#restBytes += chunk.length - from;
    this.#check();
  }

  #whole(end: Uint8Array): Uint8Array {
    if (this.#rest.length === 0) return end;
    const whole = join([...this.#rest, end], undefined);
    this.#rest = [];
    this.#restBytes = 0;
    return whole;
  }

  #line(line: Uint8Array): void {
    const end = line.length > 0 && line[line.length - 1] === carriageReturn ? line.length - 1 : line.length;
    const start = this.#first && hasByteOrderMark(line) ? 3 : 0;
    this.#first = false;
    if (start === end) {
      this.#dispatch();
      return;
    }
    const mark = line.indexOf(colon, start);
    if (mark === start) return;
    const nameEnd = mark < 0 || mark >= end ? end : mark;
    let valueStart = Math.min(nameEnd + 1, end);
    if (line[valueStart] === space && valueStart < end) valueStart++;
    this.#field(decoder.decode(line.subarray(start, nameEnd)), line.subarray(valueStart, end));
  }

  #field(name: string, value: Uint8Array): void {
    if (name === "event") this.#name = decoder.decode(value);
    if (name !== "data") return;
    this.#data.push(value);
    this.#dataBytes += value.length + 1;
    this.#check();
  }

  #dispatch(): void {
    const [first, second] = this.#data;
    const name = this.#name || "message";
    const data = second === undefined ? first : join(this.#data, lineFeed);
    this.#name = "";
    this.#data = [];
    this.#dataBytes = 0;
    if (data !== undefined) this.#options.onEvent({ name, data });
  }

  #check(): void {
    if (this.#restBytes + this.#dataBytes > this.#options.maxEventBytes) throw new SseEventTooLarge();
  }
}

function hasByteOrderMark(line: Uint8Array): boolean {
  return line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf;
}

function join(parts: readonly Uint8Array[], separator: number | undefined): Uint8Array {
  const between = separator === undefined ? 0 : 1;
  const size = parts.reduce((sum, part) => sum + part.length, between * (parts.length - 1));
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
    if (separator !== undefined && at < size) whole[at++] = separator;
  }
  return whole;
}
