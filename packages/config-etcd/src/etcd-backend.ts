import type { ConfigKeyValue } from "@kratos-ts/core";
import { EtcdClient } from "./etcd/etcd-client.ts";
import type { EtcdSettings } from "./etcd/etcd-options.ts";
import { followRange, keyRange, keyText, prefixRange } from "./etcd/follow-range.ts";
import { KV } from "./gen/etcdserverpb/rpc_pb.ts";
import type { KeyValue } from "./gen/mvccpb/kv_pb.ts";
import type { SourceBackend } from "./source/backed-source.ts";
import { keyValuesOf } from "./source/key-values.ts";

export interface EtcdBackendOptions {
  readonly etcd: EtcdSettings;
  readonly path: string;
  readonly prefix: boolean;
  readonly format: string | undefined;
}

/** One key, named by what follows its last slash, or all that begin with a text, named by what follows that. */
export class EtcdBackend implements SourceBackend {
  readonly name: string;
  readonly #client: EtcdClient;
  readonly #options: EtcdBackendOptions;

  constructor(options: EtcdBackendOptions) {
    this.name = `etcd ${options.path}`;
    this.#client = new EtcdClient(options.etcd);
    this.#options = options;
  }

  async load(signal: AbortSignal): Promise<readonly ConfigKeyValue[]> {
    const { kvs } = await this.#client.unary(KV.method.range, this.#range(), signal);
    return this.#keyValues(kvs);
  }

  async *follow(signal: AbortSignal): AsyncGenerator<readonly ConfigKeyValue[]> {
    for await (const kvs of followRange(this.#client, this.#range(), signal)) yield this.#keyValues(kvs);
  }

  close(): void {
    this.#client.close();
  }

  #range() {
    const { path, prefix } = this.#options;
    return prefix ? prefixRange(path) : keyRange(path);
  }

  #keyValues(kvs: readonly KeyValue[]): readonly ConfigKeyValue[] {
    const { path, prefix, format } = this.#options;
    const nameOf = (key: string) => (prefix ? key.slice(path.length).replace(/^\//, "") : key.replace(/^.*\//s, ""));
    return keyValuesOf(
      kvs.map((keyValue) => [nameOf(keyText(keyValue)), keyValue.value] as const),
      format,
    );
  }
}
