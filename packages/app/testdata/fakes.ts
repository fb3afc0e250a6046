import type { Endpointer, Registrar, Server } from "@kratos-ts/core";

/** A server that only writes down what is done with it; `over` replaces parts of it. */
export function fakeServer(log: string[], name: string, over: Partial<Server> = {}): Server & Endpointer {
  const note = (what: string) => async () => {
    log.push(`${name}: ${what}`);
  };
  return {
    start: note("start"),
    drain: note("drain"),
    stop: note("stop"),
    endpoint: () => `fake://${name}:1`,
    ...over,
  };
}

/** A registrar that only writes down what is done with it; `over` replaces parts of it. */
export function fakeRegistrar(log: string[], over: Partial<Registrar> = {}): Registrar {
  return {
    register: async ({ name }) => void log.push(`register ${name}`),
    deregister: async ({ name }) => void log.push(`deregister ${name}`),
    ...over,
  };
}
