import type { DescMethod, DescService } from "@bufbuild/protobuf";
import type { CallContext } from "./call-context.ts";
import { now } from "./clock.ts";
import type { MutableContextValues, ServiceContext } from "./context.ts";
import type { ContextKey } from "./context-key.ts";
import type { Transporter } from "./transporter.ts";

/** What the contexts of one call share: all but the values set by `with`. Outside of calls the parts of it are undefined. */
export abstract class BaseContext implements ServiceContext {
  abstract readonly call: CallContext;
  abstract get<T>(key: ContextKey<T>): T;

  with<T>(key: ContextKey<T>, value: T): ServiceContext {
    return new ValueContext(this, key, value);
  }
  get signal(): AbortSignal {
    return this.call.abortSignal();
  }
  get deadline(): number | undefined {
    return this.call.expiresAt;
  }
  timeoutMs(): number | undefined {
    const { expiresAt } = this.call;
    return expiresAt === undefined ? undefined : Math.max(expiresAt - now(), 0);
  }
  get transport(): Transporter {
    return this.call.transporter as Transporter;
  }
  get method(): DescMethod {
    return this.call.descriptor as DescMethod;
  }
  get service(): DescService {
    return this.method.parent;
  }
  get protocolName(): string {
    return this.transport.kind;
  }
  get requestMethod(): string {
    return this.transport.requestMethod;
  }
  get url(): string {
    return this.transport.url;
  }
  get requestHeader(): Headers {
    return this.transport.requestHeader;
  }
  get responseHeader(): Headers {
    return this.transport.replyHeader;
  }
  get responseTrailer(): Headers {
    return this.transport.replyTrailer;
  }
  get values(): MutableContextValues {
    return this.call.mutableValues(this);
  }
}

/** One value more than its parent: contexts are a list from the newest value to the call. */
class ValueContext<V> extends BaseContext {
  readonly call: CallContext;
  readonly #parent: BaseContext;
  readonly #key: ContextKey<V>;
  readonly #value: V;

  constructor(parent: BaseContext, key: ContextKey<V>, value: V) {
    super();
    this.call = parent.call;
    this.#parent = parent;
    this.#key = key;
    this.#value = value;
  }

  get<T>(key: ContextKey<T>): T {
    return this.#key.id === key.id ? (this.#value as unknown as T) : this.#parent.get(key);
  }
}
