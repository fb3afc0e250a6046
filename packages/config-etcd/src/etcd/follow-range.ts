import { KV, Watch, type WatchResponse } from "../gen/etcdserverpb/rpc_pb.ts";
import { Event_EventType, type KeyValue } from "../gen/mvccpb/kv_pb.ts";
import type { EtcdClient } from "./etcd-client.ts";
import { Pulse } from "./pulse.ts";

/** A key, or with `rangeEnd` all keys from it to the one before that. */
export interface KeyRange {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
}

/** One key alone. */
export function keyRange(key: string): KeyRange {
  return { key: new TextEncoder().encode(key), rangeEnd: new Uint8Array() };
}

/** All keys that begin with a text. */
export function prefixRange(prefix: string): KeyRange {
  const key = new TextEncoder().encode(prefix);
  const rangeEnd = key.slice();
  // UTF-8 has no byte 0xff, so that the last one can always be raised.
  rangeEnd[rangeEnd.length - 1]! += 1;
  return { key, rangeEnd };
}

export function keyText(keyValue: KeyValue): string {
  return new TextDecoder().decode(keyValue.key);
}

/**
 * Yields all that is in the range, now and after each change, none of which is missed. Throws when the watch ends for
 * whatever reason (compaction, leader, silence, network): following anew begins with the list of that moment.
 */
export async function* followRange(
  client: EtcdClient,
  range: KeyRange,
  signal: AbortSignal,
): AsyncGenerator<readonly KeyValue[]> {
  const { header, kvs } = await client.unary(KV.method.range, range, signal);
  const known = new Map(kvs.map((keyValue) => [keyText(keyValue), keyValue]));
  yield [...known.values()];
  const pulse = new Pulse(client.timeoutMs, signal);
  try {
    const requests = pulse.requests({ ...range, startRevision: (header?.revision ?? 0n) + 1n });
    for await (const response of client.stream(Watch.method.watch, { requests, signal: pulse.signal })) {
      pulse.heard();
      if (response.canceled) throw new Error(`etcd ended the watch: ${reasonOf(response)}`);
      if (response.events.length === 0) continue;
      apply(response, known);
      yield [...known.values()];
    }
  } finally {
    pulse.end();
  }
  throw new Error("etcd ended the watch");
}

function apply({ events }: WatchResponse, known: Map<string, KeyValue>): void {
  for (const { type, kv } of events) {
    if (kv === undefined) continue;
    if (type === Event_EventType.DELETE) known.delete(keyText(kv));
    else known.set(keyText(kv), kv);
  }
}

function reasonOf({ compactRevision, cancelReason }: WatchResponse): string {
  return compactRevision > 0n
    ? `revisions before ${compactRevision} were compacted`
    : cancelReason || "no reason given";
}
