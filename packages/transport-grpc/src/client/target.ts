import { type Context, type DoneInfo, errorServiceUnavailable, type Node, type NodePicker } from "@kratos-ts/core";
import { Channel, type ChannelSettings, closedError } from "./channel.ts";
import { nodeAddress } from "./endpoint.ts";

/** The channel that was chosen for one call; `done` is to be called once, when the call has ended. */
export interface Route {
  readonly channel: Channel;
  done(info: DoneInfo): void;
}

/** Where the calls of a transport go. */
export interface Target {
  /** How errors name it before an address is chosen. */
  readonly name: string;
  pick(ctx: Context): Route | Promise<Route>;
  /** Closes what nobody has used for a while. */
  look(): void;
  close(signal: AbortSignal): Promise<void>;
}

/** One address. */
export class FixedTarget implements Target, Route {
  readonly name: string;
  readonly channel: Channel;

  constructor(channel: Channel) {
    this.name = channel.address.name;
    this.channel = channel;
  }

  pick(): Route {
    return this;
  }

  done(): void {}

  look(): void {
    this.channel.look();
  }

  close(signal: AbortSignal): Promise<void> {
    return this.channel.close(signal);
  }
}

// Far more than the nodes of any service that one process calls; what is beyond it are addresses that came and went.
const maxChannels = 4096;

/** The nodes that a resolver finds: one channel for each address that was picked. */
export class DiscoveredTarget implements Target {
  readonly name: string;
  readonly #picker: NodePicker;
  readonly #settings: ChannelSettings;
  readonly #channels = new Map<string, Channel>();
  #closed = false;

  constructor(name: string, picker: NodePicker, settings: ChannelSettings) {
    this.name = name;
    this.#picker = picker;
    this.#settings = settings;
  }

  async pick(ctx: Context): Promise<Route> {
    if (this.#closed) throw closedError(this.name);
    const picked = await this.#picker.pick(ctx);
    try {
      return { channel: this.#channelTo(picked.node), done: (info) => picked.done(info) };
    } catch (error) {
      picked.done({ error });
      throw error;
    }
  }

  look(): void {
    for (const [key, channel] of this.#channels) if (channel.look()) this.#channels.delete(key);
  }

  async close(signal: AbortSignal): Promise<void> {
    this.#closed = true;
    const closing = [...this.#channels.values()].map((channel) => channel.close(signal));
    await Promise.all([...closing, this.#picker[Symbol.asyncDispose]()]);
  }

  #channelTo(node: Node): Channel {
    if (this.#closed) throw closedError(this.name);
    const key = `${node.scheme}://${node.address}`;
    const known = this.#channels.get(key);
    if (known !== undefined) return known;
    if (this.#channels.size >= maxChannels)
      throw errorServiceUnavailable("", `${this.name} has more than ${maxChannels} addresses in use`);
    const address = nodeAddress(node);
    if (this.#settings.tls !== undefined && !address.secure)
      throw new Error(`${address.name} was discovered for ${this.name} and has no TLS, but the tls option is given`);
    const channel = new Channel(address, this.#settings);
    this.#channels.set(key, channel);
    return channel;
  }
}
