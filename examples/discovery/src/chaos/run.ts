import type { RegistryKind } from "../registry-choice.ts";
import type { Finding } from "./finding.ts";
import { randomOf } from "./random.ts";
import { configPushes } from "./scenarios/config-pushes.ts";
import { kill } from "./scenarios/kill.ts";
import { outage } from "./scenarios/outage.ts";
import { pause } from "./scenarios/pause.ts";
import { rollingRestart } from "./scenarios/rolling-restart.ts";
import { type Extent, Stage } from "./stage.ts";

const scenarios = [rollingRestart, configPushes, kill, pause, outage];

export interface Result {
  /** The registry, with its version. */
  readonly registry: string;
  readonly findings: readonly Finding[];
  readonly seconds: number;
}

export interface RunOptions {
  readonly kind: RegistryKind;
  readonly extent: Extent;
  /** Is told of each finding. */
  readonly onFinding?: (finding: Finding) => void;
}

/** All scenarios over one registry; undefined where that can't be had. */
export async function runChaos({ kind, extent, onFinding }: RunOptions): Promise<Result | undefined> {
  const startedAt = performance.now();
  const random = randomOf(extent.seed);
  await using stage = await Stage.set({ kind, extent, random });
  if (stage === undefined) return undefined;
  const findings: Finding[] = [];
  for (const scenario of scenarios)
    for (const finding of await scenario(stage)) {
      findings.push(finding);
      onFinding?.(finding);
    }
  return { registry: `${kind} (${stage.server.name})`, findings, seconds: (performance.now() - startedAt) / 1000 };
}
