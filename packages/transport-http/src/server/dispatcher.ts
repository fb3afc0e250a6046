import type { IncomingMessage, ServerResponse } from "node:http";
import type { Listener } from "./filter.ts";
import { HttpCall } from "./http-call.ts";
import { createLocator } from "./locate.ts";
import type { Mount } from "./mount.ts";
import { originForm } from "./request-path.ts";
import { nowhere, type Route } from "./route.ts";
import type { Router } from "./router.ts";
import type { ServerCore } from "./server-core.ts";

export interface DispatcherInit {
  readonly core: ServerCore;
  readonly router: Router<Route>;
  readonly mounts: readonly Mount[];
}

/** Makes a call of each request and lets its route serve it. */
export function createDispatcher({ core, router, mounts }: DispatcherInit): Listener {
  const locate = createLocator(router, mounts);
  const { guest } = core;
  return (request, response) => {
    if (
      guest?.takes({ method: request.method ?? "", target: request.url ?? "", headers: request.rawHeaders }) === true
    ) {
      guest.serve(request, response);
      return;
    }
    const verb = request.method as string;
    let target = request.url as string;
    if (!target.startsWith("/")) {
      target = originForm(target);
      request.url = target;
    }
    const mark = target.indexOf("?");
    const path = mark < 0 ? target : target.slice(0, mark);
    const query = mark < 0 ? undefined : target.slice(mark + 1);
    const { route, values } = router.findStatic(verb, path) ?? locate({ verb, path });
    const call = new HttpCall({ core, request, response, route, values, query });
    try {
      route.serve(call);
    } catch (error) {
      call.fail(error);
    }
  };
}

export interface FailedRequest {
  readonly core: ServerCore;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly error: unknown;
}

/** Answers a request that failed before it was dispatched. */
export function failOutside({ error, ...arrival }: FailedRequest): void {
  new HttpCall({ ...arrival, route: nowhere, values: [], query: undefined }).fail(error);
}
