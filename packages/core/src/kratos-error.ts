import { httpCodeOf } from "./status-codes.ts";

export interface KratosErrorInit {
  /** The HTTP status that says what went wrong; it decides the gRPC status as well. Default 500. */
  code?: number | undefined;
  /** What programs tell errors apart by, UPPER_SNAKE by convention: the name of a value of an error enum. Default "". */
  reason?: string | undefined;
  /** What people read. It reaches the caller: put no secrets in it. Default "". */
  message?: string | undefined;
  /** More for programs; it reaches the caller. Default none. */
  metadata?: Readonly<Record<string, string>> | undefined;
  /**
   * Messages that say more, for callers over gRPC: the details of their `google.rpc.Status`, such as a BadRequest. Over
   * HTTP they don't travel. Default none.
   */
  details?: readonly ErrorDetail[] | undefined;
  /** What led to it; it stays in this process. Default none. */
  cause?: unknown;
}

/** A packed message: `google.protobuf.Any`, and a detail of a ConnectError has this shape too. */
export interface ErrorDetail {
  /** The full name of the message's type, such as `google.rpc.BadRequest`. */
  readonly type: string;
  /** The message in binary. */
  readonly value: Uint8Array;
}

/** The parts of an error that travel: the shape of the message `errors.Status`. */
export interface ErrorStatus {
  code: number;
  reason: string;
  message: string;
  metadata: Record<string, string>;
}

// Causes can be circular; nobody nests deeper on purpose.
const maxDepth = 32;

const noDetails: readonly ErrorDetail[] = Object.freeze([]);

const brand: unique symbol = Symbol.for("@kratos-ts/core/KratosError");

/**
 * The one error: thrown in a service it arrives as the same error in the caller, whichever transport lies between.
 * Two of them are the same when code and reason are.
 */
export class KratosError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly details: readonly ErrorDetail[];
  readonly [brand] = true;

  static {
    // On the prototype, so that the stack of each starts with it.
    Object.defineProperty(KratosError.prototype, "name", { value: "KratosError", writable: true, configurable: true });
  }

  constructor(init: KratosErrorInit) {
    super(init.message ?? "", init.cause === undefined ? undefined : { cause: init.cause });
    this.code = init.code ?? 500;
    this.reason = init.reason ?? "";
    this.metadata = init.metadata ?? {};
    this.details = init.details ?? noDetails;
  }

  /** Whether `other`, or an error among its causes, has the same code and reason. */
  is(other: unknown): boolean {
    for (let found = KratosError.find(other), depth = 0; found !== undefined && depth < maxDepth; depth++) {
      if (found.code === this.code && found.reason === this.reason) return true;
      found = KratosError.find(found.cause);
    }
    return false;
  }

  /** A copy, with the parts given in `changes` replaced; its cause is kept unless replaced. */
  clone(changes: KratosErrorInit = {}): KratosError {
    const { code, reason, message, metadata, details, cause } = this;
    const copy = new KratosError({ code, reason, message, metadata: { ...metadata }, details, cause, ...changes });
    const header = headerOf(this);
    // Where it went wrong is where the original was made.
    if (this.stack?.startsWith(header)) copy.stack = headerOf(copy) + this.stack.slice(header.length);
    return copy;
  }

  /** A copy with these metadata in the place of its own. */
  withMetadata(metadata: Readonly<Record<string, string>>): KratosError {
    return this.clone({ metadata });
  }

  /** A copy with this cause. */
  withCause(cause: unknown): KratosError {
    return this.clone({ cause });
  }

  /** What travels: an init for `create(StatusSchema, …)`, and the JSON of the error. */
  toStatus(): ErrorStatus {
    return { code: this.code, reason: this.reason, message: this.message, metadata: { ...this.metadata } };
  }

  toJSON(): ErrorStatus {
    return this.toStatus();
  }

  /** The error of an `errors.Status` message. */
  static fromStatus(status: Readonly<Partial<ErrorStatus>>): KratosError {
    const { code, reason, message, metadata } = status;
    return new KratosError({ code, reason, message, metadata: { ...metadata } });
  }

  /** The KratosError in `error`: itself, or the first among its causes; undefined when there is none. */
  static find(error: unknown): KratosError | undefined {
    let current = error;
    try {
      for (let depth = 0; depth < maxDepth && typeof current === "object" && current !== null; depth++) {
        if (brand in current) return current as KratosError;
        current = (current as { cause?: unknown }).cause;
      }
    } catch {
      // A cause that throws when it is read is none.
    }
    return undefined;
  }

  /**
   * A KratosError of anything thrown: the one found in it; a ConnectError by its gRPC code; an abort as 499, a
   * timeout as 504; all else as 500 with reason "" and its text. What was thrown becomes the cause.
   */
  static from(thrown: unknown): KratosError {
    return KratosError.find(thrown) ?? fromForeign(thrown);
  }
}

/** How V8 begins an error's stack. */
function headerOf({ name, message }: KratosError): string {
  return message === "" ? name : `${name}: ${message}`;
}

function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return "an object without text was thrown";
  }
}

function fromForeign(thrown: unknown): KratosError {
  if (!(thrown instanceof Error)) return new KratosError({ message: textOf(thrown), cause: thrown });
  const { name, message } = thrown;
  if (name === "ConnectError") {
    const { code, rawMessage } = thrown as { code?: unknown; rawMessage?: unknown };
    if (typeof code === "number") {
      const text = typeof rawMessage === "string" ? rawMessage : message;
      return new KratosError({ code: httpCodeOf(code), message: text, cause: thrown });
    }
  }
  if (name === "AbortError") return new KratosError({ code: 499, message: "context canceled", cause: thrown });
  if (name === "TimeoutError")
    return new KratosError({ code: 504, message: "context deadline exceeded", cause: thrown });
  return new KratosError({ message, cause: thrown });
}
