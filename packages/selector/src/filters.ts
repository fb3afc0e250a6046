import type { Node } from "@kratos-ts/core";

/** Chooses which nodes of a list take part; called with each new list, not with each call. */
export type NodeFilter = (nodes: readonly Node[]) => readonly Node[];

export interface ZoneFilterOptions {
  /** The key of the node's metadata that holds its zone. Default `zone`. */
  metadataKey?: string | undefined;
  /** Whether the nodes of other zones are taken when the zone has none. Default true. */
  fallback?: boolean | undefined;
}

/** Only nodes of this version. */
export function byVersion(version: string): NodeFilter {
  return byNode((node) => node.version === version);
}

/** Only nodes of this zone, while there are any. */
export function byZone(zone: string, options: ZoneFilterOptions = {}): NodeFilter {
  const { metadataKey = "zone", fallback = true } = options;
  return (nodes) => {
    const near = nodes.filter((node) => node.metadata[metadataKey] === zone);
    return near.length === 0 && fallback ? nodes : near;
  };
}

/** Only nodes of which the predicate holds. */
export function byNode(predicate: (node: Node) => boolean): NodeFilter {
  return (nodes) => nodes.filter((node) => predicate(node));
}
