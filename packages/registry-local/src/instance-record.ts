import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { ServiceInstance } from "@kratos-ts/core";

/** What the file of an instance holds. */
export interface InstanceRecord {
  readonly instance: ServiceInstance;
  /** The process that wrote it. */
  readonly pid: number;
  /** The machine, or container, in which that number means something. */
  readonly host: string;
  /** After how long without being renewed it counts no more: readers may have other settings. */
  readonly ttlMs: number;
}

const host = hostname();

/** The text of a record; no two are equal, so that each registration knows its own. */
export function writeRecord(instance: ServiceInstance, ttlMs: number): string {
  const { id, name, version = "", metadata, endpoints } = instance;
  const owner = { pid: process.pid, host, ttlMs, token: randomUUID() };
  return JSON.stringify({ id, name, version, metadata: metadata ?? {}, endpoints: endpoints ?? [], ...owner });
}

/** Undefined for what is no record: somebody else's file harms nobody. */
export function readRecord(text: string): InstanceRecord | undefined {
  try {
    const { id, name, version, metadata, endpoints, pid, host, ttlMs } = JSON.parse(text);
    const texts = [id, name, version, host, ...endpoints, ...Object.values(metadata)];
    if (!texts.every((value) => typeof value === "string") || !Number.isInteger(pid) || !(ttlMs > 0)) return undefined;
    return { instance: { id, name, version, metadata, endpoints }, pid, host, ttlMs };
  } catch {
    return undefined;
  }
}

/** Whether the process that wrote a record is known to be gone; its number may belong to another by now. */
export function isGone({ pid, host: where }: InstanceRecord): boolean {
  if (where !== host) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    // EPERM: there is such a process, of another user.
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
