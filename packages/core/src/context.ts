import type { DescMethod, DescService } from "@bufbuild/protobuf";
import type { ContextKey } from "./context-key.ts";
import type { Transporter } from "./transporter.ts";

/**
 * What surrounds a call: its end (signal, deadline), its transport, and values under typed keys. The second argument
 * of every handler and middleware, on servers and on clients.
 */
export interface Context {
  /** Aborts when the caller cancels, the deadline passes or the server cuts the call. Made when first read. */
  readonly signal: AbortSignal;
  /** When the call must have ended, in ms since the Unix epoch on the monotonic clock of `now()`; undefined: never. */
  readonly deadline: number | undefined;
  /** The call's transport; undefined outside of calls (the context a server is started with). */
  readonly transport: Transporter | undefined;
  /** The method's descriptor; undefined for hand-written routes and outside of calls. */
  readonly method: DescMethod | undefined;
  /** What is left until the deadline, in ms, never below 0; undefined without a deadline. */
  timeoutMs(): number | undefined;
  /** The value nearest to this context, or the key's default. */
  get<T>(key: ContextKey<T>): T;
  /** A context that differs from this one in one value; this one stays as it is. */
  with<T>(key: ContextKey<T>, value: T): Context;
}

/** Values that can be changed in place: Connect's `ContextValues`, kept so that Connect implementations fit. */
export interface MutableContextValues {
  get<T>(key: ContextKey<T>): T;
  set<T>(key: ContextKey<T>, value: T): this;
  delete(key: ContextKey<unknown>): this;
}

/** The context that a service implementation gets: a subtype of Connect's `HandlerContext`. */
export interface ServiceContext extends Context {
  readonly transport: Transporter;
  readonly method: DescMethod;
  readonly service: DescService;
  /** `grpc`, `http` or another kind of transport. */
  readonly protocolName: string;
  /** The HTTP verb; `POST` for gRPC. */
  readonly requestMethod: string;
  readonly url: string;
  readonly requestHeader: Headers;
  /** Set headers here before the first reply message; they are sent with an error reply too. */
  readonly responseHeader: Headers;
  readonly responseTrailer: Headers;
  readonly values: MutableContextValues;
  readonly timeoutMs: () => number | undefined;
  with<T>(key: ContextKey<T>, value: T): ServiceContext;
}
