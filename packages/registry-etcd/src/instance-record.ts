import type { ServiceInstance } from "@kratos-ts/core";

/** An instance as Go Kratos writes it, to the byte: metadata in the order of its keys, `<`, `>` and `&` escaped. */
export function writeRecord({ id, name, version, metadata, endpoints }: ServiceInstance): string {
  const record = { id, name, version: version ?? "", metadata: sorted(metadata), endpoints: endpoints ?? null };
  return JSON.stringify(record).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Undefined for what is no instance: somebody else's value harms nobody. */
export function readRecord(text: string): ServiceInstance | undefined {
  try {
    const { id, name, version, metadata, endpoints } = JSON.parse(text);
    const instance = { id, name, version: version ?? "", metadata: metadata ?? {}, endpoints: endpoints ?? [] };
    if (!Array.isArray(instance.endpoints) || Object.getPrototypeOf(instance.metadata) !== Object.prototype)
      return undefined;
    const texts = [id, name, instance.version, ...instance.endpoints, ...Object.values(instance.metadata)];
    return texts.every((value) => typeof value === "string") ? instance : undefined;
  } catch {
    return undefined;
  }
}

function sorted(metadata: ServiceInstance["metadata"] | null | undefined): Record<string, string> | null {
  if (metadata === null || metadata === undefined) return null;
  return Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)));
}
