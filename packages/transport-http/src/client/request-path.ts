import type { DescMessage } from "@bufbuild/protobuf";
import { KratosError } from "@kratos-ts/core";
import { compileFieldPath, type FieldPath } from "../codec/field-path.ts";
import type { PathTemplate, PathVariable } from "../rule/path-template.ts";

/** Builds the path of a request from its message. Throws a KratosError 400 for a value that no path can carry. */
export type PathBuilder = (message: unknown) => string;

// What RFC 3986 §3.3 lets stand for itself in a segment; Go's client writes it so too.
const plain = /^[\w.~!$&'()*+,;=:@-]*$/;
const escapedPlain = /%(?:24|26|2B|2C|3A|3B|3D|40)/g;

/** Prepares a template: each variable's field is looked up once. Throws an Error when the message has no such field. */
export function compileRequestPath(input: DescMessage, template: PathTemplate): PathBuilder {
  if (template.variables.length === 0) {
    const path = encodeURI(template.source);
    return () => path;
  }
  const parts = template.items.map((item) => (typeof item === "string" ? encodeURI(item) : new Slot(input, item)));
  return (message) => {
    let path = "";
    for (const part of parts) path += typeof part === "string" ? part : part.text(message);
    return path;
  };
}

/** A variable's place in the path. */
class Slot {
  readonly #variable: PathVariable;
  readonly #field: FieldPath;
  readonly #isBytes: boolean;

  constructor(input: DescMessage, variable: PathVariable) {
    this.#variable = variable;
    this.#field = compileFieldPath(input, variable.field);
    this.#isBytes = this.#field.fields.at(-1)?.scalar === 12; // ScalarType.BYTES
  }

  text(message: unknown): string {
    const { pattern, regexp, slashes } = this.#variable;
    const value = this.#isBytes ? segmentBase64(this.#field.get(message)) : this.#field.get(message);
    if (value === "") throw this.#refuse("it is empty, but it is part of the path");
    if (pattern !== "*" && !regexp.test(value)) throw this.#refuse(`its value does not fit the pattern ${pattern}`);
    if (!slashes) return this.#segment(value);
    return value.split("/").map(this.#segment, this).join("/");
  }

  #segment(value: string): string {
    // Servers and proxies take these, escaped or not, as steps in the path and would call something else.
    if (value === "." || value === "..") throw this.#refuse(`${JSON.stringify(value)} can't stand in a path`);
    if (plain.test(value)) return value;
    try {
      return encodeURIComponent(value).replace(escapedPlain, decodeURIComponent);
    } catch (cause) {
      throw this.#refuse("its text has half of a surrogate pair", cause);
    }
  }

  #refuse(why: string, cause?: unknown): KratosError {
    const message = `field ${this.#variable.field} of the request: ${why}`;
    return new KratosError({ code: 400, reason: "CODEC", message, cause });
  }
}

// Base64 has a slash in its standard alphabet, which splits a segment; Go reads no other alphabet, we read both.
function segmentBase64(text: string): string {
  return text.includes("/") ? text.replaceAll("+", "-").replaceAll("/", "_") : text;
}
