import type { MessageInitShape } from "@bufbuild/protobuf";
import { KratosError, type Service } from "@kratos-ts/core";
import { redirect } from "../src/index.ts";
import {
  Color,
  type Echo,
  ErrorReasonSchema,
  type Faults,
  type GetItemRequest,
  type WrappedItemSchema,
} from "./gen/interop/v1/interop_pb.ts";

const same = <T>(request: T): T => request;

/** Answers with what it was given, as the peers of the interop tests do. */
export const echo: Omit<Service<typeof Echo>, "relay"> = {
  getEverything: same,
  postEverything: same,
  putEverything: same,
  postNested: same,
  getItem: same,
  listItems: same,
  createItem: same,
  updateItem: same,
  replaceItem: same,
  deleteItem: same,
  purgeItem: same,
  headItem: same,
  cancelItem: same,
  getShelf: same,
  getBook: same,
  publishBook: same,
  getFile: same,
  getTypedPath: same,
  getKnownPath: same,
  getOddPath: same,
  getNestedPath: same,
  getOneLetter: same,
  bodyList: same,
  bodyText: same,
  bodyMap: same,
  bodyStruct: same,
  noRule: same,
  raw: same,
  nothing: same,
  replyItem: (request) => (request.id === "none" ? { hidden: "hidden" } : wrapped(request)),
  replyItems: wrapped,
  replyText: wrapped,
  replyLabels: wrapped,
  upload({ filename, overwrite, file }) {
    const data = file?.data ?? new Uint8Array();
    return { filename, overwrite, contentType: file?.contentType ?? "", size: BigInt(data.length), data };
  },
  download: ({ filename, contentType }) => ({ contentType, data: Buffer.from(`content of ${filename}`) }),
  downloadField: ({ filename, contentType }) => ({
    filename,
    file: { contentType, data: Buffer.from(`content of ${filename}`) },
  }),
  seen(_request, context) {
    const { kind, operation, pathTemplate = "", requestHeader } = context.transport;
    const headers: Record<string, { values: string[] }> = {};
    for (const name of requestHeader.keys()) headers[name] = { values: requestHeader.getAll(name) };
    return { kind, operation, pathTemplate, headers, hasDeadline: context.deadline !== undefined };
  },
  sleep({ millis }, context) {
    const { promise, resolve, reject } = Promise.withResolvers<{ finished: boolean; hadDeadline: boolean }>();
    const timer = setTimeout(() => resolve({ finished: true, hadDeadline: context.deadline !== undefined }), millis);
    context.signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(context.signal.reason);
    });
    return promise;
  },
  redirect({ url, code }) {
    throw redirect(url, code);
  },
  replyHeaders({ headers, fail }, context) {
    for (const [name, value] of Object.entries(headers)) context.responseHeader.set(name, value);
    const message = `after ${Object.keys(headers).length} headers`;
    if (fail) throw new KratosError({ code: 409, reason: "ALREADY_THERE", message });
    return {};
  },
};

// The values' own codes; without one it is 500.
const codes: Record<string, number> = {
  USER_NOT_FOUND: 404,
  BAD_INPUT: 400,
  NOT_SIGNED_IN: 401,
  NOT_ALLOWED: 403,
  ALREADY_THERE: 409,
  STALE_VERSION: 412,
  TOO_FAST: 429,
  CALLER_LEFT: 499,
  NOT_BUILT: 501,
  DOWN: 503,
  TOO_LATE: 504,
  TEAPOT: 418,
  GONE_AWAY: 410,
};

/** Fails in every way. */
export const faults: Service<typeof Faults> = {
  fail({ code, reason, message, metadata }) {
    throw new KratosError({ code, reason, message, metadata });
  },
  failReason({ reason, message }) {
    const name = ErrorReasonSchema.value[reason]?.name ?? "";
    throw new KratosError({ code: codes[name], reason: name, message: `${name} of ${message}` });
  },
  failPlain({ message, wrap }) {
    const inner = new KratosError({ code: 404, reason: "USER_NOT_FOUND", message: `inner ${message}` });
    throw new Error(message, wrap ? { cause: inner } : undefined);
  },
  failStatus({ code, message }) {
    // A ConnectError as its package throws it: known by its name.
    throw Object.assign(new Error(message), { name: "ConnectError", code, rawMessage: message });
  },
  panic() {
    throw new TypeError("panic");
  },
};

function wrapped({ id }: GetItemRequest): MessageInitShape<typeof WrappedItemSchema> {
  const item = { id, title: `Title of ${id}`, priceCents: 9007199254740993n, color: Color.GREEN };
  return { item, items: [item, { id: "second" }], text: `text of ${id}`, hidden: "hidden", labels: { id } };
}
