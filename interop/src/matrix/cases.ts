import type { JsonValue } from "@bufbuild/protobuf";
import type { Case } from "../peer/run.ts";
import { everything } from "./everything.ts";

/** Which server a case calls: with its own timeout, with another, or with none. */
export type ServerTimeout = "default" | "3s" | "0";

export interface MatrixCase extends Omit<Case, "endpoint"> {
  /** Default: `default`. */
  readonly timeout?: ServerTimeout;
  /** The one transport that it is for. Default: both. */
  readonly only?: "http" | "grpc";
}

/** Where a relay is to go: to the server itself, or to that of the other implementation. */
export const relayTargets = ["$same.http", "$same.grpc", "$other.http", "$other.grpc"] as const;

type Requests = Readonly<Record<string, Readonly<Record<string, JsonValue>>>>;

/** Every method that echoes, with requests by what is special in them. */
const echoes: Requests = {
  GetEverything: {
    ...everything.queryable,
    // Go's client leaves these out of a query.
    "what no query can hold": { stringValue: "keep", nestedList: [{ id: "a" }], struct: { a: [1, null, "x"] } },
  },
  PostEverything: { ...everything.queryable, ...everything.bodyOnly },
  PutEverything: { "a field of several words in the path": { stringValue: "in path", int32Value: 5 } },
  PostNested: {
    "a body field, a path variable of several words": {
      stringValue: "p",
      nested: { id: "n", tags: ["a"] },
      int32Value: 7,
    },
  },
  GetItem: {
    "path and query": { id: "7", shelf: "s", view: "full" },
    "a value with a space": { id: "a b" },
    "a value in Chinese": { id: "你好" },
    "a value with a slash": { id: "a/b" },
    "a value with a question mark": { id: "a?view=x" },
    "a value with a percent sign": { id: "100%" },
    "a value with a plus sign": { id: "a+b" },
    "a value with a colon": { id: "a:b" },
  },
  ListItems: {
    "all fields": {
      pageSize: 5,
      pageToken: "t",
      tags: ["b", "a"],
      color: "GREEN",
      filter: "",
      readMask: "title,priceCents",
    },
    "no field": {},
  },
  CreateItem: {
    "pattern, body field and query": { parent: "shelves/s1", item: { id: "7", priceCents: "5" }, dryRun: true },
  },
  UpdateItem: {
    "nested path and mask": { item: { id: "7", title: "T" }, updateMask: "title,color", allowMissing: true, note: "n" },
  },
  ReplaceItem: {
    "body *": { item: { id: "7", title: "T" }, note: "n" },
    "a mask": { item: { id: "7" }, updateMask: "title" },
  },
  DeleteItem: { "path and query": { id: "7", force: true } },
  PurgeItem: { "custom verb": { id: "7", force: true } },
  HeadItem: { "no body to reply with": { id: "7" } },
  CancelItem: { "verb after the path": { name: "a", view: "v", revision: 3 } },
  GetShelf: { "one segment": { name: "shelves/s 1", revision: 2 } },
  GetBook: { "two segments": { name: "shelves/s/books/b" } },
  PublishBook: { "pattern and verb": { name: "shelves/s/books/b", view: "v" } },
  GetFile: { "the rest of the path": { name: "files/a/b c.txt", view: "v" } },
  GetTypedPath: {
    "numbers, bool and enum": { small: -5, large: "9007199254740993", flag: true, color: "BLUE", note: "n" },
    "zero values": { note: "n" },
  },
  GetKnownPath: { "timestamp, duration and wrapper": { at: "2026-07-14T12:30:45.5Z", every: "90.5s", label: "a b" } },
  GetOddPath: {
    "double and bytes": { ratio: 1e21, blob: "AQID", color: "RED" },
    "bytes that differ in base64url": { ratio: 1.5, blob: "+/8=", color: "RED" },
  },
  GetNestedPath: {
    "nested values": { parent: { id: "p", count: 3, child: { id: "c", count: 4, tags: ["x"] } }, note: "n" },
  },
  GetOneLetter: { "two variables in one segment": { a: "x", b: "y" } },
  BodyList: { "a list as body": { id: "1", items: [{ id: "a" }, { id: "b", tags: ["t"] }] } },
  BodyText: { "a string as body": { id: "1", text: 'hello "there"' } },
  BodyMap: { "a map as body": { id: "1", labels: { a: "b", "c d": "é" } } },
  BodyStruct: { "a struct as body": { id: "1", struct: { a: [1, null, "x"] }, labels: { k: "v" } } },
  ReplyItem: { "a message as reply": { id: "7" }, "an absent message": { id: "none" } },
  ReplyItems: { "a list as reply": { id: "7" } },
  ReplyText: { "a string as reply": { id: "7" } },
  ReplyLabels: { "a map as reply": { id: "7" } },
  Upload: {
    "a file": { filename: "a.txt", overwrite: true, file: { contentType: "text/plain", data: "aGVsbG8=" } },
    bytes: { filename: "b", file: { contentType: "image/png", data: "AAH/gA==" } },
  },
  Raw: { text: { contentType: "text/csv", data: "YSxi" }, bytes: { contentType: "image/png", data: "AAH/gA==" } },
  Download: {
    "with a type": { filename: "a.txt", contentType: "text/plain" },
    "without a type": { filename: "a.txt" },
  },
  DownloadField: { "with a type": { filename: "a.txt", contentType: "text/csv" } },
  NoRule: { fields: { name: "n", view: "v", revision: 4 } },
  Nothing: { nothing: {} },
};

