import type { Context } from "@kratos-ts/core";
import type { CalledServer } from "../called-server.ts";
import type { ClientTransporter } from "../client-transporter.ts";
import type { HttpTransportTlsOptions } from "../http-transport.ts";
import type { PlanOptions } from "../method-plan.ts";
import type { Peer } from "../peers.ts";
import type { ErrorDecoder } from "../reply-error.ts";
import type { OpenStreams } from "./open-streams.ts";

/** What the streams of one transport share, whatever carries them. */
export interface StreamSettings extends PlanOptions {
  readonly streams: OpenStreams;
  readonly decodeError: ErrorDecoder;
  /** 0: for ever. */
  readonly idleMs: number;
}

/** The same where we make the connections. */
export interface SocketStreamSettings extends StreamSettings {
  readonly userAgent: string;
  readonly tls: HttpTransportTlsOptions | undefined;
  /** Of WebSockets: after so long without hearing anything a ping is sent; 0: never. */
  readonly keepAliveMs: number;
}

/** One streaming call at the end of the chain. */
export interface StreamCall<
  Server extends CalledServer = Peer,
  Settings extends StreamSettings = SocketStreamSettings,
> {
  readonly settings: Settings;
  readonly peer: Server;
  readonly transporter: ClientTransporter;
  readonly context: Context;
  /** Is told once how it ended; undefined: without an error. */
  onEnd(error: unknown): void;
}

/** One of which it does not matter what carries it. */
export type AnyStreamCall = StreamCall<CalledServer, StreamSettings>;
