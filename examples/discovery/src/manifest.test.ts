// The manifest of the README says what the packages do.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const [, text = ""] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? [];
const documents = parseAllDocuments(text);
const deployment = (documents as readonly { toJS(): unknown }[])[0]?.toJS() as {
  spec: { template: { spec: { terminationGracePeriodSeconds: number; containers: Container[] } } };
};
const { terminationGracePeriodSeconds, containers } = deployment.spec.template.spec;
const [container] = containers as [Container];

interface Probe {
  httpGet: { path: string; port: string };
}
interface Container {
  command: string[];
  args: string[];
  ports: { name: string }[];
  startupProbe: Probe;
  readinessProbe: Probe;
  livenessProbe: Probe;
}

test("it is YAML without errors or duplicate keys", () => {
  expect(documents.length).toBe(1);
  for (const { errors, warnings } of documents) expect([...errors, ...warnings]).toEqual([]);
});

test("probes ask what the HTTP server answers by default, on a port that there is", () => {
  const { startupProbe, readinessProbe, livenessProbe, ports } = container;
  expect(readinessProbe.httpGet.path).toBe("/healthz");
  for (const probe of [startupProbe, livenessProbe]) expect(probe.httpGet.path).toBe("/healthz/live");
  for (const { httpGet } of [startupProbe, readinessProbe, livenessProbe])
    expect(ports.map(({ name }) => name)).toContain(httpGet.port);
});

test("Kubernetes waits longer than grace and stopTimeout of the app", () => {
  expect(terminationGracePeriodSeconds * 1000).toBeGreaterThan(1000 + 10_000);
});

test("its flags are those of the program", () => {
  const program = readFileSync(new URL("./instance.ts", import.meta.url), "utf8");
  const flags = container.args.filter((arg) => arg.startsWith("--")).map((arg) => arg.slice(2));
  expect(flags.filter((flag) => !program.includes(`    ${flag}: { type: "string"`))).toEqual([]);
  expect(container.command).toEqual(["node", "src/instance.ts"]);
});
