import { KratosError } from "@kratos-ts/core";
import { errorOfText } from "./go-error-text.ts";

// Kratos's own conventions on top of RFC 6455: a frame is one encoded message, or one of these two, which begin with
// the record separator (0x1E), as no JSON and no Protobuf message does.

/** What a sender ends its messages with. */
export const endFrame = "\u001eend";

const separator = 0x1e;
const errorPrefix = "\u001eerror:";
const decoder = new TextDecoder();

/** The frame by which one side tells the other that it failed; the text as of `errorText`. */
export function errorFrame(text: string): string {
  return errorPrefix + text;
}

/** What a frame says that is no message: the end of the messages, or an error; undefined for a message. */
export function readControlFrame(data: Uint8Array): "end" | KratosError | undefined {
  if (data[0] !== separator) return undefined;
  const text = decoder.decode(data);
  if (text === endFrame) return "end";
  return text.startsWith(errorPrefix) ? errorOfText(text.slice(errorPrefix.length)) : undefined;
}

/** Close codes of RFC 6455 §7.4.1. */
export const CloseCode = { normal: 1000, goingAway: 1001, none: 1005, cut: 1006, tooBig: 1009, failed: 1011 } as const;

/** Whether a close is the end of the messages, and no failure. One without a code is what a browser's `close()` sends. */
export function isNormalClose(code: number): boolean {
  return code === CloseCode.normal || code === CloseCode.goingAway || code === CloseCode.none;
}

/** Why a server has closed a WebSocket; undefined when that was the normal end. */
export function errorOfClose(code: number, reason: string): KratosError | undefined {
  if (isNormalClose(code)) return undefined;
  if (code === CloseCode.failed && reason !== "") return errorOfText(reason);
  if (code === CloseCode.cut)
    return new KratosError({ code: 503, message: "the connection broke before the stream had ended" });
  if (code === CloseCode.tooBig)
    return new KratosError({
      code: 413,
      reason: "BODY_TOO_LARGE",
      message: "a message is larger than the server takes",
    });
  return new KratosError({ code: 500, message: `the server closed the WebSocket with code ${code} ${reason}`.trim() });
}

// A close frame is a control frame, of at most 125 bytes, two of which are the code (RFC 6455 §5.5).
const maxReasonBytes = 123;

/** Whether a text fits into a close frame. */
export function fitsCloseReason(text: string): boolean {
  return text.length <= maxReasonBytes && new TextEncoder().encode(text).length <= maxReasonBytes;
}
