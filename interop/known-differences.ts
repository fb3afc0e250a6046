// Where ours does not do what the recorded Go peer did, and means it. A test fails when an entry no longer applies.

export interface KnownDifference {
  readonly reason: string;
  /** What ours does instead: a value, or the part of an object that tells. */
  readonly ours: unknown;
}

type Differences = Readonly<Record<string, KnownDifference>>;

/** Differences that have one reason. */
function because(reason: string, cases: Readonly<Record<string, unknown>>): Differences {
  return Object.fromEntries(Object.entries(cases).map(([name, ours]) => [name, { reason, ours }]));
}

const json = "application/json";
const protojson = "application/protojson";
const notFound = { status: 404, contentType: protojson };
const wrongVerb = { status: 405, contentType: protojson };
const readItem = { status: 200, body: { id: "7" } };
const refused = { reason: "CODEC", code: 400 };

const allFourParts = "v3's own JSON leaves empty parts out: ours has all four, as v2's protojson";
const flatYaml =
  "Go's YAML of an error is of its own struct, all parts below `status`: ours has them at the top, as every other codec";
const mapsInXml = "Go can't write a map as XML and fails with 500 (a flaw): ours writes it";
const jsonIsProtojson =
  "application/json is protojson here, as in Kratos v2: names and enums as protojson has them, nothing by Go's own rules";
const lenientTypes = "media types are case-insensitive and may have blanks around them (RFC 9110 §8.3.1)";
const bothAlphabets = "Go reads standard base64 alone, though it writes base64url itself (a flaw): ours reads either";
const standardBase64 = "Go writes base64url, which it can't read itself (a flaw): ours writes standard base64";
const escapes = "Go puts path values in unescaped (a flaw), so that they break the path: ours escapes them";
const emptySegment = "Go leaves an empty segment, which no server can route (a flaw): ours refuses before it sends";
const fitsNot = "Go sends a value that its own rule does not match: ours refuses before it sends";
const zeroInPath = "Go leaves out a zero, so that no server can route it (a flaw): ours writes it";
const routerErrors =
  "Go's router answers in plain text: ours with an error that clients read, in the type that they asked for";
const methodNotAllowed = "Go answers 404 for a wrong verb: ours 405 with Allow (RFC 9110 §15.5.6)";
const fieldBodies = "Go's protojson takes messages alone as bodies and reply bodies (a flaw): ours takes every field";
const allValues = "Go's gRPC client sends the first value of a key alone (a flaw): ours sends all";

const streamErrors = "Go's client makes a plain 500 of every error on a WebSocket (a flaw): ours the error that it was";
const firstOverrides =
  "Go's client puts the first message into the query, which then overrides every other (a flaw): ours does not";
const streamsUncut = "Go's client cuts a stream at its timeout for unary calls: ours does not";
const nothingSent = "Go's client asks for the bare template where it has no message: ours has no value for the path";

