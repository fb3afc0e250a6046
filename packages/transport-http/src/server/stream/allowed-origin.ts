import type { IncomingMessage } from "node:http";
import { errorForbidden } from "@kratos-ts/core";
import { rawHeader } from "../raw-headers.ts";

/**
 * Browsers let every page open a WebSocket to every server, with the cookies of that (RFC 6455 §10.2): only pages from
 * this host, and those that are allowed, may. Callers that are no browsers send no `Origin`. Throws a KratosError 403.
 */
export function checkOrigin({ rawHeaders }: IncomingMessage, allowed: readonly string[]): void {
  const origin = rawHeader(rawHeaders, "origin");
  if (origin === undefined || allowed.includes("*") || allowed.includes(origin.toLowerCase())) return;
  const host = rawHeader(rawHeaders, "host") ?? "";
  if (hostOf(origin) === host.toLowerCase()) return;
  throw errorForbidden(
    "ORIGIN_NOT_ALLOWED",
    `pages from ${origin.slice(0, 100)} may not open streams here: see the option allowedOrigins`,
  );
}

/** The origins as they are compared. Throws an Error for what is no origin. */
export function parseOrigins(origins: readonly string[]): readonly string[] {
  return origins.map((origin) => {
    if (origin === "*" || origin === "null" || /^[a-z][a-z\d+.-]*:\/\/[^/?#]+$/i.test(origin))
      return origin.toLowerCase();
    throw new Error(
      `option allowedOrigins: ${JSON.stringify(origin)} must be an origin such as "https://app.example.com"`,
    );
  });
}

function hostOf(origin: string): string | undefined {
  return /^[a-z][a-z\d+.-]*:\/\/([^/?#]+)$/i.exec(origin)?.[1]?.toLowerCase();
}
