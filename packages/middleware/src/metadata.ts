import {
  clientMetadataKey,
  HeaderList,
  Metadata,
  type Middleware,
  serverMetadataKey,
  type Transporter,
} from "@kratos-ts/core";
import { onSide } from "./on-side.ts";

/** Key-values, each key with one value or several: all that `new Metadata()` takes. */
export type MetadataInit = NonNullable<ConstructorParameters<typeof Metadata>[0]>;

export interface ServerMetadataOptions {
  /** Which request headers to take, by how their names begin; case does not count. Default `["x-md-"]`. */
  prefixes?: readonly string[] | undefined;
}

export interface ClientMetadataOptions {
  /** What every call sends, whatever its keys begin with. Default none. */
  constants?: MetadataInit | undefined;
  /** Which metadata of the call being served travel on, by how their keys begin. Default `["x-md-global-"]`. */
  prefixes?: readonly string[] | undefined;
}

/**
 * Collects the request headers that are metadata into `serverMetadataKey`, every value of them, for handlers to read
 * and for `clientMetadata()` to pass on.
 */
export function serverMetadata(options: ServerMetadataOptions = {}): Middleware {
  const prefixes = lowerCase(options.prefixes ?? ["x-md-"]);
  return onSide("server", (next) => (req, ctx) => {
    const header = ctx.transport?.requestHeader;
    if (header === undefined) return next(req, ctx);
    const metadata = collect(header.flat(), prefixes);
    // Without any, a context of its own is only for a call that would take somebody else's for its own.
    if (metadata === undefined && ctx.get(serverMetadataKey) === undefined) return next(req, ctx);
    return next(req, ctx.with(serverMetadataKey, metadata ?? new Metadata()));
  });
}

/**
 * Sends metadata with every call, as request headers: the constants, those under `clientMetadataKey`, and those that
 * came with the call being served and may travel on. Values of one key add up in that order. So `x-md-local-*` goes
 * one hop and `x-md-global-*` all the way.
 *
 * Throws a `TypeError` for a constant that can't be a header; a call fails for one of its own.
 */
export function clientMetadata(options: ClientMetadataOptions = {}): Middleware {
  const prefixes = lowerCase(options.prefixes ?? ["x-md-global-"]);
  const constants = new Metadata(options.constants);
  append(new HeaderList(), constants);
  const told = new WeakSet<Transporter>();
  return onSide("client", (next) => async (req, ctx) => {
    const { transport } = ctx;
    // A middleware around this one may make the call again, and then its headers are there already.
    if (transport !== undefined && !told.has(transport)) {
      told.add(transport);
      append(transport.requestHeader, constants);
      append(transport.requestHeader, ctx.get(clientMetadataKey));
      append(transport.requestHeader, ctx.get(serverMetadataKey), prefixes);
    }
    return next(req, ctx);
  });
}

function lowerCase(prefixes: readonly string[]): string[] {
  return prefixes.map((prefix) => prefix.toLowerCase());
}

function collect(list: readonly string[], prefixes: readonly string[]): Metadata | undefined {
  let metadata: Metadata | undefined;
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i] as string;
    if (!hasPrefix(name, prefixes)) continue;
    metadata ??= new Metadata();
    metadata.append(name, list[i + 1] as string);
  }
  return metadata;
}

function append(header: HeaderList, metadata: Metadata | undefined, prefixes?: readonly string[]): void {
  if (metadata === undefined) return;
  for (const [key, values] of metadata) {
    if (prefixes !== undefined && !hasPrefix(key, prefixes)) continue;
    for (const value of values) header.append(key, value);
  }
}

function hasPrefix(key: string, prefixes: readonly string[]): boolean {
  for (const prefix of prefixes) if (key.startsWith(prefix)) return true;
  return false;
}