/** By the file of vectors and the name of the case. */
export const knownDifferences: Readonly<Record<string, Differences>> = {
  "http-transcoding": {
    ...because(fieldBodies, {
      "binding body list": { status: 200, body: { id: "1", items: [{ id: "a" }, { id: "b" }] } },
    }),
    ...because("Go's generator gives a method without a rule no body: ours reads one where it is sent", {
      "binding without a rule": { status: 200, body: { name: "n" } },
    }),
    ...because(routerErrors, {
      "binding client stream by plain GET": { status: 400, contentType: protojson },
    }),
    ...because(routerErrors, {
      "binding stream without a rule": notFound,
      "path escaped slash in a pattern": notFound,
      "path in capitals": notFound,
      "path verb with a slash in the variable": notFound,
      "path root": notFound,
      "path not found with json accept": { status: 404, contentType: json },
      "path bytes standard escaped": notFound,
      "path bad escape": { status: 400, contentType: protojson },
    }),
    ...because(methodNotAllowed, {
      "path verb by GET where only POST is": wrongVerb,
      "path wrong verb": wrongVerb,
      "path wrong verb with another": wrongVerb,
      "path OPTIONS": wrongVerb,
    }),
    ...because("HEAD is answered wherever GET is (RFC 9110 §9.3.2)", {
      "path HEAD of a GET route": { status: 200, contentType: protojson },
    }),
    ...because(jsonIsProtojson, {
      "struct json POST json names": { status: 200, message: { int64Value: "5", stringValue: "x" } },
      "struct json POST int64 as string": { status: 200, message: { int64Value: "5" } },
      "struct json POST enum by name": { status: 200, message: { color: "BLUE" } },
      "struct json POST in capitals": { status: 200, message: {} },
    }),
    ...because(lenientTypes, {
      "codec accept in capitals": { status: 200, contentType: protojson },
      "codec content type in capitals": readItem,
      "codec json content type with a space": readItem,
    }),
    ...because("an empty body needs no Content-Type", {
      "codec empty body without content type": { status: 200, contentType: protojson },
    }),
    ...because(mapsInXml, { "codec xml reply with a map": { status: 200, contentType: "application/xml" } }),
    ...because(bothAlphabets, {
      "path bytes url-safe": { status: 200, body: { blob: "+/8=" } },
      "query bytes url-safe": { status: 200, body: { bytesValue: "+/8=" } },
    }),
  },

  "http-client": {
    ...because(standardBase64, {
      "GET query maps and wrappers": {
        path: "/v1/everything?bytesValue=%2B%2F8%3D&duration=1m30.5s&fieldMask=stringValue%2Cnested.id&stringMap%5Ba%5D=1&timestamp=2026-07-14T12%3A30%3A45.500Z&wrappedBool=false&wrappedInt32=5",
      },
    }),
    ...because(
      "Go finds a path variable of several words by its JSON name alone, so that it comes out empty (a flaw)",
      {
        "PUT * with path": { method: "PUT", path: "/v1/everything/in%20path" },
      },
    ),
    ...because("Go can't write a mask of a path with an underscore and a digit, or adds it to the query (a flaw)", {
      "PUT * with path and field mask": { path: "/v1/everything/p", body: { fieldMask: "int32Value,stringValue" } },
      "PUT * nested path and mask": { path: "/v1/replaced/7", body: { updateMask: "title,priceCents" } },
    }),
    ...because(emptySegment, { "GET path empty": { refused } }),
    ...because(escapes, {
      "GET path with a question mark": { path: "/v1/items/a%3Fview=x?view=y" },
      "GET path with a percent": { path: "/v1/items/100%25" },
    }),
    ...because(fitsNot, { "pattern that does not match": { refused } }),
    ...because(zeroInPath, { "typed path zero": { path: "/v1/typed/0/0/false/COLOR_UNSPECIFIED?note=n" } }),
    ...because(fieldBodies, {
      "body list": { path: "/v1/bodies/1/items", headers: { contentType: json }, body: '[{"id":"a"}]' },
      "response_body list": { path: "/v1/replies/1/items", headers: { accept: json } },
      "reply: response_body message over protojson": { reply: { item: { id: "7", priceCents: "5" } } },
      "reply: response_body list over protojson": { reply: { items: [{ id: "7" }] } },
    }),
    ...because("replies in application/json may be protojson, as v2 sends them: ours reads both", {
      "reply: protojson in a json envelope": { reply: { int64Value: "5" } },
    }),
  },

  "form-encoding": {
    ...because(standardBase64, {
      "write: bytes": { form: "bytesValue=%2B%2F%2B%2FAQI%3D", query: "bytesValue=%2B%2F%2B%2FAQI%3D" },
      "write: maps with other values": {
        form: "bytesMap%5Ba%5D=%2B%2F8%3D&colorMap%5Ba%5D=GREEN&int32Map%5Ba%5D=1",
        query: "bytesMap%5Ba%5D=%2B%2F8%3D&colorMap%5Ba%5D=GREEN&int32Map%5Ba%5D=1",
      },
    }),
    ...because(
      "Go loses the whole form where a field can't be written; in a query it leaves that field out, as ours does in both",
      {
        "write: list of messages": { form: "stringValue=keep", query: "stringValue=keep" },
      },
    ),
    ...because(bothAlphabets, { "read: bytes url-safe": { bytesValue: "+/+/AQI=" } }),
  },

  "path-building": {
    ...because(escapes, {
      "value slash": "/v1/items/a%2Fb",
      "value percent escape": "/v1/items/a%252Fb",
    }),
    ...because("a segment of dots is none, whether escaped or not (RFC 3986 §6.2.2.3): ours refuses before it sends", {
      "value dots": "refused: CODEC",
    }),
    ...because(emptySegment, {
      "value empty": "refused: CODEC",
      "missing value": "refused: CODEC",
      "missing value with query": "refused: CODEC",
      "nested missing": "refused: CODEC",
    }),
    ...because(fitsNot, { "pattern value that does not match": "refused: CODEC" }),
    ...because(zeroInPath, { "zero numbers": "/v1/typed/0/0/false/COLOR_UNSPECIFIED" }),
    ...because("the mask is in the body already; servers ignore it in the query", {
      "empty field mask": "/v1/items/7",
    }),
  },

  "errors-http": {
    ...because(flatYaml, {
      "server: full error as application/yaml": { status: 404, contentType: "application/yaml" },
      "client: yaml": { code: 404, reason: "R", message: "m" },
    }),
    ...because(mapsInXml, {
      "server: full error as application/xml": { status: 404, contentType: "application/xml" },
      "server: bare error as application/xml": { status: 409, contentType: "application/xml" },
    }),
    ...because(allFourParts, {
      "server: bare error as application/json": {
        status: 409,
        body: { code: 409, reason: "ALREADY_THERE", message: "", metadata: {} },
      },
    }),
    ...because("Go gives a plain error of its own for the client's timeout: ours the error that says so", {
      "client: own timeout": { code: 504, reason: "", message: "context deadline exceeded" },
    }),
  },

  sse: {
    ...because(jsonIsProtojson, {
      "accept a list of both": { body: ["event: message", { data: { number: 1, label: "", item: null } }, "", ""] },
      "POST * json": {
        body: [
          "event: message",
          { data: { number: 1, label: "l", item: null } },
          "",
          "event: message",
          { data: { number: 2, label: "l", item: null } },
          "",
          "",
        ],
      },
    }),
    ...because(allFourParts, {
      "plain error before the first": {
        status: 500,
        body: { code: 500, reason: "", message: "plain failure after 0", metadata: {} },
      },
    }),
    ...because(methodNotAllowed, { "wrong verb": { status: 405, body: { reason: "METHOD_NOT_ALLOWED" } } }),
  },

  websocket: {
    ...because(jsonIsProtojson, {
      "server: client stream, json": { frames: [{ data: { itemIds: [""] } }, { type: "close", code: 1000 }] },
    }),
    ...because("what can't be read is a typed error here, as in every other place; too long for a close frame", {
      "server: client stream, broken frame": {
        frames: [
          { data: "\u001eerror:error: code = 400 reason = CODEC message = … metadata = map[] cause = <nil>" },
          { type: "cut" },
        ],
      },
    }),
    ...because(routerErrors, {
      "server: no such path": notFound,
      "server: a stream without a rule": notFound,
      "server: foreign origin": { status: 403, body: [{ code: 403, reason: "ORIGIN_NOT_ALLOWED" }] },
    }),
    ...because(firstOverrides, {
      "client: bidi": { handshake: { path: "/v1/chat/blue" }, replies: [{ text: "1" }, { text: "2" }] },
    }),
    ...because(nothingSent, {
      "client: bidi of nothing": { error: { code: 400, reason: "CODEC" } },
    }),
    ...because("Go's client does not read why a handshake was refused: ours does", {
      "client: bidi, refused": { error: { code: 403, reason: "NOT_ALLOWED" } },
    }),
  },

  "errors-grpc": {
    ...because("an error with the code 200 is UNKNOWN to both; Go loses its parts, ours keeps them", {
      "server: code 200": { grpcStatus: "2", grpcMessage: "m", details: { details: [{ reason: "R" }] } },
    }),
    ...because("what was wrong with a reply that is no gRPC is told in the client's own words", {
      "client: http 503 of a proxy": { error: { code: 503, reason: "" } },
      "client: http 404 of a proxy": { error: { code: 501, reason: "" } },
      "client: http 200 without a status": { error: { code: 500, reason: "" } },
    }),
    ...because("our client watches no health: it calls, and hears from the call itself", {
      "client: health watch says not serving": { called: true, error: undefined },
    }),
  },

  metadata: {
    ...because(allValues, {
      "constants and client metadata of one key over grpc": { headers: { "x-md-global-a": ["const", "client"] } },
      "several values over grpc": { headers: { "x-md-global-a": ["1", "2"] } },
      "several values http>grpc": { headers: { "x-md-global-a": ["1", "2"] } },
    }),
    ...because("a value whose name ends in -bin stays the base64 that it travels as, as in Connect's headers", {
      "raw grpc binary name": { serverMetadata: { "x-md-global-x-bin": ["AQI"] } },
    }),
  },
};

