import { textOf } from "./convert.ts";
import { type ConfigTree, type ConfigValue, isTree, type MutableTree, setOwn, valueAt } from "./tree.ts";

export interface PlaceholderOptions {
  /** Whether a string with a placeholder becomes what its first placeholder's value looks like. */
  readonly actualTypes: boolean;
}

/** Says that a placeholder can't be filled. */
export class PlaceholderError extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/**
 * Fills `${key}` and `${key:default}` in the strings of a tree from the tree itself, but not in lists within lists.
 * Without key and default it is the empty text. Throws a PlaceholderError where one needs itself.
 */
export function fillPlaceholders(tree: ConfigTree, options: PlaceholderOptions): ConfigTree {
  return new Filler(tree, options).object(tree, "");
}

class Filler {
  readonly #tree: ConfigTree;
  readonly #actualTypes: boolean;
  // The paths whose values are being looked up: what leads back to one of them would never end.
  readonly #open: string[] = [];

  constructor(tree: ConfigTree, options: PlaceholderOptions) {
    this.#tree = tree;
    this.#actualTypes = options.actualTypes;
  }

  object(tree: ConfigTree, path: string): ConfigTree {
    const filled: MutableTree = {};
    for (const [key, value] of Object.entries(tree))
      setOwn(filled, key, this.#value(value, path === "" ? key : `${path}.${key}`));
    return filled;
  }

  #value(value: ConfigValue, path: string): ConfigValue {
    if (Array.isArray(value))
      return value.map((item: ConfigValue, i) => (Array.isArray(item) ? item : this.#value(item, `${path}.${i}`)));
    if (isTree(value)) return this.object(value, path);
    return typeof value === "string" && value.includes("${") ? this.#fill(value, path) : value;
  }

  #fill(text: string, path: string): ConfigValue {
    if (!this.#actualTypes) return this.#text(text, path);
    const first = /\$\{(.*?)\}/.exec(text);
    return first === null ? text : actualType(this.#within(path, () => this.#lookUp(first[1]!, path)));
  }

  #text(text: string, path: string): string {
    return this.#within(path, () => text.replace(/\$\{(.*?)\}/g, (_, name: string) => this.#lookUp(name, path)));
  }

  #lookUp(name: string, path: string): string {
    const [, key = "", byDefault] = /^([^:]*)(?::(.*))?$/s.exec(name.trim()) ?? [];
    // PORT: "${PORT:8080}" means: 8080, unless a later source has PORT.
    const circular = this.#open.includes(key);
    if (circular && byDefault === undefined)
      throw new PlaceholderError(path, `expected a value for \${${key}}, which needs itself: give it a default`);
    const value = circular ? undefined : valueAt(this.#tree, key);
    if (value === undefined || value === null) return byDefault ?? "";
    if (typeof value === "object") return "";
    return typeof value === "string" && value.includes("${") ? this.#text(value, key) : textOf(value);
  }

  #within<T>(path: string, fill: () => T): T {
    this.#open.push(path);
    try {
      return fill();
    } finally {
      this.#open.pop();
    }
  }
}

function actualType(text: string): ConfigValue {
  if (text.startsWith('"') && text.endsWith('"')) return text.replace(/^"+|"+$/g, "");
  if (text === "true" || text === "false") return text === "true";
  if (/^[+-]?\d+$/.test(text)) return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text.replace("+", ""));
  if (/^[+-]?(\d+\.\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  return text;
}
