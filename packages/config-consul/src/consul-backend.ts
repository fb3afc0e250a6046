import type { ConfigKeyValue } from "@kratos-ts/core";
import { ConsulClient } from "./consul/consul-client.ts";
import type { ConsulSettings } from "./consul/consul-options.ts";
import { type ConsulQuery, followQuery } from "./consul/follow-query.ts";
import type { SourceBackend } from "./source/backed-source.ts";
import { keyValuesOf } from "./source/key-values.ts";

export interface ConsulBackendOptions {
  readonly consul: ConsulSettings;
  readonly path: string;
  readonly format: string | undefined;
}

interface StoredKey {
  readonly Key: string;
  /** As base64; null: empty. */
  readonly Value: string | null;
}

/** All keys below a path, named by what follows it. */
export class ConsulBackend implements SourceBackend {
  readonly name: string;
  readonly #client: ConsulClient;
  readonly #folder: string;
  readonly #format: string | undefined;

  constructor({ consul, path, format }: ConsulBackendOptions) {
    this.name = `consul ${path}`;
    this.#client = new ConsulClient(consul);
    this.#folder = path.endsWith("/") ? path : `${path}/`;
    this.#format = format;
  }

  async load(signal: AbortSignal): Promise<readonly ConfigKeyValue[]> {
    const { json } = await this.#client.call({ method: "GET", ...this.#query(), signal });
    return this.#keyValues(json);
  }

  async *follow(signal: AbortSignal): AsyncGenerator<readonly ConfigKeyValue[]> {
    for await (const json of followQuery(this.#client, this.#query(), signal)) yield this.#keyValues(json);
  }

  close(): void {
    this.#client.close();
  }

  #query(): ConsulQuery {
    return { path: ["kv", ...this.#folder.split("/")], query: { recurse: "true" } };
  }

  #keyValues(json: unknown): readonly ConfigKeyValue[] {
    const keys = Array.isArray(json) ? (json as StoredKey[]) : [];
    // Keys that end with a slash are folders, as Consul's own pages make them.
    const entries = keys
      .filter(({ Key }) => !Key.endsWith("/"))
      .map(({ Key, Value }) => [Key.slice(this.#folder.length), bytesOf(Value)] as const);
    return keyValuesOf(entries, this.#format);
  }
}

function bytesOf(base64: string | null): Uint8Array {
  return new Uint8Array(Buffer.from(base64 ?? "", "base64"));
}