/** Answers of Go's router to what its own client misbuilds: the caller gets nothing in either case. */
const flawedPaths = (code: number, reason: string) => ({
  "PutEverything: a field of several words in the path": { error: { code, reason } },
  "GetTypedPath: zero values": { error: { code, reason } },
  "FailReason: ERROR_REASON_UNSPECIFIED": { error: { code, reason } },
  "FailStatus: gRPC status 0": { error: { code, reason } },
});

const severalWords = "Go's client can't put a field of several words into the path (a flaw): ours can";
const noRedirects = "Go's client goes where it is sent: ours leaves that to the caller";
const ownTimeout = "Go gives a plain error of its own for a timeout over HTTP: ours 504, as over gRPC";
const goBytes = {
  "GetEverything: bytes": { reply: { bytesValue: "AAECA/8=" } },
  "GetEverything: bytes that differ in base64url": { reply: { bytesValue: "+/+/AQI=" } },
};

/** What our client gets over HTTP where Go's fails, whatever the codec; the first are methods without a body. */
const tsReading: Differences = {
  ...because(standardBase64, goBytes),
  ...because(escapes, {
    "GetItem: a value with a question mark": { reply: { id: "a?view=x" } },
    "GetItem: a value with a percent sign": { reply: { id: "100%" } },
  }),
  ...because(zeroInPath, {
    "GetTypedPath: zero values": { reply: { note: "n" } },
    "FailReason: ERROR_REASON_UNSPECIFIED": { error: { code: 500, reason: "ERROR_REASON_UNSPECIFIED" } },
    "FailStatus: gRPC status 0": { reply: {} },
  }),
  ...because(fieldBodies, {
    "ReplyItem: a message as reply": { reply: { item: { id: "7", priceCents: "9007199254740993" } } },
    "ReplyItem: an absent message": { reply: { item: {} } },
    "ReplyItems: a list as reply": { reply: { items: [{ id: "7" }, { id: "second" }] } },
    "ReplyText: a string as reply": { reply: { text: "text of 7" } },
    "ReplyLabels: a map as reply": { reply: { labels: { id: "7" } } },
  }),
  ...because(ownTimeout, { "Sleep: longer than the client's timeout": { error: { code: 504, reason: "" } } }),
  ...because(noRedirects, { "Redirect: to another method": { error: { code: 307 } } }),
  ...because(streamErrors, {
    "Chat: a typed error": { error: { code: 403, reason: "NOT_ALLOWED", message: "a may not" } },
    "Chat: a plain error": { error: { code: 500, reason: "", message: "plain failure of a" } },
    "Chat: a long plain error": { error: { code: 500, reason: "" } },
    "Chat: a panic": { error: { code: 500, reason: "UNKNOWN" } },
  }),
  ...because(firstOverrides, {
    "Chat: several messages": {
      replies: [
        { room: "blue", text: "hi" },
        { room: "blue", text: "ho", sender: "a" },
      ],
    },
  }),
  ...because(nothingSent, { "Chat: nothing": { error: { code: 400, reason: "CODEC" } } }),
  ...because(streamsUncut, {
    "Count: longer than the timeouts": { replies: [{ number: 1 }, { number: 2 }, { number: 3 }], error: undefined },
  }),
};
const tsOverHttp: Differences = {
  ...tsReading,
  ...because(severalWords, {
    "PutEverything: a field of several words in the path": { reply: { stringValue: "in path", int32Value: 5 } },
    "PostNested: a body field, a path variable of several words": { reply: { stringValue: "p", nested: { id: "n" } } },
  }),
  ...because("Go's client spoils a mask that is in the body, and then can't write it (a flaw)", {
    "PostEverything: time": { reply: { fieldMask: "stringValue,nested.childOne" } },
  }),
  ...because(fieldBodies, {
    "BodyList: a list as body": { reply: { items: [{ id: "a" }, { id: "b", tags: ["t"] }] } },
    "BodyText: a string as body": { reply: { text: 'hello "there"' } },
    "BodyMap: a map as body": { reply: { labels: { a: "b", "c d": "é" } } },
  }),
  ...because(streamErrors, { "Sum: an error": { error: { code: 400, reason: "BAD_INPUT", message: "failed at 2" } } }),
};

