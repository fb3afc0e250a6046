import { ChunkedBody, type OnBody } from "./chunked-body.ts";
import { quote } from "./header-lines.ts";
import { type ReplyHead, readReplyHead } from "./reply-head.ts";
import { badReply, WireError } from "./wire-error.ts";

export interface ReplyReaderOptions {
  /** Bounds the heads of a reply, 1xx included, and separately its trailer. */
  readonly maxHeadBytes: number;
  readonly onHead: (head: ReplyHead) => void;
  readonly onBody: OnBody;
}

type State = "head" | "length" | "chunked" | "close" | "done";

// Most heads fit; what is not head stays bytes.
const windowSize = 1024;
const headEnd = "\r\n\r\n";

/** Reads the replies of one connection, one after the other, strictly by RFC 9112. */
export class ReplyReader {
  readonly #options: ReplyReaderOptions;
  #state: State = "done";
  #isHead = false;
  /** The start of a head whose end has not come yet. */
  #held = "";
  #headBytes = 0;
  /** What is still to come of a body with a length. */
  #left = 0;
  #chunked: ChunkedBody | undefined = undefined;
  #hasExcess = false;

  constructor(options: ReplyReaderOptions) {
    this.#options = options;
  }

  /** Whether bytes came that belong to no reply. */
  get hasExcess(): boolean {
    return this.#hasExcess;
  }

  /** Of the reply that is complete. */
  get trailers(): readonly string[] {
    return this.#chunked?.trailers ?? [];
  }

  /** Expects the next reply; `isHead`: to a HEAD request. */
  expect(isHead: boolean): void {
    this.#state = "head";
    this.#isHead = isHead;
    this.#headBytes = 0;
    this.#chunked = undefined;
  }

  /**
   * Reads the first `size` bytes; true: the reply is complete. Throws a WireError `BAD_REPLY`; then nothing more must
   * be read.
   */
  read(bytes: Buffer, size: number): boolean {
    let at = 0;
    while (at < size && this.#state !== "done") at = this.#readPart(bytes, at, size);
    if (at < size) this.#hasExcess = true;
    return this.#state === "done";
  }

  /** The server has ended the connection, and the reply with it. Throws a WireError when that is incomplete. */
  end(): void {
    if (this.#state !== "close") throw new WireError("CLOSED_BY_PEER", "the server closed the connection");
    this.#state = "done";
  }

  #readPart(bytes: Buffer, start: number, size: number): number {
    if (this.#state === "head") return this.#readHead(bytes, start, size);
    if (this.#state === "length") return this.#readLength(bytes, start, size);
    if (this.#state === "chunked") return this.#readChunked(bytes, start, size);
    this.#options.onBody(bytes.subarray(start, size));
    return size;
  }

  #readHead(bytes: Buffer, start: number, size: number): number {
    const to = Math.min(size, start + windowSize);
    const held = this.#held.length;
    const text = this.#held + bytes.toString("latin1", start, to);
    const end = text.indexOf(headEnd, Math.max(0, held - headEnd.length));
    const taken = end < 0 ? to - start : end + headEnd.length - held;
    this.#headBytes += taken;
    const { maxHeadBytes } = this.#options;
    if (this.#headBytes > maxHeadBytes) throw badReply(`its head is larger than ${maxHeadBytes} bytes`);
    if (end < 0) this.#hold(text);
    else {
      this.#held = "";
      this.#onHead(readReplyHead(text.slice(0, end), this.#isHead));
    }
    return start + taken;
  }

  #hold(text: string): void {
    // What will never be a head is refused at once, and not when the call's time is up.
    const isHead =
      "HTTP/1.".startsWith(text.slice(0, 7)) && !/[^\r]\n/.test(text.slice(Math.max(0, this.#held.length - 1)));
    if (!isHead) throw badReply(`it starts with ${quote(text, 0, text.length)}`);
    this.#held = text;
  }

  #onHead(head: ReplyHead): void {
    if (head.status === 101) throw badReply("it switches protocols, which nobody asked for");
    if (head.status < 200) return;
    const { framing, length } = head;
    const isEmpty = framing === "none" || (framing === "length" && length === 0);
    this.#state = isEmpty ? "done" : framing;
    this.#left = length;
    const { maxHeadBytes: maxLineBytes, onHead, onBody } = this.#options;
    if (framing === "chunked") this.#chunked = new ChunkedBody({ maxLineBytes, onBody });
    onHead(head);
  }

  #readLength(bytes: Buffer, start: number, size: number): number {
    const to = Math.min(size, start + this.#left);
    this.#left -= to - start;
    if (this.#left === 0) this.#state = "done";
    this.#options.onBody(bytes.subarray(start, to));
    return to;
  }

  #readChunked(bytes: Buffer, start: number, end: number): number {
    const chunked = this.#chunked as ChunkedBody;
    const at = chunked.read(bytes, { start, end });
    if (chunked.trailers !== undefined) this.#state = "done";
    return at;
  }
}
