import type { ServiceInstance } from "@kratos-ts/core";

export interface RecordOptions {
  readonly healthCheck: boolean;
  readonly heartbeat: boolean;
  readonly ttlMs: number;
  readonly healthCheckIntervalMs: number;
  readonly deregisterAfterMs: number;
}

/** What the agent has of a service, as far as it is read. */
export interface StoredService {
  readonly ID: string;
  readonly Service: string;
  readonly Tags?: readonly string[] | null;
  readonly Meta?: Readonly<Record<string, string>> | null;
  readonly Address?: string;
  readonly Port?: number;
  readonly TaggedAddresses?: Readonly<Record<string, { readonly Address: string }>> | null;
}

const defaultPorts: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** The registration that Go Kratos writes. Throws a TypeError for an endpoint that is no URL. */
export function writeRecord(instance: ServiceInstance, options: RecordOptions) {
  const endpoints = (instance.endpoints ?? []).map(partsOf);
  const [first] = endpoints;
  const tagged: Record<string, { Address: string; Port: number }> = {};
  // Readers take all of them, whatever their names.
  for (const { url, scheme, port } of endpoints) tagged[freeName(scheme, tagged)] = { Address: url, Port: port };
  return {
    ID: instance.id,
    Name: instance.name,
    Meta: instance.metadata ?? {},
    Tags: [`version=${instance.version ?? ""}`],
    TaggedAddresses: tagged,
    ...(first && { Address: first.host, Port: first.port }),
    Checks: [
      ...(options.healthCheck ? endpoints.map((one) => tcpCheck(one, options)) : []),
      ...ttlChecks(instance, options),
    ],
  };
}

export function checkId({ id }: { readonly id: string }): string {
  return `service:${id}`;
}

export function readRecord(service: StoredService): ServiceInstance {
  const { ID: id, Service: name, Meta, Tags, Address = "", Port = 0 } = service;
  const tag = Tags?.findLast((text) => text.startsWith("version="));
  const tagged = Object.entries(service.TaggedAddresses ?? {})
    .filter(([scheme]) => !/^(lan|wan)_ipv[46]$/.test(scheme))
    .map(([, { Address }]) => Address);
  const endpoints = tagged.length === 0 && Address && Port ? [`http://${hostIn(Address)}:${Port}`] : tagged;
  // Consul keeps no order, but says which one was the first.
  const isFirst = (endpoint: string) => endpoint.endsWith(`//${hostIn(Address)}:${Port}`);
  endpoints.sort((a, b) => Number(isFirst(b)) - Number(isFirst(a)) || (a < b ? -1 : 1));
  return { id, name, version: tag?.slice("version=".length) ?? "", metadata: Meta ?? {}, endpoints };
}

function partsOf(url: string) {
  if (!URL.canParse(url)) throw new TypeError(`an endpoint must be a URL such as grpc://10.0.0.1:9000, got ${url}`);
  const { protocol, hostname, port } = new URL(url);
  const scheme = protocol.slice(0, -1);
  return { url, scheme, host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) || (defaultPorts[scheme] ?? 0) };
}

function freeName(scheme: string, taken: Readonly<Record<string, unknown>>): string {
  for (let i = 1; ; i++) {
    const name = i === 1 ? scheme : `${scheme}-${i}`;
    if (!(name in taken)) return name;
  }
}

function tcpCheck({ host, port }: { host: string; port: number }, options: RecordOptions) {
  return {
    TCP: `${hostIn(host)}:${port}`,
    Interval: `${options.healthCheckIntervalMs}ms`,
    Timeout: "5s",
    DeregisterCriticalServiceAfter: `${options.deregisterAfterMs}ms`,
    // It listens before it registers: nobody has to wait for the first check.
    Status: "passing",
  };
}

function ttlChecks(instance: ServiceInstance, { heartbeat, ttlMs, deregisterAfterMs }: RecordOptions) {
  if (!heartbeat) return [];
  const DeregisterCriticalServiceAfter = `${deregisterAfterMs}ms`;
  return [{ CheckID: checkId(instance), TTL: `${ttlMs}ms`, DeregisterCriticalServiceAfter, Status: "passing" }];
}

function hostIn(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
