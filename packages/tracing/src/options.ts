import type { CallInfo, HeaderList } from "@kratos-ts/core";
import type { TextMapPropagator, TracerProvider } from "@opentelemetry/api";

type Method = NonNullable<CallInfo["method"]>;

/** How long a message is in bytes: `(type, message) => toBinary(type, message).length`. */
// biome-ignore lint/suspicious/noExplicitAny: the message is one of that type, which shows at run time only.
export type MessageSize = (type: Method["input"], message: any) => number;

export interface TracingOptions {
  /** Whose tracer makes the spans. Default: that of `trace.setGlobalTracerProvider`, whenever it is set. */
  tracerProvider?: TracerProvider | undefined;
  /** The name of the tracer, which is the instrumentation scope of the spans. Default `kratos`. */
  tracerName?: string | undefined;
  /** What links spans across processes, besides the service's name. Default `w3cPropagator`. */
  propagator?: TextMapPropagator<HeaderList> | undefined;
  /**
   * Adds the attributes that Kratos has in Go. Where one is named as another of the semantic conventions is
   * (`rpc.method`, `rpc.status_code`), it is there in that one's place. Default false.
   */
  kratosAttributes?: boolean | undefined;
  /** Measures messages, for `send_msg.size` and `recv_msg.size` of `kratosAttributes`. Default: these are left out. */
  messageSize?: MessageSize | undefined;
  /** How many messages of a stream become events of its span, in each direction; 0: none. Default 100. */
  maxMessageEvents?: number | undefined;
}
