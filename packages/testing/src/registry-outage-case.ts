import { randomUUID } from "node:crypto";
import type { Discovery, ServiceInstance } from "@kratos-ts/core";
import { expect } from "vitest";
import { lenientMs } from "./breakable.ts";
import { idsOf, WatchReader } from "./registry-case.ts";
import type { Registry } from "./registry-contract.ts";
import type { RegistryOutageCase, RegistryOutageSubject } from "./registry-outage-contract.ts";

/** What a case has to work with. */
export interface OutageStage {
  readonly subject: RegistryOutageSubject;
  /** Reaches the server through the network that fails. */
  readonly ours: Registry;
  /** Another process, past that network. */
  readonly theirs: Registry;
  readonly service: string;
  instance(id: string): ServiceInstance;
  /** A watch of ours that has seen its first list. */
  watch(): Promise<WatchReader>;
  /** Reads lists until one has these ids. */
  readUntil(reader: WatchReader, ...ids: string[]): Promise<void>;
  /** Finds these ids, and no others, in time, whatever is found or thrown before. */
  expectFound(discovery: Discovery, ...ids: string[]): Promise<void>;
  /** Succeeds in time, however often it fails before. */
  eventually(attempt: () => Promise<unknown>): Promise<void>;
}

export function outageCase(name: string, check: (stage: OutageStage) => Promise<void>): RegistryOutageCase {
  return {
    name,
    options: undefined,
    async check(subject) {
      const ours = await subject.connect({ through: "network" });
      const theirs = await subject.connect({ through: "nothing" });
      const service = `outage-${randomUUID()}`;
      await check({
        subject,
        ours,
        theirs,
        service,
        instance: (id) => ({ id, name: service, version: "", metadata: {}, endpoints: ["grpc://127.0.0.1:9000"] }),
        async watch() {
          const reader = new WatchReader(ours, service);
          await reader.next(lenientMs(subject));
          return reader;
        },
        readUntil: (reader, ...ids) => readUntil(reader, { ids, ms: lenientMs(subject) }),
        expectFound: (discovery, ...ids) => expectIds(discovery, service, { ids, ms: lenientMs(subject) }),
        eventually: (attempt) =>
          expect.poll(() => attempt().then(() => "done", String), { timeout: lenientMs(subject) }).toBe("done"),
      });
    },
  };
}

/** Finds these ids, and no others, within so many ms, whatever else it finds or throws before. */
export async function expectIds(discovery: Discovery, name: string, want: { ids: string[]; ms: number }) {
  const found = () => discovery.getService(name).then(idsOf, (error: unknown) => String(error));
  await expect.poll(found, { timeout: want.ms, interval: 20 }).toEqual(want.ids);
}

/** Reads lists until one has these ids. */
async function readUntil(reader: WatchReader, want: { ids: string[]; ms: number }): Promise<void> {
  while (idsOf(reader.latest).join() !== want.ids.join()) await reader.next(want.ms);
}
