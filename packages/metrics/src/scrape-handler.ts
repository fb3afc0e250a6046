import type { Registry } from "prom-client";
import { contentTypes, type ExpositionFormat, writeMetrics } from "./exposition.ts";

/** A web-standard handler of a request. */
export type WebHandler = (request: Request) => Promise<Response>;

/** Answers GET with all metrics: as OpenMetrics where `Accept` prefers that, else in Prometheus's own text format. */
export function scrapeHandler(registry: Registry): WebHandler {
  return async (request) => {
    if (request.method !== "GET" && request.method !== "HEAD")
      return new Response("GET gives the metrics\n", { status: 405, headers: { allow: "GET, HEAD" } });
    const format = formatOf(request.headers.get("accept") ?? "");
    const headers = { "content-type": contentTypes[format], vary: "accept" };
    return new Response(await readMetrics(registry, format), { headers });
  };
}

export async function readMetrics(registry: Registry, format: ExpositionFormat): Promise<string> {
  // What it gives is more than what its types say.
  return writeMetrics((await registry.getMetricsAsJSON()) as never, format);
}

/** Ours is OpenMetrics 1.0, which readers of 0.0.1 take as well. */
function formatOf(accept: string): ExpositionFormat {
  let open = 0;
  let text = 0;
  for (const range of accept.split(",")) {
    const [type, ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const quality = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? 1);
    if (type === "application/openmetrics-text") open = Math.max(open, quality);
    else if (type === "text/plain" || type === "text/*" || type === "*/*") text = Math.max(text, quality);
  }
  return open > 0 && open >= text ? "openmetrics" : "prometheus";
}
