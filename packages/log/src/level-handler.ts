import type { LogLevel } from "@kratos-ts/core";
import type { LevelControl } from "./level-control.ts";
import { levelOf, levels } from "./levels.ts";

/** A web-standard handler of a request. */
export type WebHandler = (request: Request) => Promise<Response>;

const maxBytes = 4096;

/**
 * Tells and changes levels: GET gives `{"level":"info","components":{}}`, PUT takes `{"level":"debug"}`, and
 * `{"component":"http","level":"debug"}`, where `null` takes a component's own level away. A form works as well
 * (`curl -X PUT -d level=debug`).
 */
export function levelHandler(control: LevelControl): WebHandler {
  return async (request) => {
    if (request.method === "PUT") {
      const refusal = apply(control, await readChange(request));
      if (refusal !== undefined) return refuse(400, refusal);
    } else if (request.method !== "GET" && request.method !== "HEAD") {
      return refuse(405, "GET tells the levels, PUT changes one", { allow: "GET, HEAD, PUT" });
    }
    return Response.json({ level: control.level, components: control.components });
  };
}

interface LevelChange {
  component?: unknown;
  level?: unknown;
}

/** Undefined for a body that is none. */
async function readChange(request: Request): Promise<LevelChange | undefined> {
  try {
    const body = await readText(request);
    if (request.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded"))
      return Object.fromEntries(new URLSearchParams(body));
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

async function readText(request: Request): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new RangeError("too long");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Why the change can't be made; undefined when it was. */
function apply(control: LevelControl, change: LevelChange | undefined): string | undefined {
  if (change === undefined) return `expected {"level":"debug"} in at most ${maxBytes} bytes`;
  const { component } = change;
  if (component !== undefined && typeof component !== "string") return "component: expected a string";
  if (change.level === null && component !== undefined) {
    control.reset(component);
    return undefined;
  }
  const level = levelOf(change.level);
  if (level === undefined) return `level: expected one of ${levels.join(", ")}`;
  return attempt(control, { level, component });
}

function attempt(control: LevelControl, change: { level: LogLevel; component: string | undefined }) {
  try {
    control.set(change.level, change.component);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function refuse(code: number, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ code, reason: "LOG_LEVEL", message, metadata: {} }, { status: code, headers });
}
