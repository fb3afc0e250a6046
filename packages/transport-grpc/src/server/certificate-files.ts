import { unwatchFile, watchFile } from "node:fs";
import { readFile } from "node:fs/promises";
import { createSecureContext, type TlsOptions } from "node:tls";
import type { Logger } from "@kratos-ts/core";

/** Certificates that are read from files, and again when those change, for the connections that come then. */
export interface CertificateFileOptions {
  /** The file of the certificate and its chain, PEM; in the place of `cert`. */
  certFile?: string | undefined;
  /** The file of the private key, PEM; in the place of `key`. */
  keyFile?: string | undefined;
  /** The file of those who sign the clients' certificates, PEM; in the place of `ca`. */
  caFile?: string | undefined;
  /** How often the files are looked at, in ms. Default 5000; 0: they are read at the start alone. */
  reloadMs?: number | undefined;
}

export interface CertificateWatch<T> {
  /** The options with what the files hold now. */
  readonly tls: T & TlsOptions;
  /** Gives new contents to `renew`, when they are whole and valid; those that are not are logged, and the old ones stay. */
  watch(renew: (tls: T & TlsOptions) => void, logger: Logger): void;
  close(): void;
}

/** Reads the files that the options name. Rejects with an Error that says which one can't be read. */
export async function openCertificates<T extends CertificateFileOptions>(options: T): Promise<CertificateWatch<T>> {
  const { certFile, keyFile, caFile, reloadMs = 5_000 } = options;
  const files = Object.entries({ cert: certFile, key: keyFile, ca: caFile }).filter(([, file]) => file !== undefined);
  const read = async (): Promise<T & TlsOptions> => {
    const contents = await Promise.all(files.map(async ([name, file]) => [name, await readPem(String(file))]));
    return { ...options, ...Object.fromEntries(contents) };
  };
  const tls = await read();
  let check: (() => void) | undefined;
  return {
    tls,
    watch(renew, logger) {
      const look = async (): Promise<void> => {
        try {
          const changed = await read();
          // Throws when certificate and key are no pair, as when one of them is not written yet.
          createSecureContext(changed);
          if (check === undefined) return;
          renew(changed);
          logger.info("the certificate was renewed");
        } catch (error) {
          logger.error("the changed certificate files can't be used; the old ones stay", { error });
        }
      };
      check = () => void look();
      if (reloadMs > 0)
        for (const [, file] of files) watchFile(String(file), { interval: reloadMs, persistent: false }, check);
    },
    close() {
      if (check !== undefined) for (const [, file] of files) unwatchFile(String(file), check);
      check = undefined;
    },
  };
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new Error(`the server's tls option names a file that can't be read: ${file}`, { cause });
  }
}
