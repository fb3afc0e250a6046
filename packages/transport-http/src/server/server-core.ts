import type { Socket } from "node:net";
import type { Context, JoinedPort } from "@kratos-ts/core";
import { createCodecRegistry } from "../codec/codec-registry.ts";
import type { CodecRegistry } from "../codec/codec-set.ts";
import { Connections } from "./connections.ts";
import { createEnvelope, type Envelope } from "./envelope.ts";
import type { Filter } from "./filter.ts";
import type { ResolvedOptions } from "./options.ts";

/** What the calls of one server share. */
export class ServerCore {
  readonly options: ResolvedOptions;
  readonly codecs: CodecRegistry;
  /** Around replies and errors; undefined: none. */
  readonly envelope: Envelope | undefined;
  readonly connections: Connections = new Connections();
  readonly filters: Filter[];
  /** Parent of every call's context. */
  parent: Context | undefined;
  endpoint = "";
  /** What else is served on the port. */
  guest: JoinedPort | undefined;
  /** Serves a connection of HTTP/1.1, where a guest shares the port. */
  acceptHttp1: ((socket: Socket) => void) | undefined;
  /** Replies end their connection, new work is not taken. */
  stopping = false;
  /** Readiness says no. */
  draining = false;

  constructor(options: ResolvedOptions) {
    this.options = options;
    this.filters = [...options.filters];
    this.codecs = createCodecRegistry(options.codecs);
    const { envelope } = options;
    this.envelope = envelope === false ? undefined : createEnvelope(envelope === true ? {} : envelope);
  }
}
