/** What a field name means to HTTP/2 itself. */
export const FieldKind = {
  regular: 0,
  pseudo: 1,
  contentLength: 2,
  te: 3,
  /** Not allowed in HTTP/2: of a connection (RFC 9113 §8.2.2), or no name at all (§8.2.1). */
  forbidden: 4,
} as const;

const kinds = new Map<string, number>([
  [":method", FieldKind.pseudo],
  [":scheme", FieldKind.pseudo],
  [":authority", FieldKind.pseudo],
  [":path", FieldKind.pseudo],
  [":status", FieldKind.pseudo],
  ["content-length", FieldKind.contentLength],
  ["te", FieldKind.te],
  ["connection", FieldKind.forbidden],
  ["keep-alive", FieldKind.forbidden],
  ["proxy-connection", FieldKind.forbidden],
  ["transfer-encoding", FieldKind.forbidden],
  ["upgrade", FieldKind.forbidden],
]);

const token = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
// Of one peer's names no more are kept than this; the rest is looked at each time.
const maxKnownNames = 1024;
const maxKnownLength = 64;

/** The kind of a field name. */
export function kindOf(name: string): number {
  const known = kinds.get(name);
  if (known !== undefined) return known;
  const kind = token.test(name) ? FieldKind.regular : FieldKind.forbidden;
  if (kinds.size < maxKnownNames && name.length <= maxKnownLength) kinds.set(name, kind);
  return kind;
}

// NUL, CR and LF are what RFC 9113 §8.2.1 forbids. It forbids white space at the ends too, but gRPC servers do send
// such messages in `grpc-message`.
const forbiddenInValue = /[\0\r\n]/;

/** Whether a value that was received may be one. */
export function isValue(value: string): boolean {
  return !forbiddenInValue.test(value);
}
