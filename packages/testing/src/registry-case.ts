import { randomUUID } from "node:crypto";
import type { Discovery, ServiceInstance } from "@kratos-ts/core";
import { expect } from "vitest";
import { ListReader, seenWithinMs } from "./list-reader.ts";
import type { Registry, RegistryCase, RegistrySubject } from "./registry-contract.ts";

/** What a case has to work with: two registries of one backend, and a service that nobody else uses. */
export interface RegistryStage {
  readonly subject: RegistrySubject;
  /** Registers, in most cases. */
  readonly ours: Registry;
  /** Finds, in most cases: it is another process. */
  readonly theirs: Registry;
  readonly service: string;
  /** An instance of the service. */
  instance(id: string, more?: Partial<ServiceInstance>): ServiceInstance;
}

export function registryCase(name: string, check: (stage: RegistryStage) => Promise<void>): RegistryCase {
  return {
    name,
    options: undefined,
    async check(subject) {
      const [ours, theirs] = [await subject.connect(), await subject.connect()];
      const service = `contract-${randomUUID()}`;
      await check({ subject, ours, theirs, service, instance: (id, more) => instanceOf(service, id, more) });
    },
  };
}

function instanceOf(name: string, id: string, more: Partial<ServiceInstance> = {}): ServiceInstance {
  const endpoints = ["grpc://127.0.0.1:9000"];
  return { id, name, version: "v1.0.0", metadata: {}, endpoints, ...more };
}

export function idsOf(instances: readonly ServiceInstance[]): string[] {
  return instances.map(({ id }) => id).sort();
}

/** Finds these instances, and no others, within a second: some backends take a moment. */
export async function expectFound(
  discovery: Discovery,
  name: string,
  expected: readonly ServiceInstance[],
): Promise<void> {
  const found = async () => byId(await discovery.getService(name));
  await expect.poll(found, { timeout: seenWithinMs, interval: 10 }).toEqual(byId(expected));
}

function byId(instances: readonly ServiceInstance[]): ServiceInstance[] {
  return [...instances].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** A watch of a service. */
export class WatchReader extends ListReader<ServiceInstance> {
  constructor(discovery: Discovery, name: string) {
    super((options) => discovery.watch(name, options));
  }

  /** Reads lists until one has just these ids. */
  until(...ids: string[]): Promise<readonly ServiceInstance[]> {
    const textOf = (list: readonly ServiceInstance[]) => JSON.stringify(idsOf(list));
    const wanted = JSON.stringify([...ids].sort());
    return this.untilLike((list) => textOf(list) === wanted, textOf);
  }
}
