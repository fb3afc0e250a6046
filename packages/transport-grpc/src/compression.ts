import { promisify } from "node:util";
import { gunzip as gunzipCallback, gzip as gzipCallback } from "node:zlib";
import { KratosError } from "@kratos-ts/core";
import { malformed, tooLarge } from "./frame.ts";

/** The value of `grpc-accept-encoding`: what this package can read. */
export const acceptEncoding = "gzip";

const gzipAsync = promisify<Uint8Array, Buffer>(gzipCallback);
const gunzipAsync = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzipCallback);

/** Whether a `grpc-encoding` is one that this package can read; absent means identity. */
export function isKnownEncoding(encoding: string | undefined): boolean {
  return encoding === undefined || encoding === "identity" || encoding === "gzip";
}

/** Whether the other side's `grpc-accept-encoding` lists gzip. */
export function acceptsGzip(accepted: string | undefined): boolean {
  return accepted?.split(",").some((name) => name.trim() === "gzip") ?? false;
}

/** Compresses a message, off the main thread. */
export async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  return gzipAsync(bytes);
}

export interface Compressed {
  readonly bytes: Uint8Array;
  /** The stream's `grpc-encoding`. */
  readonly encoding: string | undefined;
  /** What the message may grow to. */
  readonly maxBytes: number;
}

/**
 * The message in a frame whose compressed flag is set, off the main thread. Rejects with a KratosError: 429
 * (RESOURCE_EXHAUSTED) when it would grow beyond `maxBytes`, without doing so; 500 (INTERNAL) for broken gzip, for a flag
 * without an encoding to go with it, and for an encoding that nobody asked for (a server refuses those of requests
 * before, with UNIMPLEMENTED).
 */
export async function decompress(compressed: Compressed): Promise<Uint8Array> {
  const { bytes, encoding, maxBytes } = compressed;
  if (!isKnownEncoding(encoding)) throw malformed(unknownEncoding(encoding as string).message);
  if (encoding !== "gzip")
    throw malformed("a message is flagged as compressed, but grpc-encoding names no compression");
  try {
    const { buffer, byteOffset, length } = await gunzipAsync(bytes, { maxOutputLength: maxBytes });
    return new Uint8Array(buffer, byteOffset, length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
      throw tooLarge("a decompressed message", maxBytes);
    throw malformed(`a message is no valid gzip: ${(error as Error).message}`);
  }
}

/** The error for a compression that this package can't read: 501, UNIMPLEMENTED. */
export function unknownEncoding(encoding: string): KratosError {
  const message = `grpc-encoding ${JSON.stringify(encoding)} is not supported; use one of: identity, ${acceptEncoding}`;
  return new KratosError({ code: 501, message });
}
