// Configuration as Kubernetes mounts a ConfigMap: files that lead through one symlink, which is swapped for a change.
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const parts = ["first", "second", "third"];

export class PushedConfig implements AsyncDisposable {
  readonly folder: string;
  revision = 0;

  static async create(): Promise<PushedConfig> {
    const config = new PushedConfig(await mkdtemp(join(tmpdir(), "kratos-chaos-config-")));
    await config.push();
    for (const part of parts) await symlink(join("..data", `${part}.yaml`), join(config.folder, `${part}.yaml`));
    return config;
  }

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** The next revision of all parts, at once. */
  async push(): Promise<void> {
    const version = (revision: number) => `..version-${revision}`;
    const next = ++this.revision;
    await mkdir(join(this.folder, version(next)));
    for (const part of parts)
      await writeFile(join(this.folder, version(next), `${part}.yaml`), `${part}:\n  revision: ${next}\n`);
    await symlink(version(next), join(this.folder, "..next"));
    await rename(join(this.folder, "..next"), join(this.folder, "..data"));
    await rm(join(this.folder, version(next - 1)), { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}
