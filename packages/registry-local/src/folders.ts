import { createHash } from "node:crypto";
import { mkdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";

/** One folder for each user: nobody else is to register instances there. */
export function defaultFolder(): string {
  return join(tmpdir(), `kratos-registry-${process.getuid?.() ?? process.env.USERNAME ?? "user"}`);
}

export function serviceFolder(folder: string, name: string): string {
  return join(folder, fileName(name));
}

export function instanceFile(folder: string, instance: { readonly name: string; readonly id: string }): string {
  return join(serviceFolder(folder, instance.name), `${fileName(instance.id)}.json`);
}

/** A text as the name of a file: never hidden, never too long, another for another text on every file system. */
function fileName(text: string): string {
  const plain = /^[a-z0-9][a-z0-9._-]{0,99}$/.test(text);
  return plain ? text : `=${createHash("sha256").update(text).digest("hex")}`;
}

/** Makes a folder unless it is there. The default one is this user's own: throws an Error when it is another's. */
export async function ensureFolder(path: string): Promise<void> {
  const parent = defaultFolder();
  const isOurs = path === parent || path.startsWith(parent + sep);
  await mkdir(path, { recursive: true, ...(isOurs && { mode: 0o700 }) });
  const own = process.getuid?.();
  if (!isOurs || own === undefined) return;
  const { uid } = await stat(parent);
  if (uid !== own)
    throw new Error(
      `the local registry's folder ${parent} belongs to another user (uid ${uid}); set the folder option`,
    );
}
