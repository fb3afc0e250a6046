import { KratosError } from "@kratos-ts/core";
import { findMount, type Mount } from "./mount.ts";
import { redirectNote } from "./redirect.ts";
import { cleanPath, decodePath, encodePath } from "./request-path.ts";
import { nowhere, type Route } from "./route.ts";
import type { Match, Router } from "./router.ts";

export interface Target {
  readonly verb: string;
  /** As it came, without the query. */
  readonly path: string;
}

/** Finds what serves a request: a route, a mount, a redirect to the path it should have asked for, or a refusal. */
export type Locator = (target: Target) => Match<Route>;

export function createLocator(router: Router<Route>, mounts: readonly Mount[]): Locator {
  return ({ verb, path: raw }) => {
    if (!raw.startsWith("/")) return verb === "OPTIONS" && raw === "*" ? serverOptions : oddTarget;
    const path = tryDecode(raw);
    if (path === undefined) return badEscape;
    const clean = cleanPath(path);
    // Go's router moves every path to its clean form, and notes it in the body only when it is about a slash.
    if (clean !== path) return moved(clean, false);
    const match = router.find(verb, path);
    const other = otherSlash(verb, path, match);
    if (other !== undefined) return moved(other, verb === "GET" || verb === "HEAD");
    if (match !== undefined) return match;
    const mount = findMount(mounts, raw);
    return mount === undefined ? unknown(verb, path) : matchOf(mount.route);
  };

  // The path of the route that `path` misses by a trailing slash alone.
  function otherSlash(verb: string, path: string, match: Match<Route> | undefined): string | undefined {
    if (path === "/") return undefined;
    if (match !== undefined) return endsInSlash(match) || !path.endsWith("/") ? undefined : path.slice(0, -1);
    const other = path.endsWith("/") ? path.slice(0, -1) : `${path}/`;
    const found = router.find(verb, other);
    return found !== undefined && endsInSlash(found) === other.endsWith("/") ? other : undefined;
  }

  function unknown(verb: string, path: string): Match<Route> {
    const verbs = router.verbsAt(path);
    const place = path.length <= 100 ? path : `${path.slice(0, 100)}…`;
    if (verbs.length === 0)
      return refusal({ code: 404, reason: "ROUTE_NOT_FOUND", message: `no route for ${verb} ${place}` });
    const allow = verbs.join(", ");
    const message = `${place} does not take ${verb}, only ${allow}`;
    return refusal({ code: 405, reason: "METHOD_NOT_ALLOWED", message, allow });
  }
}

const oddTarget: Match<Route> = refusal({ code: 400, reason: "", message: "the request target must be a path" });
const badEscape: Match<Route> = refusal({
  code: 400,
  reason: "CODEC",
  message: "the path has a malformed percent escape: expected % and two hexadecimal digits, of UTF-8",
});
const serverOptions: Match<Route> = answer((call) => call.send(200, "", ""));

function tryDecode(path: string): string | undefined {
  try {
    return decodePath(path);
  } catch {
    return undefined;
  }
}

function endsInSlash({ route }: Match<Route>): boolean {
  return route.pathTemplate.endsWith("/");
}

function refusal(init: { code: number; reason: string; message: string; allow?: string }): Match<Route> {
  return answer((call) => {
    if (init.allow !== undefined) call.replyHeader.set("allow", init.allow);
    call.fail(new KratosError(init));
  });
}

function moved(path: string, noted: boolean): Match<Route> {
  return answer((call) => {
    const location = encodePath(path) + (call.query === undefined ? "" : `?${call.query}`);
    call.replyHeader.set("location", location);
    if (noted) call.send(301, "text/html; charset=utf-8", redirectNote(location, 301));
    else call.send(301, "", "");
  });
}

function answer(serve: Route["serve"]): Match<Route> {
  return matchOf({ ...nowhere, serve });
}

function matchOf(route: Route): Match<Route> {
  return { route, values: [] };
}
