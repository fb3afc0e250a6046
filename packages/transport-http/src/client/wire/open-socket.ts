import { connect, isIP, type NetConnectOpts, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Place } from "./place.ts";
import { WireError } from "./wire-error.ts";

export interface OpenOptions {
  readonly place: Place;
  readonly timeoutMs: number;
  /** A TLS session of an earlier connection, which makes the handshake shorter. */
  readonly session: Buffer | undefined;
  /** So many bytes came, into `readBuffer()`, where the next read overwrites them. */
  readonly onRead: (size: number) => void;
  /** Called once; without an error the socket is ready for requests. */
  readonly onOpen: (error: Error | undefined) => void;
}

// Reads are handed on before the next one happens, on whatever socket: they can share one buffer.
let shared: Buffer | undefined;

/** The buffer that all sockets read into. */
export function readBuffer(): Buffer {
  shared ??= Buffer.allocUnsafeSlow(64 * 1024);
  return shared;
}

/** Opens a socket that does not keep the process alive. It is closed when that fails. */
export function openSocket({ place, timeoutMs, session, onRead, onOpen }: OpenOptions): Socket {
  const callback = (size: number): boolean => {
    onRead(size);
    return true;
  };
  const onread = { buffer: readBuffer(), callback };
  const { host, port, socketPath } = place;
  const target = socketPath === undefined ? { host, port } : { path: socketPath };
  const options = { ...target, onread, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 };
  const socket = place.tls === undefined ? connect(options as NetConnectOpts) : openTls(place, options, session);
  socket.unref();
  settleOnce(socket, { timeoutMs, onOpen, event: place.tls === undefined ? "connect" : "secureConnect" });
  return socket;
}

function openTls({ host, tls }: Place, options: object, session: Buffer | undefined): TLSSocket {
  // Loaded by those alone who use it: it takes longer than all of ours.
  const { connect: connectTls } = process.getBuiltinModule("node:tls");
  // A name for SNI; addresses are none (RFC 6066 §3).
  const servername = isIP(host) === 0 ? host : "";
  return connectTls({ servername, session, ...tls, ...options, ALPNProtocols: ["http/1.1"] });
}

interface Settling {
  readonly timeoutMs: number;
  readonly onOpen: (error: Error | undefined) => void;
  readonly event: "connect" | "secureConnect";
}

function settleOnce(socket: Socket, { timeoutMs, onOpen, event }: Settling): void {
  const settle = (error?: Error): void => {
    clearTimeout(timer);
    socket.off(event, settle).off("error", settle).off("close", onClose);
    // Whatever follows a failure has nobody left to tell.
    if (error !== undefined) socket.on("error", () => {}).destroy();
    onOpen(error);
  };
  const onClose = (): void => settle(new WireError("CLOSED_BY_PEER", "the server closed the connection"));
  const onTimeout = (): void => settle(new WireError("CONNECT_TIMEOUT", `not connected after ${timeoutMs} ms`));
  const timer = setTimeout(onTimeout, timeoutMs);
  socket
    .on(event, () => settle())
    .on("error", settle)
    .on("close", onClose);
  timer.unref();
}
