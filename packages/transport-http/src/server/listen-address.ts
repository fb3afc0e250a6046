import { once } from "node:events";
import { unlink } from "node:fs/promises";
import { connect, type ListenOptions, type Server } from "node:net";
import { networkInterfaces } from "node:os";

/** Parses `host:port`, `:port`, `[v6]:port` or `unix:/path`. Throws an Error that says what is wrong. */
export function parseAddress(address: string): ListenOptions {
  if (address.startsWith("unix:") && address.length > 5) return { path: address.slice(5) };
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (match === null || port > 65535)
    throw new Error(`address ${JSON.stringify(address)} must be "host:port", ":port", "[v6]:port" or "unix:/path"`);
  const host = match[1] ?? match[2];
  return host === "" || host === undefined ? { port } : { host, port };
}

/** Resolves once `server` listens. Rejects with an Error that names the address and what to change. */
export async function listen(server: Server, address: string): Promise<void> {
  const options = parseAddress(address);
  try {
    await tryListen(server, options);
  } catch (error) {
    if (options.path !== undefined && codeOf(error) === "EADDRINUSE" && (await isStale(options.path))) {
      await unlink(options.path);
      await tryListen(server, options).catch((again: unknown) => Promise.reject(explain(again, address)));
    } else throw explain(error, address);
  }
}

/** The URL that others call a listening server by: its own host, or this machine's address when it listens on all. */
export function endpointOf(server: Server, scheme: string): string {
  const bound = server.address();
  if (bound === null || typeof bound === "string") return `unix:${bound}`;
  const everywhere = bound.address === "" || bound.address === "0.0.0.0" || bound.address === "::";
  const host = everywhere ? ownAddress() : bound.address;
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${bound.port}`;
}

async function tryListen(server: Server, options: ListenOptions): Promise<void> {
  const listening = once(server, "listening");
  server.listen(options);
  await listening;
}

// A socket file that nobody answers on was left by a process that died.
async function isStale(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return false;
  } catch (error) {
    return codeOf(error) === "ECONNREFUSED";
  } finally {
    socket.destroy();
  }
}

function ownAddress(): string {
  for (const addresses of Object.values(networkInterfaces())) {
    const usable = addresses?.filter((each) => !each.internal && !/^(?:fe80|169\.254)/i.test(each.address));
    const found = usable?.find((each) => each.family === "IPv4") ?? usable?.[0];
    if (found !== undefined) return found.address;
  }
  return "127.0.0.1";
}

function explain(error: unknown, address: string): Error {
  const code = codeOf(error);
  const advice =
    code === "EADDRINUSE"
      ? 'it is in use already; end the process that listens there, or give another "address" (":0" takes any free port)'
      : code === "EACCES"
        ? 'this user may not listen there; ports below 1024 need rights, so give another "address"'
        : code === "EADDRNOTAVAIL" || code === "ENOTFOUND"
          ? 'this machine has no such address; correct the host in "address", or leave it out to listen on all'
          : (error as Error).message;
  return Object.assign(new Error(`cannot listen on ${address}: ${advice}`, { cause: error }), { code });
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string }).code;
}
