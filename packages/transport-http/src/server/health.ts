import { parsePathTemplate } from "../rule/path-template.ts";
import type { HttpCall } from "./http-call.ts";
import type { Route } from "./route.ts";
import type { Router } from "./router.ts";

/** Adds `path` (readiness: 503 while draining) and `path/live` (liveness), where no route of the user's stands. */
export function addHealthRoutes(router: Router<Route>, path: string): void {
  const add = (source: string, ready: (call: HttpCall) => boolean): void => {
    const template = parsePathTemplate(source);
    router.add("GET", template, {
      operation: source,
      pathTemplate: source,
      method: undefined,
      variables: [],
      timeoutMs: undefined,
      serve(call) {
        const serving = ready(call);
        call.replyHeader.set("cache-control", "no-store");
        call.send(serving ? 200 : 503, "application/json", `{"status":"${serving ? "SERVING" : "NOT_SERVING"}"}`);
      },
    });
  };
  add(path, (call) => !call.core.draining);
  add(`${path === "/" ? "" : path}/live`, () => true);
}
