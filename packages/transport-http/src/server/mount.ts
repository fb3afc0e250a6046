import { runInContext } from "@kratos-ts/core";
import type { HttpCall } from "./http-call.ts";
import { atLeastZero } from "./options.ts";
import type { Route } from "./route.ts";
import type { ServerCore } from "./server-core.ts";
import { webRequest } from "./web-request.ts";
import { writeResponse } from "./web-response.ts";

/** A web-standard handler. It gets the call's Context as second argument (in Hono: `c.env`). */
// biome-ignore lint/suspicious/noExplicitAny: whatever second argument it declares.
export type FetchHandler = (request: Request, context: any) => Response | Promise<Response>;

/** What can be mounted: a handler, or anything that has one as `fetch`, such as a Hono app. */
export type Mountable = FetchHandler | { readonly fetch: FetchHandler };

export interface MountOptions {
  /** Whether the handler sees paths without the prefix. Default true. */
  stripPrefix?: boolean | undefined;
  /** The largest body in bytes. Default: the server's. */
  maxBodyBytes?: number | undefined;
}

/** Serves every path under a prefix that no route has; outside of the middleware chain and without a time limit. */
export interface Mount {
  readonly prefix: string;
  readonly route: Route;
}

/** `prefix` as `/a/b`, or empty for the root. */
export function compileMount(
  prefix: string,
  mountable: Mountable,
  options: MountOptions & { core: ServerCore },
): Mount {
  const handler = typeof mountable === "function" ? mountable : mountable.fetch.bind(mountable);
  const limit = atLeastZero("maxBodyBytes", options.maxBodyBytes ?? options.core.options.maxBodyBytes);
  const strip = options.stripPrefix ?? true;
  const run = async (call: HttpCall): Promise<Response> => {
    const target = strip ? stripPrefix(call.request.url as string, prefix) : undefined;
    return runInContext(call.context, handler, webRequest(call, { target, limit }), call.context);
  };
  return {
    prefix,
    route: {
      operation: prefix || "/",
      pathTemplate: prefix || "/",
      method: undefined,
      variables: [],
      timeoutMs: undefined,
      serve: (call) => call.run(() => run(call), undefined, writeResponse),
    },
  };
}

/** Throws an Error when a prefix can't be one. */
export function parsePrefix(prefix: string): string {
  if (!/^(?:\/[^/?#]+)*\/?$/.test(prefix))
    throw new Error(`mount prefix ${JSON.stringify(prefix)} must be a path such as "/admin"`);
  return prefix.replace(/\/$/, "");
}

/** The mount with the longest prefix of `path`. */
export function findMount(mounts: readonly Mount[], path: string): Mount | undefined {
  let found: Mount | undefined;
  for (const mount of mounts) {
    const { prefix } = mount;
    if (isWithin(prefix, path) && (found === undefined || prefix.length > found.prefix.length)) found = mount;
  }
  return found;
}

/** Whether `path` is `prefix` or below it. */
export function isWithin(prefix: string, path: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === "/");
}

/** Path and query without the prefix that the path is within. */
export function stripPrefix(target: string, prefix: string): string {
  const rest = target.slice(prefix.length);
  return rest.startsWith("/") ? rest : `/${rest}`;
}
