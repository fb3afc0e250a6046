import type { SendAgain } from "../exchange.ts";
import type { Connection } from "./connection.ts";
import type { ReplyHead } from "./reply-head.ts";

/** One request, and who hears of its reply. After `onEnd` or `onFailure` nothing more is called. */
export interface WireRequest {
  /** Request line and headers up to the empty line, as Latin-1, without a `content-length`. */
  readonly head: string;
  /** Null: none. */
  readonly body: Uint8Array | string | null;
  /** A reply to HEAD has no body, whatever it says. */
  readonly isHead: boolean;
  /** Of a request that is known to be sent a second time: it goes out on a new connection. */
  readonly isRepeated: boolean;
  /** What carries it; undefined while it waits. The pool's own. */
  connection: Connection | undefined;
  /** What is being connected on its behalf. The pool's own. */
  attempt: Connection | undefined;
  /** The final reply begins; those with 1xx are skipped. */
  onHead(head: ReplyHead): void;
  /** A piece of the body. The bytes change once this returns: copy what is kept. */
  onBody(bytes: Buffer): void;
  /** The reply is complete. `trailers`: `[name, value, …]`, names in lower case. */
  onEnd(trailers: readonly string[]): void;
  /** There will be no reply, or no more of it. */
  onFailure(error: Error, again: SendAgain): void;
}
