import {
  type CallInfo,
  type Context,
  type Counter,
  type Handler,
  KratosError,
  type Meter,
  type Middleware,
} from "@kratos-ts/core";
import { observed, type StreamEnd } from "./observed-stream.ts";

export interface CallMetricsOptions {
  /** Bounds of the histogram of seconds. Default 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1, as in Kratos. */
  secondsBuckets?: readonly number[] | undefined;
  /** Bounds of the histogram of bytes. Default 256 B to 16 MiB, by the factor 4. */
  bytesBuckets?: readonly number[] | undefined;
}

const kratosSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];
const powersOfFour = Array.from({ length: 9 }, (_, i) => 256 * 4 ** i);

/**
 * Counts the calls that a server serves: `server_requests_code_total`, `server_requests_seconds`, as Kratos names them,
 * and `server_requests_in_flight`, `server_request_bytes`, `server_stream_messages_total`. A stream is a call that lasts
 * until it ends.
 */
export function serverMetrics(meter: Meter, options: CallMetricsOptions = {}): Middleware {
  return callMetrics("server", { meter, options });
}

/** Counts the calls that a client makes: as `serverMetrics` does, the names beginning with `client_`; bytes are those of replies. */
export function clientMetrics(meter: Meter, options: CallMetricsOptions = {}): Middleware {
  return callMetrics("client", { meter, options });
}

interface Given {
  readonly meter: Meter;
  readonly options: CallMetricsOptions;
}

/** Instruments are made with the middleware; their series of a method when the chain is composed. */
function callMetrics(side: CallInfo["side"], given: Given): Middleware {
  const instruments = createInstruments(side, given);
  return (next, info) => (info.side === side ? measure(next, { info, instruments }) : next);
}

type Instruments = ReturnType<typeof createInstruments>;

function createInstruments(side: CallInfo["side"], { meter, options }: Given) {
  const { secondsBuckets = kratosSeconds, bytesBuckets = powersOfFour } = options;
  const labels = ["kind", "operation"];
  const [what, bytesName] = side === "server" ? ["served", "request"] : ["made", "reply"];
  return {
    requests: meter.counter({
      name: `${side}_requests_code_total`,
      help: `The total number of calls ${what}, by how they ended`,
      labels: [...labels, "code", "reason"],
    }),
    seconds: meter.histogram({
      name: `${side}_requests_seconds`,
      help: `How long calls ${what} took, in seconds`,
      labels,
      buckets: secondsBuckets,
    }),
    inFlight: meter.gauge({ name: `${side}_requests_in_flight`, help: `Calls being ${what}`, labels }),
    bytes: meter.histogram({
      name: `${side}_${bytesName}_bytes`,
      help: `The bodies of ${side === "server" ? "requests" : "replies"} that tell their length, in bytes`,
      labels,
      buckets: bytesBuckets,
    }),
    messages: meter.counter({
      name: `${side}_stream_messages_total`,
      help: "Messages of streams, by their direction",
      labels: [...labels, "direction"],
    }),
  };
}

/** The handler, measured. */
function measure(next: Handler, { info, instruments }: { info: CallInfo; instruments: Instruments }): Handler {
  const { side, method } = info;
  const labels = { kind: info.kind, operation: info.operation };
  const seconds = instruments.seconds.with(labels);
  const inFlight = instruments.inFlight.with(labels);
  const bytes = instruments.bytes.with(labels);
  const countEnd = endCounter(instruments.requests.with(labels));
  const messages = (direction: string) => instruments.messages.with({ ...labels, direction });
  const { input, output } =
    side === "server" ? { input: "received", output: "sent" } : { input: "sent", output: "received" };
  const requests = isStream(method, "client") ? messages(input) : undefined;
  const replies = isStream(method, "server") ? messages(output) : undefined;

  return async (req, ctx) => {
    const begin = performance.now();
    inFlight.add(1);
    const end = (how: StreamEnd): void => {
      inFlight.add(-1);
      seconds.record((performance.now() - begin) / 1000);
      countEnd(how, ctx);
      const length = bytesOf(side, ctx);
      if (length !== undefined) bytes.record(length);
    };
    try {
      const reply = await next(requests === undefined ? req : observed(req, { message: () => requests.add() }), ctx);
      if (replies !== undefined) return observed(reply, { message: () => replies.add(), end });
      end({ how: "done" });
      return reply;
    } catch (thrown) {
      end({ how: "broken", thrown });
      throw thrown;
    }
  };
}

// Most calls end in one of a few ways; reasons may come from anywhere.
const maxEnds = 100;

/** Counts how calls of one method end. */
function endCounter(counter: Counter): (end: StreamEnd, ctx: Context) => void {
  const succeeded = counter.with({ code: "200", reason: "" });
  const ends = new Map<string, Counter>();
  return (end, ctx) => {
    const error = errorOf(end, ctx);
    if (error === undefined) return succeeded.add();
    const { code, reason } = error;
    const key = `${code} ${reason}`;
    let ended = ends.get(key);
    if (ended === undefined) {
      ended = counter.with({ code: String(code), reason });
      if (ends.size < maxEnds) ends.set(key, ended);
    }
    ended.add();
  };
}

/** A stream that was left by its reader has failed where the call was cancelled. */
function errorOf(end: StreamEnd, ctx: Context): KratosError | undefined {
  if (end.how === "broken") return KratosError.from(end.thrown);
  return end.how === "left" && ctx.signal.aborted ? KratosError.from(ctx.signal.reason) : undefined;
}

function isStream(method: CallInfo["method"], of: "client" | "server"): boolean {
  const kind = method?.methodKind;
  return kind === "bidi_streaming" || kind === `${of}_streaming`;
}

/** Of the body that comes in, where a header tells. */
function bytesOf(side: CallInfo["side"], { transport }: Context): number | undefined {
  const header = side === "server" ? transport?.requestHeader : transport?.replyHeader;
  const length = header?.get("content-length");
  return length === undefined || length === null || !/^\d+$/.test(length) ? undefined : Number(length);
}
