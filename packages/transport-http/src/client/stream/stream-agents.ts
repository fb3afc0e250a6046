import type { Agent, ClientRequest, OutgoingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import { nodeHttp } from "../../node-http.ts";
import type { HttpTransportTlsOptions } from "../http-transport.ts";
import type { Peer } from "../peers.ts";
import { connectTimeout, type PeerPlace, placeOf } from "./peer-place.ts";

export interface StreamRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
}

// Of streams that ended short of the connection's life; enough for one after the other.
const maxFreeSockets = 16;

/**
 * Connections of streams, apart from those of unary calls, which are counted: a stream holds its own for as long as it
 * lives.
 */
export class StreamAgents {
  readonly #tls: HttpTransportTlsOptions | undefined;
  #plain: Agent | undefined = undefined;
  #secure: Agent | undefined = undefined;

  constructor(tls: HttpTransportTlsOptions | undefined) {
    this.#tls = tls;
  }

  request(peer: Peer, { method, path, headers }: StreamRequest): ClientRequest {
    const place = placeOf(peer, this.#tls);
    const request = this.#start(place, { method, path, headers });
    request.on("socket", (socket: Socket) => limitConnecting(request, socket, peer.connectTimeoutMs));
    return request;
  }

  destroy(): void {
    this.#plain?.destroy();
    this.#secure?.destroy();
  }

  #start({ secure, ...place }: PeerPlace, request: StreamRequest): ClientRequest {
    const options = { keepAlive: true, maxFreeSockets };
    if (!secure) {
      this.#plain ??= new nodeHttp.Agent(options);
      return nodeHttp.request({ ...place, ...request, agent: this.#plain });
    }
    const https = process.getBuiltinModule("node:https");
    this.#secure ??= new https.Agent(options);
    return https.request({ ...this.#tls, ...place, ...request, agent: this.#secure });
  }
}

function limitConnecting(request: ClientRequest, socket: Socket, ms: number): void {
  const isSecure = "encrypted" in socket;
  if (!socket.connecting || ms === 0) return;
  const timer = setTimeout(() => request.destroy(connectTimeout()), ms).unref();
  const stop = (): void => clearTimeout(timer);
  socket.once(isSecure ? "secureConnect" : "connect", stop);
  socket.once("close", stop);
}
