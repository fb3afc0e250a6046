import type { Span } from "@opentelemetry/api";

export interface MessageEventsOptions {
  readonly direction: "SENT" | "RECEIVED";
  /** How many there are at most. */
  readonly max: number;
}

/** Makes events of a span from the messages of a stream, the first ones; undefined where nothing is recorded. */
export function messageEvents(span: Span, { direction, max }: MessageEventsOptions): (() => void) | undefined {
  if (max === 0 || !span.isRecording()) return undefined;
  let id = 0;
  return () => {
    if (id >= max) return;
    id++;
    span.addEvent("rpc.message", { "rpc.message.type": direction, "rpc.message.id": id });
  };
}
