import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  type LineCounter,
  type Node,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { YamlLimits } from "./yaml-codec.ts";
import { quote, type YamlFault, yamlError } from "./yaml-fault.ts";

/** The value of a node, and what an alias of it costs. */
interface Read {
  readonly value: unknown;
  /** The length of its text with all aliases written out. */
  readonly size: number;
  /** How many collections lie within each other. */
  readonly height: number;
}

/**
 * Makes plain values of the nodes of one document. The parser's own way to do so has no bound on depth, bounds the
 * number of aliases but not the length of what they stand for, and needs quadratic time for keys and anchors.
 */
export class NodeReader {
  private readonly lines: LineCounter;
  private readonly limits: YamlLimits;
  // Undefined while the node is being read.
  private readonly anchors = new Map<string, Read | undefined>();

  constructor(lines: LineCounter, limits: YamlLimits) {
    this.lines = lines;
    this.limits = limits;
  }

  read(root: Node | null): unknown {
    return this.node(root, 0).value;
  }

  private node(node: unknown, depth: number): Read {
    // A value that is not there.
    if (node == null) return { value: null, size: 0, height: 0 };
    if (isAlias(node)) return this.alias(node, depth);
    const { anchor } = node as Scalar | YAMLMap | YAMLSeq;
    if (anchor !== undefined) this.anchors.set(anchor, undefined);
    const read = this.content(node as Node, depth);
    if (anchor !== undefined) this.anchors.set(anchor, read);
    return read;
  }

  private alias(node: Alias, depth: number): Read {
    const { source: name } = node;
    const target = this.anchors.get(name);
    if (target === undefined) {
      const expected = this.anchors.has(name) ? "no alias within its own anchor" : "an anchor before its alias";
      throw this.fault(node, { expected, got: quote(`*${name}`) });
    }
    this.checkDepth(node, depth + target.height);
    return target;
  }

  private content(node: Node, depth: number): Read {
    if (isScalar(node)) return { value: this.scalar(node), size: lengthOf(node), height: 0 };
    this.checkDepth(node, depth + 1);
    return isMap(node) ? this.map(node, depth + 1) : this.list(node as YAMLSeq, depth + 1);
  }

  private list(node: YAMLSeq, depth: number): Read {
    const value: unknown[] = [];
    const sum = this.sum(node);
    for (const item of node.items) value.push(sum.add(this.node(item, depth), item));
    return sum.of(value);
  }

  private map(node: YAMLMap, depth: number): Read {
    const value: Record<string, unknown> = {};
    const sum = this.sum(node);
    for (const { key, value: item } of node.items) {
      const name = this.key(key ?? node);
      if (Object.hasOwn(value, name))
        throw this.fault((key ?? node) as Node, { expected: "each key once", got: quote(name) });
      setEntry(value, name, sum.add(this.node(item, depth), item));
    }
    return sum.of(value);
  }

  private key(key: unknown): string {
    const value = isScalar(key) ? key.value : undefined;
    if (typeof value !== "string") throw this.fault(key as Node, { expected: "a string as key" });
    if ((key as Scalar).anchor !== undefined) this.node(key, 0);
    return value;
  }

  /** Adds up what is in a collection, and refuses what aliases make too much of. */
  private sum(node: Node) {
    let size = lengthOf(node);
    let height = 0;
    return {
      add: (read: Read, item: unknown) => {
        // The text of an item that is no alias is part of the collection's own.
        size += read.size - (isAlias(item) ? 0 : lengthOf(item as Node | null));
        height = Math.max(height, read.height);
        const { maxBytes } = this.limits;
        if (size > maxBytes)
          throw this.fault(node, { expected: `at most ${maxBytes} bytes with all aliases written out` });
        return read.value;
      },
      of: (value: unknown): Read => ({ value, size, height: height + 1 }),
    };
  }

  private scalar(node: Scalar): unknown {
    const { value, source = "" } = node;
    if (typeof value === "bigint")
      return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
    if (typeof value === "number" && !Number.isFinite(value) && !/inf|nan/i.test(source))
      throw this.fault(node, { expected: "a number that fits a double", got: quote(source) });
    return value;
  }

  private checkDepth(node: Node, depth: number): void {
    const { maxDepth } = this.limits;
    if (depth > maxDepth) throw this.fault(node, { expected: `at most ${maxDepth} lists and maps within each other` });
  }

  private fault(node: Node, fault: YamlFault) {
    return yamlError({ at: node.range?.[0], ...fault }, this.lines);
  }
}

/** How long the node is in the text. */
function lengthOf(node: Node | null): number {
  return node?.range ? node.range[1] - node.range[0] : 0;
}

/** Sets an entry, whatever its key: `__proto__` is one like any other. */
function setEntry(record: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") record[key] = value;
  else Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
}
