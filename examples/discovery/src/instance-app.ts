import { setTimeout as delay } from "node:timers/promises";
import { type App, createApp } from "@kratos-ts/app";
import type { Config } from "@kratos-ts/config";
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
  /** Where to listen. Default: free ports of 127.0.0.1. */
  readonly http?: string | undefined;
  readonly grpc?: string | undefined;
  /** Its parts, each with a `revision`, are told of in answers. */
  readonly config?: Config<unknown> | undefined;
  /** How long new calls are taken after deregistering, in ms. Default: the app's. */
  readonly grace?: number;
  /** False: no signal stops it. Default: the app's. */
  readonly signals?: false;
  readonly onStart?: () => void;
}

const anyPort = "127.0.0.1:0";

/** One instance of the service. */
export function createInstance(options: InstanceOptions): App {
  const { id, registrar, name = "who", version = "v1", metadata = {}, grace, signals, onStart, config } = options;
  const who: Service<typeof Who> = {
    async ask({ delayMs, blockMs }, ctx) {
      if (delayMs > 0) await delay(delayMs, undefined, { signal: ctx.signal });
      if (blockMs > 0) block(blockMs);
      return { id, revisions: revisionsOf(config) };
    },
  };
  const servers = [
    createHttpServer({ address: options.http ?? anyPort }),
    createGrpcServer({ address: options.grpc ?? anyPort }),
  ];
  for (const server of servers) server.service(Who, who);
  const hooks = { afterStart: () => onStart?.() };
  return createApp({ id, name, version, metadata, servers, registrar, grace, signals, hooks });
}

/** The revision of each part, all of one moment. */
function revisionsOf(config: Config<unknown> | undefined): number[] {
  return Object.keys(config?.tree ?? {}).map((part) => Number(config?.int(`${part}.revision`)));
}

/** Keeps the event loop from everything else for so long. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
