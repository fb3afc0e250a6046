// etcd, one node without authentication: the store of registry-etcd and config-etcd.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { goBuildOf } from "./go-build.ts";
import { freePort, type RealServer, startServer } from "./real-server.ts";

const version = "v3.6.8";

/** The program, or undefined where it can't be had (see `orLeaveOut`). About 2 minutes when it is built first. */
export function ensureEtcd(): Promise<string | undefined> {
  return goBuildOf({ name: "etcd", module: "go.etcd.io/etcd/server/v3", version });
}

export interface EtcdNodeOptions {
  port?: number;
  /** The folder of its data. Default: a fresh one. */
  data?: string;
  /** Further flags, such as `--auth-token-ttl`. */
  flags?: readonly string[];
}

/** A fresh node on 127.0.0.1, or the node of `data` again. */
export async function startEtcd(program: string, options: EtcdNodeOptions = {}): Promise<RealServer> {
  const folder = options.data ?? mkdtempSync(join(tmpdir(), "kratos-etcd-"));
  return startServer({
    name: `etcd ${version}`,
    port: options.port,
    command: (port) => [program, ...flags({ url: `http://127.0.0.1:${port}`, data: folder }), ...(options.flags ?? [])],
    isReady: async (port) => (await fetch(`http://127.0.0.1:${port}/health`)).ok,
    onEnd: () => options.data === undefined && rmSync(folder, { recursive: true, force: true }),
  });
}

/** Nodes of one cluster, on 127.0.0.1. */
export async function startEtcdCluster(program: string, size = 3): Promise<RealServer[]> {
  const ports: number[] = [];
  while (ports.length < size) ports.push(await freePort());
  const peerUrl = (port: number) => `http://127.0.0.1:${port + 1}`;
  const members = ports.map((port) => `node-${port}=${peerUrl(port)}`).join(",");
  // The last flag of a name counts.
  const flagsOf = (port: number) => [
    ...["--name", `node-${port}`, "--initial-cluster", members],
    ...["--listen-peer-urls", peerUrl(port), "--initial-advertise-peer-urls", peerUrl(port)],
  ];
  // None is ready before most are there.
  return Promise.all(ports.map((port) => startEtcd(program, { port, flags: flagsOf(port) })));
}

function flags({ url, data }: { url: string; data: string }): string[] {
  // Nothing else is to join it; port 0 is any that is free.
  const peer = "http://127.0.0.1:0";
  return [
    ...["--data-dir", data, "--unsafe-no-fsync", "--log-level", "error"],
    ...["--listen-client-urls", url, "--advertise-client-urls", url],
    ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", `default=${peer}`],
  ];
}
