import { noopLogger } from "@kratos-ts/core";
import { createPeer, type Endpoints, type PeerOptions } from "../peer/server.ts";

/** The TypeScript peer in this process, on free ports. */
export async function startLocalPeer(
  options: Partial<Omit<PeerOptions, "onReady">> = {},
): Promise<Endpoints & AsyncDisposable> {
  const ready = Promise.withResolvers<Endpoints>();
  const app = createPeer({
    name: "interop.ts",
    http: "127.0.0.1:0",
    grpc: "127.0.0.1:0",
    logger: noopLogger,
    signals: false,
    ...options,
    onReady: ready.resolve,
  });
  const ended = app.run();
  ended.catch(ready.reject);
  const endpoints = await ready.promise;
  return {
    ...endpoints,
    async [Symbol.asyncDispose]() {
      await app.stop();
      await ended;
    },
  };
}
