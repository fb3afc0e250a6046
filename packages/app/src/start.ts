import type { Endpointer, RegistryCallOptions, Server, ServiceInstance } from "@kratos-ts/core";
import { appInfoKey, isClientClosed, KratosError } from "@kratos-ts/core";
import { hookSteps } from "./hooks.ts";
import type { Life } from "./life.ts";
import { limited } from "./limited.ts";

/** Goes through the start until it is done, a step fails, or a stop is asked for. */
export async function start(life: Life): Promise<void> {
  try {
    for (const step of startSteps(life)) {
      if (life.stopping) return;
      await step();
    }
  } catch (error) {
    if (!isCallingOff(life, error)) life.fail(error);
  }
  if (life.stopping) return;
  const { id, name, version, endpoints } = instanceOf(life);
  life.options.logger.info("app started", { id, name, version, endpoints });
}

/** Whether a step ended because it was told to, which is no failure. */
function isCallingOff(life: Life, error: unknown): boolean {
  return life.stopping && isClientClosed(KratosError.from(error));
}

function* startSteps(life: Life): Generator<() => Promise<unknown>> {
  yield* hookSteps(life, "beforeStart");
  yield () => startServers(life);
  yield () => announce(life);
  yield* hookSteps(life, "afterStart");
}

/** Starts all of them at once; each failure is noted as it happens, and the others are waited for, to be stopped. */
async function startServers(life: Life): Promise<void> {
  const { servers, endpoints } = life.options;
  await Promise.all(servers.map((server) => startServer(life, server).catch((error) => life.fail(error))));
  if (!life.stopping) life.endpoints = endpoints ?? endpointsOf(servers);
}

function startServer(life: Life, server: Server): Promise<void> {
  const { servers, startTimeout } = life.options;
  const onFailure = (error: unknown): void => life.fail(error);
  life.begun.push(server);
  return limited(() => server.start({ context: life.context, onFailure }), {
    what: `the start of server ${servers.indexOf(server) + 1} of ${servers.length} (${server.constructor.name})`,
    parent: life.starting,
    ms: startTimeout,
    option: "startTimeout",
    // By then it has been stopped in vain.
    undo: () => server.stop({ signal: AbortSignal.abort() }),
  });
}

async function announce(life: Life): Promise<void> {
  const { registrar, registrarTimeout } = life.options;
  if (registrar !== undefined) {
    const instance = instanceOf(life);
    const register = (options: RegistryCallOptions) => registrar.register(instance, options);
    const undo = () => registrar.deregister(instance);
    const limit = { ms: registrarTimeout, option: "registrarTimeout" };
    await limited((ctx) => register({ signal: ctx.signal }), {
      what: "registering",
      parent: life.starting,
      ...limit,
      undo,
    });
    life.registered = true;
  }
  life.announced = true;
}

/** The app as registries store it. */
export function instanceOf(life: Life): ServiceInstance {
  const { id, name, version, metadata } = life.context.get(appInfoKey)!;
  return { id, name, version, metadata, endpoints: life.endpoints };
}

function endpointsOf(servers: readonly Server[]): string[] {
  return servers.flatMap((server) => (server as Partial<Endpointer>).endpoint?.() ?? []);
}
