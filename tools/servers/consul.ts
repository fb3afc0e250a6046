// Consul in development mode, in memory: the store of registry-consul and config-consul.
import { goBuildOf } from "./go-build.ts";
import { type RealServer, startServer } from "./real-server.ts";

// The newest version whose submodules are all in the checksum database.
const version = "v1.20.6";
const submodules = ["api", "envoyextensions", "proto-public", "sdk", "troubleshoot"];

/** The program, or undefined where it can't be had (see `orLeaveOut`). 7 to 20 minutes when it is built first. */
export function ensureConsul(): Promise<string | undefined> {
  const module = "github.com/hashicorp/consul";
  // They are not in the archive, which replaces them by folders: the published ones are taken.
  return goBuildOf({ name: "consul", module, version, unreplaced: submodules.map((name) => `${module}/${name}`) });
}

export interface ConsulAgentOptions {
  port?: number;
  /** Further flags, such as `-hcl` with a piece of configuration. */
  flags?: readonly string[];
}

/** A fresh agent on 127.0.0.1, which forgets everything when it ends. Beside its port it needs the two that follow. */
export async function startConsul(program: string, options: ConsulAgentOptions = {}): Promise<RealServer> {
  return startServer({
    name: `consul ${version}`,
    port: options.port,
    command: (port) => [program, "agent", "-dev", "-log-level", "error", ...flags(port), ...(options.flags ?? [])],
    // It names a leader once it can be written to.
    isReady: async (port) => /\d/.test(await (await fetch(`http://127.0.0.1:${port}/v1/status/leader`)).text()),
  });
}

function flags(port: number): string[] {
  const here = ["-bind", "127.0.0.1", "-client", "127.0.0.1", "-http-port", String(port)];
  const inside = ["-server-port", String(port + 1), "-serf-lan-port", String(port + 2)];
  const off = ["-serf-wan-port", "-dns-port", "-grpc-port", "-grpc-tls-port", "-https-port"];
  return [...here, ...inside, ...off.flatMap((flag) => [flag, "-1"])];
}
