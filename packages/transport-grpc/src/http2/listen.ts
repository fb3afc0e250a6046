import { stat, unlink } from "node:fs/promises";
import { type AddressInfo, connect, type Server } from "node:net";
import type { ListenAddress } from "./carrier.ts";

/**
 * Listens and answers the address that was bound. The file that a dead process left behind for a unix socket is taken
 * over; one that a live process listens on is not. Rejects with an error that names the address and says what to change.
 */
export async function listen(server: Server, address: ListenAddress): Promise<ListenAddress> {
  try {
    await listenOnce(server, address);
  } catch (error) {
    if (!("path" in address) || codeOf(error) !== "EADDRINUSE" || !(await isDead(address.path)))
      throw explain(error, address);
    await unlink(address.path);
    await listenOnce(server, address);
  }
  if ("path" in address) return address;
  const { address: host, port } = server.address() as AddressInfo;
  return { host, port };
}

function listenOnce(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const onListening = (): void => {
      server.off("error", onError);
      resolve();
    };
    const onError = (error: Error): void => {
      server.off("listening", onListening);
      reject(error);
    };
    server.once("listening", onListening);
    server.once("error", onError);
    // An empty host is every address of the machine, IPv6 and IPv4.
    if ("path" in address) server.listen(address.path);
    else server.listen({ port: address.port, host: address.host === "" ? undefined : address.host });
  });
}

/** Whether a path is a socket that nobody listens on. */
async function isDead(path: string): Promise<boolean> {
  // Connecting to any other file is refused as well, and that file must stay.
  if (!(await stat(path)).isSocket()) return false;
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error) => resolve(codeOf(error) === "ECONNREFUSED"));
  });
}

function explain(error: unknown, address: ListenAddress): Error {
  const where = "path" in address ? `unix:${address.path}` : `${address.host}:${address.port}`;
  const code = codeOf(error);
  const reason = advice[code ?? ""] ?? "see the cause";
  return new Error(`the gRPC server can't listen on ${where} (${code}): ${reason}`, { cause: error });
}

const advice: Readonly<Record<string, string>> = {
  EADDRINUSE: "something else listens there; stop it, or set another `address` (port 0 takes a free one)",
  EACCES: "this user may not listen there; set an `address` with a port above 1023, or another path",
  EADDRNOTAVAIL: "this machine has no such address; set the host of `address` to one that it has, or leave it empty",
  ENOTFOUND: "the host of `address` can't be resolved; set an IP address, or leave it empty",
};

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