const goOverHttp: Differences = {
  ...because(bothAlphabets, {
    ...goBytes,
    "GetOddPath: bytes that differ in base64url": { reply: { blob: "+/8=" } },
  }),
  ...because(routerErrors, {
    ...flawedPaths(404, "ROUTE_NOT_FOUND"),
    "GetItem: a value with a slash": { error: { code: 404, reason: "ROUTE_NOT_FOUND" } },
  }),
  ...because(methodNotAllowed, {
    "PostNested: a body field, a path variable of several words": {
      error: { code: 405, reason: "METHOD_NOT_ALLOWED" },
    },
  }),
  ...because("Go's server fails where its client could not read the reply either", {
    "ReplyItems: a list as reply": { error: { code: 500, reason: "" } },
    "ReplyText: a string as reply": { error: { code: 500, reason: "" } },
    "ReplyLabels: a map as reply": { error: { code: 500, reason: "" } },
  }),
  ...because(ownTimeout, { "Sleep: longer than the server's timeout": { error: { code: 504, reason: "" } } }),
};

/** By the route and the name of the case: where a call that ours has a part in ends otherwise than from Go to Go. */
export const matrixDifferences: Readonly<Record<string, Differences>> = {
  "ts > go, http": tsOverHttp,
  "ts > go, http, the server's json is protojson": tsOverHttp,
  "ts > go, http by json, protojson": tsOverHttp,
  "ts > go, http by proto": {
    ...tsOverHttp,
    ...because("an absent message has no bytes, nor has an empty one: ours reads the former", {
      "ReplyItem: an absent message": { reply: {} },
    }),
  },
  "ts > go, http by json, v3's own": {
    ...tsReading,
    ...because("v3's own JSON can't write it", {
      "GetEverything: odd floats": { error: { code: 500, message: "json: unsupported value: NaN" } },
      "GetEverything: maps with other keys": {
        error: { code: 500, message: "json: unsupported type: map[bool]string" },
      },
    }),
  },
  "ts > go, grpc": because(allValues, {
    "Seen: several values": { reply: { metadata: { "x-md-global-a": { values: ["1", "2"] } } } },
    "Seen: constants and client metadata of one key": {
      reply: { metadata: { "x-md-global-a": { values: ["constant", "client"] } } },
    },
  }),
  "go > ts, http": goOverHttp,
  "go > ts, http, the client's json is protojson": goOverHttp,
};
