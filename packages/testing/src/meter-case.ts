import type { Labels } from "@kratos-ts/core";
import type { CollectedPoint, MeterCase, MeterSubject } from "./meter-contract.ts";

export function meterCase(name: string, check: MeterCase["check"]): MeterCase {
  return { name, options: undefined, check };
}

/** The point of exactly these labels. */
export async function pointOf(subject: MeterSubject, name: string, labels: Labels = {}): Promise<CollectedPoint> {
  const points = await subject.collect(name);
  const found = points.filter((point) => keyOf(point.labels) === keyOf(labels));
  if (found.length === 1) return found[0] as CollectedPoint;
  const all = points.map((point) => keyOf(point.labels)).join(" ");
  throw new Error(`expected one point of ${name} with the labels ${keyOf(labels)}, among ${all || "none"}`);
}

export async function valueAt(subject: MeterSubject, name: string, labels: Labels = {}): Promise<number | undefined> {
  return (await pointOf(subject, name, labels)).value;
}

function keyOf(labels: Labels): string {
  const given = Object.entries(labels).filter(([, value]) => value !== "");
  return JSON.stringify(given.sort(([a], [b]) => (a < b ? -1 : 1)));
}
