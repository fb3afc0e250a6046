// The registries, and how each of them goes away.
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureConsul, startConsul } from "../../../../tools/servers/consul.ts";
import { ensureEtcd, startEtcd } from "../../../../tools/servers/etcd.ts";
import type { RealServer } from "../../../../tools/servers/real-server.ts";
import type { RegistryKind } from "../registry-choice.ts";

export interface RegistryServer extends AsyncDisposable {
  readonly kind: RegistryKind;
  /** With its version. */
  readonly name: string;
  /** Where instances and callers find it. */
  readonly at: string;
  /** Takes it away, at once. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}

/** A fresh one of this kind; undefined where its program can't be had. */
export async function startRegistry(kind: RegistryKind): Promise<RegistryServer | undefined> {
  if (kind === "local") return localFolder();
  const program = await (kind === "etcd" ? ensureEtcd() : ensureConsul());
  if (program === undefined) return undefined;
  const server = await (kind === "etcd" ? startEtcd(program) : startConsul(program));
  return ofServer(kind, server);
}

/** Killed, and started again on its port: etcd with its data, Consul without. */
function ofServer(kind: RegistryKind, server: RealServer): RegistryServer {
  return {
    kind,
    name: server.name,
    at: `127.0.0.1:${server.port}`,
    goAway: () => server.kill(),
    comeBack: () => server.restart(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Its folder is lost, and a file in its place lets nothing be written or read. */
async function localFolder(): Promise<RegistryServer> {
  const home = await mkdtemp(join(tmpdir(), "kratos-chaos-"));
  const folder = join(home, "registry");
  let lost = 0;
  return {
    kind: "local",
    name: "a folder",
    at: folder,
    async goAway() {
      // Somebody may make the folder anew between the two.
      for (let blocked = false; !blocked; ) {
        await rename(folder, join(home, `lost-${++lost}`)).catch(() => {});
        blocked = await writeFile(folder, "").then(
          () => true,
          () => false,
        );
      }
    },
    comeBack: () => rm(folder, { recursive: true, force: true }),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}
