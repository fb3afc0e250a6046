import { ExtData, encode } from "@msgpack/msgpack";

/** A line as it waits: what it was when it was logged. */
export interface FluentdEvent {
  readonly tag: string;
  /** The entry of the forward protocol: `[time, record]`. */
  readonly bytes: Uint8Array;
}

/** https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1.5#eventtime-ext-format */
export function encodeEntry(timeMs: number, record: Readonly<Record<string, unknown>>): Uint8Array {
  const time = new DataView(new ArrayBuffer(8));
  time.setUint32(0, Math.floor(timeMs / 1000));
  time.setUint32(4, Math.round((timeMs % 1000) * 1e6));
  return encode([new ExtData(0, new Uint8Array(time.buffer)), record]);
}

/** A message in PackedForward mode; with a chunk id the server acknowledges it. */
export function encodeForward(events: readonly FluentdEvent[], chunk: string | undefined): Uint8Array {
  const entries = Buffer.concat(events.map((event) => event.bytes));
  return encode([events[0]?.tag, entries, { size: events.length, ...(chunk !== undefined && { chunk }) }]);
}
