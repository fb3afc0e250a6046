import { type Context, KratosError, type Service } from "@kratos-ts/core";
import type { Echo, Faults } from "./gen/interop/v1/interop_pb.ts";

/** The methods of `interop.v1.Echo` that the tests of this package call. */
export const echo = {
  getItem: (request) => request,
  createItem: (request) => request,
  raw: (request) => request,
  noRule: (request) => ({ name: request.name, view: request.view, revision: request.revision }),
  nothing: () => ({}),
  async sleep({ millis }, ctx) {
    const remaining = ctx.timeoutMs();
    const finished = await sleep(millis, ctx);
    return { finished, hadDeadline: remaining !== undefined, remainingMillis: BigInt(Math.ceil(remaining ?? 0)) };
  },
  seen(_request, ctx) {
    const { requestHeader } = ctx.transport;
    const headers: Record<string, { values: string[] }> = {};
    for (const name of requestHeader.keys()) headers[name] = { values: requestHeader.getAll(name) };
    const { kind, operation } = ctx.transport;
    return { kind, operation, headers, hasDeadline: ctx.deadline !== undefined };
  },
  replyHeaders({ headers, fail }, ctx) {
    for (const [name, value] of Object.entries(headers)) ctx.responseHeader.set(name, value);
    if (fail) throw new KratosError({ code: 400, reason: "BAD_INPUT", message: "asked to fail" });
    return {};
  },
} satisfies Partial<Service<typeof Echo>>;

/** `interop.v1.Faults`. */
export const faults = {
  fail(request) {
    const { code, reason, message, metadata } = request;
    throw new KratosError({ code, reason, message, metadata });
  },
  failPlain({ message, wrap }) {
    const cause = wrap
      ? new KratosError({ code: 404, reason: "USER_NOT_FOUND", message: `inner ${message}` })
      : undefined;
    throw new Error(wrap ? `wrapped ${message}` : message, { cause });
  },
  panic() {
    throw "no error at all";
  },
} satisfies Partial<Service<typeof Faults>>;

// Ends early, with false, when the call does.
function sleep(ms: number, ctx: Context): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), ms);
    ctx.signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}
