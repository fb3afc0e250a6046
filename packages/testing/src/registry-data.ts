import { expect } from "vitest";
import { expectFound, registryCase } from "./registry-case.ts";
import type { RegistryCase } from "./registry-contract.ts";

/** What is registered is found as it was. */
export const dataCases: readonly RegistryCase[] = [
  registryCase("an instance is found as it was registered", async ({ ours, theirs, service, instance }) => {
    const metadata = { weight: "50", zone: "a" };
    const endpoints = ["http://127.0.0.1:8000", "grpc://127.0.0.1:9000"];
    const registered = instance("host-1", { version: "v1.2.3", metadata, endpoints });
    await ours.register(registered);
    await expectFound(theirs, service, [registered]);
    await expectFound(ours, service, [registered]);
  }),
  registryCase("version and metadata may be empty", async ({ ours, theirs, service, instance }) => {
    await ours.register(instance("1", { version: "", metadata: {} }));
    await expectFound(theirs, service, [instance("1", { version: "", metadata: {} })]);
  }),
  registryCase("endpoints of every scheme, secure ones and IPv6", async ({ ours, theirs, service, instance }) => {
    const endpoints = [
      "http://10.0.0.1:8000",
      "https://10.0.0.1:8443",
      "grpc://[::1]:9000",
      "grpcs://host.example:9443",
    ];
    await ours.register(instance("1", { endpoints }));
    await expect.poll(async () => endpointsOf(await theirs.getService(service))).toEqual(endpoints.sort());
  }),
  registryCase("metadata with many keys, and values of any characters", async ({ ours, theirs, service, instance }) => {
    const odd = {
      empty: "",
      quotes: `"'\\`,
      html: "<a>&amp;</a>",
      unicode: "ünï 日本 😀",
      lines: "a\nb\tc",
      "x-y_z": "=",
    };
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`key${i}`, "v".repeat(100)]));
    const registered = instance("1", { metadata: { ...odd, ...many } });
    await ours.register(registered);
    await expectFound(theirs, service, [registered]);
  }),
  ...["a/b", "a.b.c", "A", "ü"].map((suffix) =>
    registryCase(`names and ids may hold ${JSON.stringify(suffix)}`, async ({ ours, theirs, service, instance }) => {
      const registered = instance(`1-${suffix}`, { name: `${service}-${suffix}` });
      await ours.register(registered);
      await expectFound(theirs, registered.name, [registered]);
      await ours.deregister(registered);
      await expectFound(theirs, registered.name, []);
    }),
  ),
  registryCase("a service is not found by a part of its name", async ({ ours, theirs, service, instance }) => {
    const longer = [instance("1", { name: `${service}-2` }), instance("2", { name: `${service}/sub` })];
    for (const one of [...longer, instance("3")]) await ours.register(one);
    await expectFound(theirs, service, [instance("3")]);
    for (const one of longer) await expectFound(theirs, one.name, [one]);
  }),
  registryCase("a service that nobody has registered has no instances", async ({ theirs, service }) => {
    await expectFound(theirs, service, []);
  }),
];

function endpointsOf(instances: readonly { readonly endpoints: readonly string[] }[]): string[] {
  return instances.flatMap(({ endpoints }) => endpoints).sort();
}