const reasons = [
  "ERROR_REASON_UNSPECIFIED",
  "USER_NOT_FOUND",
  "BAD_INPUT",
  "NOT_SIGNED_IN",
  "NOT_ALLOWED",
  "ALREADY_THERE",
  "STALE_VERSION",
  "TOO_FAST",
  "CALLER_LEFT",
  "NOT_BUILT",
  "DOWN",
  "TOO_LATE",
  "TEAPOT",
  "GONE_AWAY",
  "EXPLICIT_ZERO",
  "INTERNAL_FAULT",
];

/** With and without a row in the table of codes. */
const codes = [400, 401, 402, 403, 404, 405, 409, 410, 412, 418, 422, 429, 451, 499, 500, 501, 502, 503, 504, 599, 600];

const faults: MatrixCase[] = [
  ...reasons.map((reason) => fault("FailReason", reason, { reason, message: "m" })),
  ...codes.map((code) => fault("Fail", `code ${code}`, { code, reason: "R", message: "m" })),
  fault("Fail", "every part", {
    code: 404,
    reason: "USER_NOT_FOUND",
    message: "no user é 100% <7>\nnext",
    metadata: { user: "7", "a key": "ü" },
  }),
  fault("Fail", "no reason and no message", { code: 500 }),
  fault("Fail", "a long message", { code: 400, reason: "R", message: "long ".repeat(400) }),
  fault("FailPlain", "plain", { message: "boom" }),
  fault("FailPlain", "wrapped", { message: "boom", wrap: true }),
  ...Array.from({ length: 18 }, (_, code) => fault("FailStatus", `gRPC status ${code}`, { code, message: "m" })),
  fault("Panic", "a panic", {}),
];

function fault(method: string, what: string, request: JsonValue): MatrixCase {
  return { name: `${method}: ${what}`, service: "Faults", method, request };
}

const seen = { service: "Echo", method: "Seen" } as const;

const metadata: MatrixCase[] = [
  { name: "Seen: nothing given", ...seen, request: { note: "n" } },
  {
    name: "Seen: client metadata",
    ...seen,
    metadata: { "x-md-global-a": ["1"], "x-md-local-b": ["2"], "x-md-c": ["3"] },
  },
  { name: "Seen: several values", ...seen, metadata: { "x-md-global-a": ["1", "2"] } },
  { name: "Seen: constants", ...seen, constants: { "x-md-global-k": ["c"], "X-Md-Local-K": ["d"] } },
  {
    name: "Seen: constants and client metadata of one key",
    ...seen,
    constants: { "x-md-global-a": ["constant"] },
    metadata: { "x-md-global-a": ["client"] },
  },
  { name: "Seen: keys in capitals", ...seen, metadata: { "X-MD-Global-A": ["1"] } },
  { name: "Seen: an empty value", ...seen, metadata: { "x-md-global-a": [""] } },
  { name: "Seen: other characters", ...seen, metadata: { "x-md-global-a": ["a b,c;d=e%20"] } },
  { name: "Seen: another prefix", ...seen, metadata: { "x-request-id": ["7"] } },
  { name: "Seen: traced", ...seen, tracing: true, app: "caller" },
  { name: "Seen: traced, no app", ...seen, tracing: true },
  { name: "Seen: traced, with metadata", ...seen, tracing: true, app: "caller", metadata: { "x-md-global-a": ["1"] } },
  ...relayTargets.flatMap((endpoint) => [relay(endpoint, 0), relay(endpoint, 2)]),
];

/** Global metadata goes all the way, local metadata one hop. */
function relay(endpoint: string, hops: number): MatrixCase {
  return {
    name: `Relay: to ${endpoint}, ${hops} hops more`,
    service: "Echo",
    method: "Relay",
    request: { endpoint, hops },
    tracing: true,
    app: "caller",
    metadata: { "x-md-global-a": ["1"], "x-md-local-b": ["2"] },
  };
}

const deadlines: MatrixCase[] = [
  sleep("a moment", { millis: 1 }),
  sleep("longer than the server's timeout", { millis: 1500 }),
  sleep("longer than the client's timeout", { millis: 900, timeoutMillis: 200 }),
  sleep("within a short timeout of the client", { millis: 1, timeoutMillis: 500 }),
  sleep("with a longer timeout of the server", { millis: 1200, timeout: "3s" }),
  sleep("without a timeout of the server", { millis: 1200, timeout: "0" }),
  sleep("within a long timeout of the client, none of the server", { millis: 1, timeoutMillis: 10_000, timeout: "0" }),
];

interface Sleep {
  readonly millis: number;
  readonly timeoutMillis?: number;
  readonly timeout?: ServerTimeout;
}

