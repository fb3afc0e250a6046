import { setTimeout as delay } from "node:timers/promises";
import type { Server } from "@kratos-ts/core";
import { hookSteps } from "./hooks.ts";
import type { Life } from "./life.ts";
import { limited } from "./limited.ts";
import { instanceOf } from "./start.ts";

/** Goes through the whole stop, whatever fails on the way. */
export async function stop(life: Life): Promise<void> {
  for (const step of stopSteps(life)) {
    try {
      await step();
    } catch (error) {
      life.fail(error);
    }
  }
}

function* stopSteps(life: Life): Generator<() => Promise<unknown>> {
  if (life.announced) yield* hookSteps(life, "beforeStop");
  yield () => drainServers(life);
  if (life.registered) yield () => deregister(life);
  if (life.announced) yield () => delay(life.options.grace);
  yield () => stopServers(life);
  yield* hookSteps(life, "afterStop");
}

function drainServers(life: Life): Promise<unknown> {
  const limit = { ms: life.options.stopTimeout, option: "stopTimeout", parent: life.context };
  return eachBegun(life, (server) => limited(() => server.drain?.(), { what: "draining a server", ...limit }));
}

function deregister(life: Life): Promise<void> {
  const { registrar, registrarTimeout } = life.options;
  const limit = { ms: registrarTimeout, option: "registrarTimeout", parent: life.context };
  const instance = instanceOf(life);
  return limited(async (ctx) => registrar?.deregister(instance, { signal: ctx.signal }), {
    what: "deregistering",
    ...limit,
  });
}

// What a server may still need to end once everything in flight has been cut.
const afterCut = 1_000;

async function stopServers(life: Life): Promise<void> {
  const { stopTimeout, logger } = life.options;
  const cut = new AbortController();
  const cutNow = (): void => {
    logger.warn("stopTimeout has passed: what is still in flight is cut", { stopTimeout });
    cut.abort();
  };
  const timer = stopTimeout === 0 ? undefined : setTimeout(cutNow, stopTimeout);
  const ms = stopTimeout === 0 ? 0 : stopTimeout + afterCut;
  const limit = { ms, option: "stopTimeout", parent: life.context };
  const { signal } = cut;
  await eachBegun(life, (server) => limited(() => server.stop({ signal }), { what: "stopping a server", ...limit }));
  clearTimeout(timer);
}

function eachBegun(life: Life, step: (server: Server) => Promise<void>): Promise<unknown> {
  return Promise.all(life.begun.map((server) => step(server).catch((error) => life.fail(error))));
}
