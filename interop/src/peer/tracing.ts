import { randomBytes } from "node:crypto";
import { appInfoKey, type Context, createContextKey, type HeaderList, type Middleware } from "@kratos-ts/core";

// What of tracing shows on the wire: the caller's name, W3C baggage and W3C trace context
// (https://www.w3.org/TR/trace-context/, https://www.w3.org/TR/baggage/). Nothing is recorded.

/** Carries the name of the calling app. */
export const callerHeader = "x-md-service-name";

interface Trace {
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: string;
  readonly state?: string | undefined;
}

const traceKey = createContextKey<Trace | undefined>(undefined, { description: "trace" });
const baggageKey = createContextKey<string | undefined>(undefined, { description: "baggage" });

/** The trace that a call belongs to. */
export function traceOf(ctx: Context): Trace | undefined {
  return ctx.get(traceKey);
}

/** Goes on with the caller's trace, or begins one. */
export function serverTracing(): Middleware {
  return (next) => (req, ctx) => {
    const header = ctx.transport?.requestHeader;
    const incoming = header && parseTrace(header);
    return next(req, ctx.with(traceKey, spanIn(incoming)).with(baggageKey, header && parseBaggage(header)));
  };
}

/** Sends the trace, the baggage and the app's name with each call. */
export function clientTracing(): Middleware {
  return (next) => (req, ctx) => {
    const header = ctx.transport?.requestHeader;
    const app = ctx.get(appInfoKey);
    const baggage = ctx.get(baggageKey);
    const { traceId, spanId, flags, state } = spanIn(ctx.get(traceKey));
    if (app !== undefined) header?.set(callerHeader, app.name);
    if (baggage !== undefined) header?.set("baggage", baggage);
    header?.set("traceparent", `00-${traceId}-${spanId}-${flags}`);
    if (state !== undefined) header?.set("tracestate", state);
    return next(req, ctx);
  };
}

function spanIn(parent: Trace | undefined): Trace {
  const spanId = randomBytes(8).toString("hex");
  return parent === undefined
    ? { traceId: randomBytes(16).toString("hex"), spanId, flags: "01" }
    : { ...parent, spanId };
}

const traceparent = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/;

function parseTrace(header: HeaderList): Trace | undefined {
  const [, version, traceId, spanId, flags, more] = traceparent.exec(header.get("traceparent") ?? "") ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === "00" && more !== undefined) return undefined;
  const sampled = Number.parseInt(flags, 16) & 1;
  return { traceId, spanId, flags: `0${sampled}`, state: header.get("tracestate") ?? undefined };
}

const baggageMember = /^[!#$%&'*+\-.^_`|~\w]+\s*=[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e\s]*(;.*)?$/;

/** The members that can be read; undefined without any. */
function parseBaggage(header: HeaderList): string | undefined {
  const members = (header.get("baggage") ?? "").split(",").map((member) => member.trim());
  return members.filter((member) => baggageMember.test(member)).join(",") || undefined;
}