function sleep(what: string, { millis, ...limits }: Sleep): MatrixCase {
  return { name: `Sleep: ${what}`, service: "Echo", method: "Sleep", request: { millis }, ...limits };
}

const replies: MatrixCase[] = [
  // Go's client goes where it is sent.
  {
    name: "Redirect: to another method",
    service: "Echo",
    method: "Redirect",
    request: { url: "/v1/nothing", code: 307 },
  },
  {
    name: "ReplyHeaders: set",
    service: "Echo",
    method: "ReplyHeaders",
    request: { headers: { "x-from-server": "1" } },
  },
  {
    name: "ReplyHeaders: set before an error",
    service: "Echo",
    method: "ReplyHeaders",
    request: { headers: { "x-from-server": "1" }, fail: true },
  },
];

/** Every streaming method, over SSE, WebSocket and gRPC. */
const streams: MatrixCase[] = [
  ...counts({
    "three messages": { upto: 3, label: "l" },
    // Zeros do not show in a query, so that this is all that Go's client can ask for nothing with.
    "an error before the first": { upto: 3, failAfter: 0 },
    "an error midway": { upto: 3, failAfter: 2 },
    "an error after the last": { upto: 2, failAfter: 2 },
    "a plain error before the first": { upto: 3, failAfter: 0, plain: true },
    "a plain error midway": { upto: 3, failAfter: 1, plain: true },
    "line breaks and other characters": { upto: 1, label: "a\r\nb\n\ndata: é 你\u2028 🎉" },
    "longer than the timeouts": { upto: 3, delayMillis: 750 },
    "two hundred messages": { upto: 200, label: "label ".repeat(50) },
  }),
  stream("CountPost", "no message", { request: { upto: 0 } }),
  stream("CountPost", "a whole body", {
    request: { upto: 2, label: "l", item: { id: "7", priceCents: "9007199254740993", color: "BLUE" } },
  }),
  stream("CountPost", "an error before the first", { request: { upto: 1, failAfter: 0 } }),
  stream("CountItem", "path, query and a body field", {
    request: { upto: 2, label: "q", item: { id: "7", tags: ["a"] } },
  }),
  stream("CountRaw", "bytes of two lines", { request: { upto: 2, label: "l" } }),
  stream("Sum", "nothing", { requests: [] }),
  stream("Sum", "three messages", {
    requests: [{ number: 1, label: "a" }, { number: 2 }, { number: -5, item: { id: "x" } }],
  }),
  stream("Sum", "a thousand messages", {
    requests: Array.from({ length: 1000 }, (_, i) => ({ number: i, label: `label of ${i}` })),
  }),
  stream("Sum", "an error", { requests: [{ number: 1 }, { number: 2, fail: true }] }),
  stream("SumItem", "path, query and a body field", {
    requests: [
      { label: "p q", number: 4, item: { id: "a" } },
      { label: "p q", number: 4, item: { id: "b", title: "T" } },
    ],
  }),
  stream("SumRaw", "bytes", {
    requests: [
      { contentType: "text/plain", data: "b25l" },
      { contentType: "text/plain", data: "AP+AHg==" },
    ],
  }),
  stream("Chat", "one message", { requests: [{ room: "blue", text: "hi é", sender: "a" }] }),
  stream("Chat", "several messages", {
    requests: [
      { room: "blue", text: "hi" },
      { room: "blue", text: "ho", sender: "a" },
    ],
  }),
  stream("Chat", "nothing", { requests: [] }),
  stream("Chat", "the server ends it", {
    requests: [
      { room: "blue", text: "hi" },
      { room: "blue", text: "hi", command: "end" },
    ],
  }),
  stream("Chat", "a typed error", { requests: [{ room: "blue", command: "fail", sender: "a" }] }),
  stream("Chat", "a plain error", { requests: [{ room: "blue", command: "plain", sender: "a" }] }),
  stream("Chat", "a long plain error", {
    requests: [{ room: "blue", command: "plain", sender: "x".repeat(300) }],
  }),
  // Go's gRPC server has no recovery around streams: the process ends.
  { ...stream("Chat", "a panic", { requests: [{ room: "blue", command: "panic" }] }), only: "http" },
  { ...stream("QuietChat", "no rule", { requests: [{ text: "hi" }, { text: "ho" }] }), only: "grpc" },
];

function counts(requests: Readonly<Record<string, JsonValue>>): MatrixCase[] {
  return Object.entries(requests).map(([what, request]) => stream("Count", what, { request }));
}

function stream(method: string, what: string, sent: Pick<Case, "request" | "requests">): MatrixCase {
  return { name: `${method}: ${what}`, service: "Streams", method, ...sent };
}

export const matrixCases: readonly MatrixCase[] = [
  ...Object.entries(echoes).flatMap(([method, requests]) =>
    Object.entries(requests).map(([what, request]) => ({
      name: `${method}: ${what}`,
      service: "Echo",
      method,
      request,
    })),
  ),
  ...faults,
  ...metadata,
  ...deadlines,
  ...replies,
  ...streams,
];
