import { connect } from "node:net";
import type { Node } from "@kratos-ts/core";

const timeoutMs = 1000;

/** Connects to a node over TCP and hangs up. Rejects with the error of the network when that can't be done within a second. */
export function probeByConnecting({ address }: Node, signal: AbortSignal): Promise<void> {
  const [, v6, name, port] = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(address) ?? [];
  const host = v6 ?? name;
  // An address of another kind: a call has to find out.
  if (host === undefined) return Promise.resolve();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host, port: Number(port) });
  const stop = () => socket.destroy(new Error(`no connection to ${address} within ${timeoutMs} ms`));
  const timer = setTimeout(stop, timeoutMs).unref();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  // Nobody's process lives on for it.
  socket.unref();
  socket.once("connect", () => {
    resolve();
    socket.destroy();
  });
  socket.once("error", reject);
  socket.once("close", () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  });
  return promise;
}
