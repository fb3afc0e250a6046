import type { JsonObject } from "@bufbuild/protobuf";
import type { Case, Result } from "../peer/run.ts";
import type { Endpoints } from "../peer/server.ts";
import type { MatrixCase, ServerTimeout } from "./cases.ts";
import { type Implementation, runClient, startServer } from "./programs.ts";
import { casesOf, type Route } from "./routes.ts";

const timeouts: Readonly<Record<ServerTimeout, readonly string[]>> = {
  default: [],
  "3s": ["--timeout", "3s"],
  "0": ["--timeout", "0"],
};

/** The servers of all routes, and the programs of both implementations. */
export interface Fleet extends AsyncDisposable {
  readonly implementations: Readonly<Record<"ts" | "go", Implementation>>;
  /** That of an implementation with this meaning of application/json and this timeout. */
  server(of: Pick<Route, "server" | "json">, timeout: ServerTimeout): Endpoints;
}

/** Starts every server, each under the same name of an app. */
export async function startFleet(implementations: Fleet["implementations"]): Promise<Fleet> {
  const stack = new AsyncDisposableStack();
  const servers = new Map<string, Endpoints>();
  const start = async (server: "ts" | "go", json: Route["json"], timeout: ServerTimeout): Promise<void> => {
    const flags = ["--name", "interop.peer", "--json", json, ...timeouts[timeout]];
    servers.set(
      `${server} ${json} ${timeout}`,
      stack.use(await startServer([...implementations[server].server, ...flags])),
    );
  };
  try {
    for (const timeout of ["default", "3s", "0"] as const)
      await Promise.all([start("go", "struct", timeout), start("go", "proto", timeout), start("ts", "proto", timeout)]);
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
  return {
    implementations,
    // What application/json means makes no difference to ours.
    server: ({ server, json }, timeout) =>
      servers.get(`${server} ${server === "ts" ? "proto" : json} ${timeout}`) as Endpoints,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Runs every case over a route. Relays go on to the other implementation, or from Go to Go. */
export function runRoute(fleet: Fleet, route: Route): Promise<Map<string, Result>> {
  const other = route.client === route.server ? route.server : route.client;
  const cases = casesOf(route).map(({ timeout = "default", only: _, ...given }): Case => {
    const endpoint = fleet.server(route, timeout)[route.transport];
    return { ...given, endpoint, request: withTargets(given, { fleet, route, other }) };
  });
  const flags = ["--json", route.json, ...(route.codec === undefined ? [] : ["--codec", route.codec])];
  return runClient([...fleet.implementations[route.client].client, ...flags], cases);
}

interface Relays {
  readonly fleet: Fleet;
  readonly route: Route;
  readonly other: "ts" | "go";
}

function withTargets({ request }: MatrixCase, { fleet, route, other }: Relays): Case["request"] {
  const [, which, transport] = /^\$(same|other)\.(http|grpc)$/.exec(String((request as JsonObject)?.endpoint)) ?? [];
  if (which === undefined) return request;
  const server = fleet.server({ ...route, server: which === "same" ? route.server : other }, "default");
  return { ...(request as JsonObject), endpoint: server[transport as "http" | "grpc"] };
}
