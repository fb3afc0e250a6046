import { setTimeout as delay } from "node:timers/promises";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { KratosError, type Metadata, type Service, serverMetadataKey } from "@kratos-ts/core";
import { traceIds } from "@kratos-ts/tracing";
import { redirect } from "@kratos-ts/transport-http";
import {
  Color,
  type DownloadRequest,
  type Echo,
  type GetItemRequest,
  type HeaderValuesSchema,
  SeenReplySchema,
  type WrappedItemSchema,
} from "../gen/interop/v1/interop_pb.ts";
import { dial } from "./dial.ts";
import { callerHeader } from "./tracing.ts";

const echo = async <T>(request: T): Promise<T> => request;

/** Answers with what it was given. */
export const echoService = {
  getEverything: echo,
  postEverything: echo,
  putEverything: echo,
  postNested: echo,
  getItem: echo,
  listItems: echo,
  createItem: echo,
  updateItem: echo,
  replaceItem: echo,
  deleteItem: echo,
  purgeItem: echo,
  headItem: echo,
  cancelItem: echo,
  getShelf: echo,
  getBook: echo,
  publishBook: echo,
  getFile: echo,
  getTypedPath: echo,
  getKnownPath: echo,
  getOddPath: echo,
  getNestedPath: echo,
  getOneLetter: echo,
  bodyList: echo,
  bodyText: echo,
  bodyMap: echo,
  bodyStruct: echo,
  raw: echo,
  noRule: echo,
  nothing: echo,

  async replyItem(request) {
    return request.id === "none" ? { hidden: "hidden" } : wrapped(request);
  },
  async replyItems(request) {
    return wrapped(request);
  },
  async replyText(request) {
    return wrapped(request);
  },
  async replyLabels(request) {
    return wrapped(request);
  },

  async upload({ filename, file, overwrite }) {
    const { contentType = "", data = new Uint8Array() } = file ?? {};
    return { filename, contentType, size: BigInt(data.length), overwrite, data };
  },
  async download(request) {
    return fileOf(request);
  },
  async downloadField(request) {
    return { filename: request.filename, file: fileOf(request) };
  },

  async seen(_, ctx) {
    const { kind, operation, pathTemplate = "" } = ctx.transport;
    const metadata = ctx.get(serverMetadataKey);
    return create(SeenReplySchema, {
      kind,
      operation,
      pathTemplate,
      headers: headersOf(ctx.transport.requestHeader.flat()),
      metadata: metadata && valuesOf(metadata),
      hasDeadline: ctx.deadline !== undefined,
      peerService: metadata?.get(callerHeader) ?? "",
      traceId: traceIds()?.traceId ?? "",
    });
  },

  async relay({ endpoint, hops }) {
    await using caller = dial({ endpoint, metadata: true, tracing: true });
    return hops > 0 ? await caller.Echo.relay({ endpoint, hops: hops - 1 }) : await caller.Echo.seen({});
  },

  async sleep({ millis }, ctx) {
    const remaining = ctx.timeoutMs();
    await delay(Math.max(millis, 0), undefined, { signal: ctx.signal });
    return {
      finished: true,
      hadDeadline: remaining !== undefined,
      remainingMillis: BigInt(Math.trunc(remaining ?? 0)),
    };
  },

  async redirect({ url, code }) {
    throw redirect(url, code);
  },

  async replyHeaders({ headers, fail }, ctx) {
    for (const [name, value] of Object.entries(headers)) ctx.transport.replyHeader.set(name, value);
    const message = `after ${Object.keys(headers).length} headers`;
    if (fail) throw new KratosError({ code: 409, reason: "ALREADY_THERE", message });
    return {};
  },
} satisfies Service<typeof Echo>;

function wrapped({ id }: GetItemRequest): MessageInitShape<typeof WrappedItemSchema> {
  const item = { id, title: `Title of ${id}`, priceCents: 9007199254740993n, color: Color.GREEN };
  return { item, items: [item, { id: "second" }], text: `text of ${id}`, hidden: "hidden", labels: { id } };
}

function fileOf({ filename, contentType }: DownloadRequest) {
  return { contentType, data: new TextEncoder().encode(`content of ${filename}`) };
}

type Values = Record<string, MessageInitShape<typeof HeaderValuesSchema>>;

function headersOf(list: readonly string[]): Values {
  const lists: Record<string, string[]> = {};
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i] as string;
    lists[name] ??= [];
    lists[name].push(list[i + 1] as string);
  }
  return valuesOf(Object.entries(lists));
}

function valuesOf(entries: Iterable<readonly [string, readonly string[]]> | Metadata): Values {
  return Object.fromEntries([...entries].map(([name, values]) => [name, { values: [...values] }]));
}
