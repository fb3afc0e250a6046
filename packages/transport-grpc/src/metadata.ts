// Names that gRPC, HTTP/2 or the transport itself decides about: never taken from user code, never shown as metadata.
const reserved = new Set([
  "content-type",
  "te",
  "user-agent",
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
  "host",
  "content-length",
  "trailer",
  "http2-settings",
]);

// What retries tell each other (gRFC A6) is for middleware, though its names begin with `grpc-`.
const ofRetries = new Set(["grpc-retry-pushback-ms", "grpc-previous-rpc-attempts"]);

/** Whether a header belongs to the protocol (`grpc-*`, `content-type`, pseudo-headers, …) and not to metadata. */
export function isReserved(name: string): boolean {
  return name.startsWith(":") || (name.startsWith("grpc-") && !ofRetries.has(name)) || reserved.has(name);
}

/** Whether the values of a name are bytes, in base64 on the wire. */
export function isBinary(name: string): boolean {
  return name.endsWith("-bin");
}

/**
 * Adds custom metadata to a header list that is about to be sent. Reserved names are left out. Values under `-bin`
 * names are base64 already (see {@link encodeBinary}); others have to be printable ASCII, and what is not is
 * percent-encoded, since one bad byte would cost the whole connection.
 */
export function appendMetadata(headers: string[], metadata: readonly string[]): void {
  for (let i = 0; i < metadata.length; i += 2) {
    const name = metadata[i] as string;
    if (isReserved(name)) continue;
    const value = metadata[i + 1] as string;
    headers.push(name, isPrintable(value) ? value : encodeMessage(value));
  }
}

/** The value of a `-bin` header for these bytes: base64 without padding, as the gRPC protocol prefers. */
export function encodeBinary(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  return text.replace(/=+$/, "");
}

/** The bytes of the values of a `-bin` header: padded or not, and several joined by commas. */
export function decodeBinary(value: string): Uint8Array[] {
  return value.split(",").map((part) => new Uint8Array(Buffer.from(part.trim(), "base64")));
}

/** The first value of a name in a header list. */
export function findHeader(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) if (headers[i] === name) return headers[i + 1];
  return undefined;
}

/**
 * The metadata in a header list that was received: without pseudo-headers and the protocol's own names, but with
 * `user-agent`, which says who calls.
 */
export function metadataOf(headers: readonly string[]): string[] {
  const list: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name === "user-agent" || !isReserved(name)) list.push(name, headers[i + 1] as string);
  }
  return list;
}

const plain = /^[ -$&-~]*$/;
const printable = /^[ -~]*$/;
const toEncode = /[^ -$&-~]+/g;

function isPrintable(value: string): boolean {
  return printable.test(value);
}

/** The value of `grpc-message`: UTF-8, percent-encoded outside of printable ASCII (gRPC over HTTP/2, "Status-Message"). */
export function encodeMessage(message: string): string {
  if (plain.test(message)) return message;
  return message.replace(toEncode, (run) => {
    let encoded = "";
    for (const byte of Buffer.from(run)) encoded += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    return encoded;
  });
}

/** The text of a `grpc-message`. What is not well encoded is kept as it is, so that nothing is lost. */
export function decodeMessage(value: string): string {
  if (!value.includes("%")) return value;
  return value.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => Buffer.from(run.replaceAll("%", ""), "hex").toString());
}
