import { type ConfigSource, type Logger, noopLogger } from "@kratos-ts/core";
import { type EtcdOptions, etcdSettings } from "./etcd/etcd-options.ts";
import { EtcdBackend } from "./etcd-backend.ts";
import { BackedSource } from "./source/backed-source.ts";

export interface EtcdSourceOptions extends EtcdOptions {
  /** The key, or with `prefix` what all keys begin with. */
  path: string;
  /** Takes all keys that begin with the path; what follows it, and a slash, names them. Default false: the one key. */
  prefix?: boolean | undefined;
  /** `json`, `yaml`, … for every key. Default: by extension; a key without one is a dotted path, its value a text. */
  format?: string | undefined;
  /** Is told of outages. Default: silent. */
  logger?: Logger | undefined;
}

/** Keys of etcd, and how they change. Closing it, or disposing of it, ends its watches and connections. */
export interface EtcdSource extends ConfigSource, AsyncDisposable {
  watch: NonNullable<ConfigSource["watch"]>;
  close(): Promise<void>;
}

/**
 * Configuration in etcd, as Go Kratos has it. It connects when it is used first, and keeps watches going when etcd was
 * away. Throws a TypeError for an empty path or hosts that are none, a RangeError for a time that is no positive number.
 */
export function etcdSource(options: EtcdSourceOptions): EtcdSource {
  const { path, prefix = false, format, logger = noopLogger } = options;
  if (!path) throw new TypeError("etcdSource: path must name a key, or what keys begin with");
  return new BackedSource(new EtcdBackend({ etcd: etcdSettings(options), path, prefix, format }), logger);
}
