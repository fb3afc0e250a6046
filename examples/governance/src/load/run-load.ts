import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOrdersClient, type OrdersClient } from "../orders-client.ts";
import { type Call, type Driven, driveAtRate, driveInLanes, type RateOptions } from "./drive.ts";
import { ServiceProcess } from "./service-process.ts";

export interface LoadOptions {
  readonly over: "grpc" | "http";
  /** How long each phase lasts, in ms. */
  readonly phaseMs: number;
  /** Is told of each phase when it has ended. */
  readonly onPhase?: ((phase: Phase) => void) | undefined;
}

export interface Phase extends Driven {
  readonly name: "capacity" | "no limit" | "normal" | "overload" | "dead" | "recovery";
  /** Attempts beyond the first, as the client's metrics count them. */
  readonly retried: number;
}

export interface LoadReport {
  /** Quotes that the service can do, per second. */
  readonly capacity: number;
  readonly phases: Readonly<Record<Phase["name"], Phase>>;
  /** Calls that the service says it has refused until it was killed. */
  readonly limitedByService: number;
}

// More than the CPU and the waiting need, so that the service always has something to do.
const lanes = 24;
const maxPhases = 5;
// The limiter's CPU load is smoothed over half a second; what came in before that has to be worked off as well.
const onsetMs = 1500;

/**
 * Starts the service without its limiter, and loads it with as much as it can do, and with three times that; then with
 * the limiter, with half of it, and three times that; kills it; and starts it again. All on this machine, and bounded:
 * the last two phases end when the breaker has opened and closed, at the latest after five times `phaseMs`.
 */
export async function runLoad({ over, phaseMs, onPhase }: LoadOptions): Promise<LoadReport> {
  const folder = await mkdtemp(join(tmpdir(), "kratos-governance-"));
  try {
    const secret = randomBytes(32).toString("hex");
    await using service = new ServiceProcess({ secret, logFile: join(folder, "orders.log") });
    const capacity = await unlimitedPhases({ service, secret, over, phaseMs, onPhase });
    return await limitedPhases({ service, secret, over, phaseMs, onPhase }, capacity);
  } finally {
    await rm(folder, { recursive: true, maxRetries: 5 });
  }
}

interface Scene extends LoadOptions {
  readonly service: ServiceProcess;
  readonly secret: string;
}

type Measured = Record<"capacity" | "no limit", Phase>;

/** What the service can do, and what becomes of that when three times as much comes and all of it is taken on. */
async function unlimitedPhases(scene: Scene): Promise<Measured> {
  const { service, secret, over, phaseMs } = scene;
  await service.start({ limited: false });
  await using client = createOrdersClient({ endpoint: service.endpoints[over], secret, guarded: false });
  const call = () => client.quote("book", 2);
  await warmUp(call, phaseMs);
  const capacity = await runPhase("capacity", {
    scene,
    client,
    drive: () => driveInLanes(call, { lanes, ms: phaseMs }),
  });
  const load = { perSecond: 3 * acceptedPerSecond(capacity), ms: phaseMs, onsetMs };
  const noLimit = await runPhase("no limit", { scene, client, drive: () => driveAtRate(call, load) });
  await service.kill();
  return { capacity, "no limit": noLimit };
}

async function limitedPhases(scene: Scene, measured: Measured): Promise<LoadReport> {
  const { service, secret, over, phaseMs } = scene;
  const capacity = acceptedPerSecond(measured.capacity);
  await service.start();
  await using client = createOrdersClient({ endpoint: service.endpoints[over], secret });
  const call = () => client.quote("book", 2);
  const atRate = (name: Phase["name"], load: RateOptions) =>
    runPhase(name, { scene, client, drive: () => driveAtRate(call, load) });
  await warmUp(call, phaseMs);
  const normal = await atRate("normal", { perSecond: capacity / 2, ms: phaseMs });
  const overload = await atRate("overload", { perSecond: 3 * capacity, ms: phaseMs, onsetMs });
  const limitedByService = await scrape(service, "requests_limited_total");
  await service.kill();
  const atMost = { perSecond: capacity / 2, ms: maxPhases * phaseMs };
  const dead = await atRate("dead", { ...atMost, until: (tally) => tally.shareOfLatest("broken") >= 0.95 });
  await service.start();
  const recovery = await atRate("recovery", { ...atMost, until: (tally) => tally.shareOfLatest("accepted") >= 0.95 });
  return { capacity, phases: { ...measured, normal, overload, dead, recovery }, limitedByService };
}

/** Until it is compiled, the service can do less. */
async function warmUp(call: Call, phaseMs: number): Promise<void> {
  await driveInLanes(call, { lanes, ms: phaseMs / 2 });
}

interface PhaseRun {
  readonly scene: Scene;
  readonly client: OrdersClient;
  drive(): Promise<Driven>;
}

async function runPhase(name: Phase["name"], { scene, client, drive }: PhaseRun): Promise<Phase> {
  const before = await counterOf(client, "requests_retried_total");
  const driven = await drive();
  const phase = { name, ...driven, retried: (await counterOf(client, "requests_retried_total")) - before };
  scene.onPhase?.(phase);
  return phase;
}

export function acceptedPerSecond({ tally, seconds }: Driven): number {
  return tally.counts.accepted / seconds;
}

/** The sum of a counter of the client. */
async function counterOf({ metrics }: OrdersClient, name: string): Promise<number> {
  return sumOf(await metrics.text(), name);
}

/** The sum of a counter of the service, as Prometheus sees it. */
async function scrape({ endpoints }: ServiceProcess, name: string): Promise<number> {
  const response = await fetch(`${endpoints.http}/metrics`);
  return sumOf(await response.text(), name);
}

function sumOf(exposition: string, name: string): number {
  const lines = exposition.split("\n").filter((line) => line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}
