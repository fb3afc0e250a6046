import { isMessage } from "@bufbuild/protobuf";
import { currentContext, type LogFields } from "@kratos-ts/core";
import { type Masking, masked } from "./masking.ts";
import type { MessageWriter } from "./message-json.ts";

const maxDepth = 16;
// A line that is larger is nobody's to read, and costs more than the call that it tells of.
const maxItems = 200;
const maxNameLength = 200;
const maxTextLength = 16 * 1024;
const maxLineValues = 2000;
const maxLineText = 64 * 1024;

export interface RenderOptions {
  readonly masking: Masking;
  readonly messages: MessageWriter;
}

/**
 * The fields as what JSON can hold, a copy that nothing changes later: errors with name, message, stack, cause and their
 * own properties; integers beyond 2^53 and dates as text, bytes in base64; Protobuf messages as Protobuf JSON. What is to
 * be masked is. Never throws, and is bounded in size.
 */
export function renderFields(fields: LogFields, options: RenderOptions): Record<string, unknown> {
  return new Walk(options).entries(safely(() => Object.entries(fields), []));
}

class Walk {
  private valuesLeft = maxLineValues;
  private textLeft = maxLineText;
  /** The objects around the value. */
  private readonly path: object[] = [];
  private readonly names: string[] = [];
  private readonly masking: Masking;
  private readonly messages: MessageWriter;

  constructor({ masking, messages }: RenderOptions) {
    this.masking = masking;
    this.messages = messages;
  }

  entries(entries: Iterable<readonly [unknown, unknown]>): Record<string, unknown> {
    const plain: Record<string, unknown> = {};
    let taken = 0;
    for (const [key, value] of entries) {
      if (value === undefined) continue;
      if (this.isFull(taken++)) break;
      const name = String(key).slice(0, maxNameLength);
      const shown = this.named(name, value);
      // As it is it would set the prototype, here or wherever the line is read.
      plain[name === "__proto__" ? "[__proto__]" : name] = shown;
    }
    return plain;
  }

  private named(name: string, value: unknown): unknown {
    if (this.masking.hides(name, this.names.join("."))) return masked;
    this.names.push(name);
    const shown = this.value(value);
    this.names.pop();
    return shown;
  }

  private value(value: unknown): unknown {
    this.valuesLeft--;
    switch (typeof value) {
      case "string":
        return this.text(value);
      case "number":
        return Number.isFinite(value) ? value : String(value);
      case "boolean":
        return value;
      case "object":
        return value === null ? null : this.inside(value);
      case "undefined":
        return null;
      case "function":
        return "[function]";
      default:
        return this.text(String(value));
    }
  }

  private inside(object: object): unknown {
    if (this.path.includes(object)) return "[circular]";
    if (this.path.length >= maxDepth) return "[deeper]";
    this.path.push(object);
    const plain = safely(() => this.object(object), "[unreadable]");
    this.path.pop();
    return plain;
  }

  private object(object: object): unknown {
    if (Array.isArray(object)) return this.list(object);
    if (object instanceof Error) return this.entries(this.errorEntries(object));
    if (object instanceof Date) return Number.isNaN(object.getTime()) ? "Invalid Date" : object.toISOString();
    if (object instanceof Uint8Array)
      return this.text(Buffer.from(object.subarray(0, maxTextLength)).toString("base64"));
    if (object instanceof Map) return this.entries(object);
    if (object instanceof Set) return this.list(object);
    if (isMessage(object)) return this.value(this.messages.write(object, currentContext()?.method));
    const { toJSON } = object as { toJSON?: unknown };
    if (typeof toJSON === "function") return this.value(toJSON.call(object, ""));
    return this.entries(Object.entries(object));
  }

  private errorEntries(error: Error): Array<[string, unknown]> {
    const { name, message, stack, cause } = error;
    // A stack begins with the message, where it is no whole value any more.
    const shown = stack?.replace(message, () => this.masking.text(message));
    return [...Object.entries({ name, message, stack: shown, cause }), ...Object.entries(error)];
  }

  private list(items: Iterable<unknown>): unknown[] {
    const plain: unknown[] = [];
    for (const item of items) {
      if (this.isFull(plain.length)) break;
      plain.push(this.value(item));
    }
    return plain;
  }

  /** The fields themselves are there whatever became of the values before them. */
  private isFull(taken: number): boolean {
    return taken >= maxItems || (this.valuesLeft <= 0 && this.path.length > 0);
  }

  private text(whole: string): string {
    // Twice of what is shown, so that what is to be masked is not cut in two before it is found.
    const text = this.masking.text(whole.slice(0, 2 * maxTextLength));
    const shown = text.slice(0, Math.max(0, Math.min(maxTextLength, this.textLeft)));
    this.textLeft -= shown.length;
    return shown === text ? shown : `${shown}… (of ${whole.length} characters)`;
  }
}

function safely<T>(read: () => T, instead: T): T {
  try {
    return read();
  } catch {
    return instead;
  }
}
