import { cors as connectCors } from "@connectrpc/connect";
import { findHeader } from "../../metadata.ts";
import type { WebRequest } from "./web-transporter.ts";

/** Which pages of other origins may call, for browsers (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol). */
export interface CorsOptions {
  /** The origins, such as `https://app.example.com`; `*`: all. */
  origins: readonly string[];
  /** More reply headers that scripts may read, beside those of the protocols: your own metadata. Default none. */
  exposeHeaders?: readonly string[] | undefined;
  /** Whether cookies may come along; not together with `*`. Default false. */
  credentials?: boolean | undefined;
}

// Browsers ask again after 2 hours at the latest.
const maxAgeSeconds = 7200;

/** Whether a request is a browser's question whether it may call. */
export function isPreflight({ method, headers }: Pick<WebRequest, "method" | "headers">): boolean {
  return method === "OPTIONS" && findHeader(headers, "access-control-request-method") !== undefined;
}

/** What a reply says to a browser whose page comes from another origin; nothing when that may not call. */
export function corsHeaders(options: CorsOptions, request: WebRequest): string[] {
  const origin = findHeader(request.headers, "origin");
  if (origin === undefined) return [];
  const { origins, exposeHeaders = [], credentials = false } = options;
  const every = origins.includes("*");
  const vary = every ? [] : ["vary", "origin"];
  if (!every && !origins.includes(origin)) return vary;
  const headers = ["access-control-allow-origin", every ? "*" : origin, ...vary];
  if (credentials) headers.push("access-control-allow-credentials", "true");
  if (!isPreflight(request))
    return [...headers, "access-control-expose-headers", [...connectCors.exposedHeaders, ...exposeHeaders].join(", ")];
  // Origins are trusted, so their headers need no list of their own.
  const asked = findHeader(request.headers, "access-control-request-headers");
  const allowed = asked ?? connectCors.allowedHeaders.join(", ");
  headers.push("access-control-allow-methods", connectCors.allowedMethods.join(", "));
  headers.push("access-control-allow-headers", allowed, "access-control-max-age", String(maxAgeSeconds));
  return headers;
}
