import { KratosError } from "@kratos-ts/core";
import type { CarriedCall, Carrier, CarrierSettings } from "../client/caller.ts";
import { closedError } from "../client/connection-error.ts";
import { isWebSocket, messageOf } from "../client/method-plan.ts";
import { send } from "../client/send.ts";
import { OpenStreams } from "../client/stream/open-streams.ts";
import type { StreamCall, StreamSettings } from "../client/stream/stream-call.ts";
import { createFetchExchange } from "./fetch-exchange.ts";
import { type FetchServer, fetchServer } from "./fetch-server.ts";
import type { FetchTransportOptions } from "./fetch-transport.ts";
import { callFetchSse } from "./sse-call.ts";
import { callWebSocket } from "./web-socket-call.ts";

/** A stream of this transport. */
export type FetchStreamCall = StreamCall<FetchServer, StreamSettings>;

/** Takes calls to one server, over fetch and WebSockets of the runtime. */
export class FetchCarrier implements Carrier {
  readonly #peer: FetchServer;
  readonly #settings: StreamSettings;
  readonly #running = new Set<ReturnType<typeof createFetchExchange>>();

  constructor(options: FetchTransportOptions, settings: CarrierSettings) {
    this.#peer = fetchServer(options);
    this.#settings = { ...settings, streams: new OpenStreams(), idleMs: options.streamIdleTimeoutMs ?? 0 };
  }

  unary(req: unknown, call: CarriedCall): Promise<unknown> {
    const { decodeError } = this.#settings;
    return send(req, { ...call, peer: this.#peer, decodeError, exchange: this.#exchange });
  }

  async stream(req: unknown, { transporter, context }: CarriedCall): Promise<unknown> {
    const { method, binding, operation } = transporter.plan;
    if (!binding.declared) {
      const message = `${operation} has no google.api.http rule: streams without one go over gRPC alone`;
      throw new KratosError({ code: 501, message });
    }
    const call = { transporter, context, peer: this.#peer, settings: this.#settings, onEnd: ignore };
    return isWebSocket(method) ? callWebSocket(req, call) : callFetchSse(messageOf(method.input, req), call);
  }

  async close(): Promise<void> {
    this.#settings.streams.close();
    for (const exchange of this.#running) exchange.abort(closedError());
  }

  readonly #exchange: typeof createFetchExchange = (request, sending) => {
    const exchange = createFetchExchange(request, sending);
    const over = (): void => void this.#running.delete(exchange);
    this.#running.add(exchange);
    exchange.replied.then(over, over);
    return exchange;
  };
}

function ignore(): void {}
