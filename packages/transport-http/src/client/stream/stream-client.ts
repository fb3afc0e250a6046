import { KratosError } from "@kratos-ts/core";
import type { HttpTransportTlsOptions } from "../http-transport.ts";
import { isWebSocket, messageOf } from "../method-plan.ts";
import { OpenStreams } from "./open-streams.ts";
import { callSse } from "./sse-call.ts";
import { StreamAgents } from "./stream-agents.ts";
import type { SocketStreamSettings, StreamCall } from "./stream-call.ts";
import { callWebSocket } from "./websocket-call.ts";

export interface StreamClientInit extends Omit<SocketStreamSettings, "streams"> {
  readonly tls: HttpTransportTlsOptions | undefined;
}

/** The streaming calls of one transport. */
export class StreamClient {
  readonly #settings: SocketStreamSettings;
  readonly #agents: StreamAgents;

  constructor(init: StreamClientInit) {
    this.#settings = { ...init, streams: new OpenStreams() };
    this.#agents = new StreamAgents(init.tls);
  }

  /** Makes a call at the end of the chain, and gives its reply or its replies. Throws a KratosError. */
  async call(req: unknown, init: Omit<StreamCall, "settings">): Promise<unknown> {
    const call: StreamCall = { ...init, settings: this.#settings };
    const { plan } = init.transporter;
    const { method, binding, operation } = plan;
    if (!binding.declared) {
      const message = `${operation} has no google.api.http rule: streams without one go over gRPC alone`;
      throw new KratosError({ code: 501, message });
    }
    return isWebSocket(method) ? callWebSocket(req, call) : callSse(messageOf(method.input, req), call, this.#agents);
  }

  close(): void {
    this.#settings.streams.close();
    this.#agents.destroy();
  }
}
