import type { Discovery, Registrar } from "@kratos-ts/core";
import { FolderRegistry } from "./folder-registry.ts";
import { defaultFolder } from "./folders.ts";

export interface LocalRegistryOptions {
  /** Where instances are written; those who use the same folder find each other. Default: one of this user below the system's temporary folder. */
  folder?: string | undefined;
  /** After how long without a sign of life what is registered here is taken for gone, in ms; signs come three times as often. Default 15 000. */
  ttlMs?: number | undefined;
  /** How often watches look for processes that were killed, in ms. Default 500. */
  pollMs?: number | undefined;
}

/** Registers instances and finds them. Closing it, or disposing of it, deregisters what it registered and ends its watches. */
export interface LocalRegistry extends Registrar, Discovery, AsyncDisposable {
  close(): Promise<void>;
}

/**
 * A registry without a server: the processes of one machine find each other by files in a folder. For development,
 * tests, and services that share a machine. Throws a RangeError for times that are no positive numbers.
 */
export function createLocalRegistry(options: LocalRegistryOptions = {}): LocalRegistry {
  const { folder = defaultFolder(), ttlMs = 15_000, pollMs = 500 } = options;
  for (const [name, ms] of Object.entries({ ttlMs, pollMs }))
    if (!(ms > 0 && ms <= 0x7fff_ffff))
      throw new RangeError(`createLocalRegistry: ${name} must be a positive number of ms, got ${ms}`);
  return new FolderRegistry({ folder, ttlMs, pollMs });
}
