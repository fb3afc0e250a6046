import type { Socket } from "node:net";
import type { HttpCall } from "./http-call.ts";

const callsKey = Symbol("calls");

/** Calls are listed from the newest; without pipelining there is at most one. */
type TrackedSocket = Socket & { [callsKey]?: HttpCall | undefined };

/** The open connections of a server and the calls on them: a caller that leaves cancels its calls, and a stop ends connections. */
export class Connections {
  readonly #sockets = new Set<TrackedSocket>();
  // What TLS runs on: calls are on the sockets above.
  readonly #raw = new Set<Socket>();

  add(socket: TrackedSocket): void {
    // Given back by who was to upgrade it.
    if (this.#sockets.has(socket)) return;
    this.#sockets.add(socket);
    // Node hears of errors itself, but not on a socket that it has handed over (CONNECT).
    socket.on("error", ignore);
    // A half-closed connection counts as gone, as in Go: nearly always the caller has closed it. A reply is still tried.
    socket.once("end", () => cancelCalls(socket));
    socket.once("close", () => {
      this.#sockets.delete(socket);
      cancelCalls(socket);
    });
  }

  /** A connection before its TLS handshake. */
  addRaw(socket: Socket): void {
    this.#raw.add(socket);
    socket.once("close", () => this.#raw.delete(socket));
  }

  begin(call: HttpCall): void {
    const socket = call.request.socket as TrackedSocket;
    call.older = socket[callsKey];
    socket[callsKey] = call;
  }

  end(call: HttpCall): void {
    const socket = call.request.socket as TrackedSocket;
    if (socket[callsKey] === call) {
      socket[callsKey] = call.older;
      return;
    }
    for (let each = socket[callsKey]; each !== undefined; each = each.older)
      if (each.older === call) each.older = call.older;
  }

  /** The calls in flight on one connection, the newest first. */
  callsOn(socket: Socket): HttpCall[] {
    return callsOf(socket);
  }

  /** Every call in flight. */
  calls(): HttpCall[] {
    return [...this.#sockets].flatMap(callsOf);
  }

  /** Destroys the connections that nothing was ever sent on. */
  destroyUnused(): void {
    for (const socket of [...this.#sockets, ...this.#raw]) if (socket.bytesRead === 0) socket.destroy();
  }

  /** Destroys the connections that are still sending a request. */
  destroyReceiving(): void {
    for (const socket of this.#sockets) if (callsOf(socket).every((call) => call.receiving)) socket.destroy();
  }

  /** Closes every connection, once what was written has left it. */
  close(): void {
    for (const socket of this.#sockets) socket.destroySoon();
  }

  destroy(): void {
    for (const socket of [...this.#sockets, ...this.#raw]) socket.destroy();
  }
}

function callsOf(socket: TrackedSocket): HttpCall[] {
  const calls: HttpCall[] = [];
  for (let call = socket[callsKey]; call !== undefined; call = call.older) calls.push(call);
  return calls;
}

function cancelCalls(socket: TrackedSocket): void {
  for (const call of callsOf(socket)) call.abandon();
}

function ignore(): void {}
