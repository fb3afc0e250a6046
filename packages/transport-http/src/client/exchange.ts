import type { ClientTransporter, SentRequest } from "./client-transporter.ts";

/**
 * Whether a request that failed may be sent once more. `always`: nothing of it has left. `idempotent`: it went out on a
 * kept connection, which the server closed without a byte in reply (RFC 9112 §9.3.1). `never`: anything else.
 */
export type SendAgain = "always" | "idempotent" | "never";

/** One request and its reply. */
export interface Exchange extends SentRequest {
  /** Another exchange of the same call. The context's own. */
  next: Exchange | undefined;
  /** Settles once, whatever happens; rejects with a KratosError. */
  readonly replied: Promise<void>;
  /** After a failure: whether the request may be sent again. */
  readonly again: SendAgain;
  /** The status of the reply; 0 until it has come. */
  readonly status: number;
  send(): void;
  /** Fails with what cancelled the call, and ends the request on the wire. */
  abort(reason: unknown): void;
  /** The first value of a header of the reply; `name` in lower case. */
  replyHeaderValue(name: string): string | undefined;
  /** The whole body of the reply, unpacked; empty when there is none. Throws a KratosError. */
  readBody(): Uint8Array | Promise<Uint8Array>;
}

/** What an exchange is made for. */
export interface Sending<Server> {
  readonly peer: Server;
  readonly transporter: ClientTransporter;
  /** Whether the request was sent before, and a kept connection was in the way. */
  readonly isRepeated: boolean;
}
