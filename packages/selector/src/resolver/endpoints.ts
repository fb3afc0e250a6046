import type { Node, ResolveOptions, ServiceInstance } from "@kratos-ts/core";

/**
 * The nodes of instances: of each its first endpoint of the wanted kind, `grpc://host:port`, or its secure form,
 * `grpcs://host:port` or `grpc://host:port?isSecure=true`. One address is one node, of the instance named last.
 */
export function nodesOf(instances: readonly ServiceInstance[], wanted: ResolveOptions): Node[] {
  const { scheme, secure = false } = wanted;
  const wantedScheme = secure ? `${scheme}s` : scheme;
  const nodes = new Map<string, Node>();
  for (const instance of instances) {
    const address = addressOf(instance.endpoints, wantedScheme);
    if (address !== undefined) nodes.set(address, nodeOf(instance, wantedScheme, address));
  }
  return [...nodes.values()];
}

function addressOf(endpoints: readonly string[], wantedScheme: string): string | undefined {
  for (const endpoint of endpoints) {
    const [, scheme = "", address, query = ""] =
      /^([a-z][a-z0-9+.-]*):\/\/([^/?#]+)[^?#]*(\?[^#]*)?/i.exec(endpoint) ?? [];
    if (address !== undefined && secureForm(scheme.toLowerCase(), query) === wantedScheme) return address;
  }
  return undefined;
}

function secureForm(scheme: string, query: string): string {
  return !scheme.endsWith("s") && /[?&]isSecure=true(&|$)/i.test(query) ? `${scheme}s` : scheme;
}

function nodeOf(instance: ServiceInstance, scheme: string, address: string): Node {
  // Go Kratos writes absent metadata as null.
  const metadata = instance.metadata ?? {};
  const weight = /^\d+$/.test(metadata.weight ?? "") ? Number(metadata.weight) : undefined;
  return { scheme, address, serviceName: instance.name, version: instance.version, initialWeight: weight, metadata };
}
