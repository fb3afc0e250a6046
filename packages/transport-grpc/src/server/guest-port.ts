import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { JoinedPort, PortRequest, StartOptions } from "@kratos-ts/core";
import { sniffProtocol } from "../http2/protocol-sniffer.ts";
import type { WebSide } from "./web/web-side.ts";

/** The server whose part it is. */
export interface GuestPortOwner {
  begin(options: StartOptions | undefined): Promise<void>;
  /** Takes a connection of HTTP/2. */
  accept(socket: Socket): void;
  web(): WebSide | undefined;
}

/** What a gRPC server does on the port of its host. */
export class GuestPort implements JoinedPort {
  readonly #owner: GuestPortOwner;
  /** Connections that have not said yet what they speak. */
  readonly #undecided = new Set<Socket>();

  constructor(owner: GuestPortOwner) {
    this.#owner = owner;
  }

  begin(options: StartOptions | undefined): Promise<void> {
    return this.#owner.begin(options);
  }

  connection(given: object, onHttp1: (socket: object) => void): void {
    const socket = given as Socket;
    this.#undecided.add(socket);
    const decided = (): boolean => this.#undecided.delete(socket);
    socket.once("close", decided);
    const taken = (take: (socket: Socket) => void) => () => {
      socket.off("close", decided);
      decided();
      take(socket);
    };
    sniffProtocol(socket, { onHttp1: taken(onHttp1), onHttp2: taken((socket) => this.#owner.accept(socket)) });
  }

  takes(request: PortRequest): boolean {
    return this.#owner.web()?.takes(request) === true;
  }

  serve(request: object, response: object): void {
    this.#owner.web()?.serve(request as IncomingMessage, response as ServerResponse);
  }

  /** Ends what has not said what it wants. */
  close(): void {
    for (const socket of this.#undecided) socket.destroy();
  }
}
