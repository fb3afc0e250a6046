import type { CarriedCall, Carrier, CarrierSettings } from "./caller.ts";
import type { HttpTransportOptions } from "./http-transport.ts";
import type { Peer } from "./peers.ts";
import { type SendOptions, send } from "./send.ts";
import { createServers, type DiscoveredServers, type Servers } from "./servers.ts";
import { StreamClient } from "./stream/stream-client.ts";
import { createWireExchange } from "./wire-exchange.ts";

/** Takes calls over connections of our own, to one server or to those that a resolver finds. */
export class WireCarrier implements Carrier {
  readonly #settings: CarrierSettings;
  readonly #servers: Servers;
  readonly #streams: StreamClient;

  constructor(options: HttpTransportOptions, settings: CarrierSettings) {
    this.#settings = settings;
    this.#servers = createServers(options);
    this.#streams = new StreamClient({
      ...settings,
      userAgent: userAgentOf(options),
      tls: options.tls,
      keepAliveMs: options.streamKeepAliveMs ?? 15_000,
      idleMs: options.streamIdleTimeoutMs ?? 0,
    });
  }

  unary(req: unknown, { transporter, context }: CarriedCall): Promise<unknown> {
    const servers = this.#servers;
    const { decodeError } = this.#settings;
    const exchange = createWireExchange;
    if (servers.kind === "fixed") return send(req, { peer: servers.peer, transporter, context, decodeError, exchange });
    return sendToPicked(req, { transporter, context, decodeError, exchange }, servers);
  }

  async stream(req: unknown, call: CarriedCall): Promise<unknown> {
    const servers = this.#servers;
    if (servers.kind === "fixed") return this.#streams.call(req, { ...call, peer: servers.peer, onEnd: ignore });
    const picked = await servers.picker.pick(call.context);
    let over = false;
    const onEnd = (error: unknown): void => {
      if (!over) picked.done(error === undefined ? {} : { error });
      over = true;
    };
    try {
      return await this.#streams.call(req, { ...call, peer: servers.peers.get(picked.node), onEnd });
    } catch (error) {
      onEnd(error);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#streams.close();
    await this.#servers.close();
  }
}

async function sendToPicked(
  req: unknown,
  call: Omit<SendOptions<Peer>, "peer">,
  { picker, peers }: DiscoveredServers,
): Promise<unknown> {
  const picked = await picker.pick(call.context);
  try {
    const reply = await send(req, { peer: peers.get(picked.node), ...call });
    picked.done({});
    return reply;
  } catch (error) {
    picked.done({ error });
    throw error;
  }
}

export function userAgentOf({ userAgent }: HttpTransportOptions): string {
  return userAgent === undefined ? "kratos-ts" : `${userAgent} kratos-ts`;
}

function ignore(): void {}
