import { setTimeout as delay } from "node:timers/promises";
import { type App, createApp } from "@kratos-ts/app";
import type { Registrar, Service } from "@kratos-ts/core";
import { createGrpcServer } from "@kratos-ts/transport-grpc";
import { createHttpServer } from "@kratos-ts/transport-http";
import { Who } from "./gen/discovery/v1/who_pb.ts";

export interface InstanceOptions {
  readonly id: string;
  readonly registrar: Registrar;
  /** Default "who". */
  readonly name?: string;
  readonly version?: string;
  readonly metadata?: Record<string, string>;
  /** How long new calls are taken after deregistering, in ms. Default: the app's. */
  readonly grace?: number;
  /** False: no signal stops it. Default: the app's. */
  readonly signals?: false;
  readonly onStart?: () => void;
}

/** One instance of the service, on free ports of this machine. */
export function createInstance(options: InstanceOptions): App {
  const { id, registrar, name = "who", version = "v1", metadata = {}, grace, signals, onStart } = options;
  const who: Service<typeof Who> = {
    async ask({ delayMs }, ctx) {
      if (delayMs > 0) await delay(delayMs, undefined, { signal: ctx.signal });
      return { id };
    },
  };
  const servers = [createHttpServer({ address: "127.0.0.1:0" }), createGrpcServer({ address: "127.0.0.1:0" })];
  for (const server of servers) server.service(Who, who);
  const hooks = { afterStart: () => onStart?.() };
  return createApp({ id, name, version, metadata, servers, registrar, grace, signals, hooks });
}
