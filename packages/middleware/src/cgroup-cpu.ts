import { readFileSync } from "node:fs";

/** The text of a file; undefined when it can't be read. */
export type ReadText = (path: string) => string | undefined;

const readText: ReadText = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
};

/**
 * How many cores the process's control group lets it use; undefined where it has no limit, and outside of Linux. Of
 * groups within groups the tightest counts. cgroup v2: `cpu.max`; v1: `cpu.cfs_quota_us`.
 */
export function cgroupCpuLimit(read: ReadText = readText): number | undefined {
  const groups = read("/proc/self/cgroup");
  if (groups === undefined) return undefined;
  const limits = groups.split("\n").flatMap((line) => limitsOf(line, read));
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/** `0::/path` is cgroup v2; `4:cpu,cpuacct:/path` is v1. */
function limitsOf(line: string, read: ReadText): number[] {
  const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
  if (controllers === undefined || path === undefined) return [];
  const limitAt =
    controllers === ""
      ? (group: string) => limitV2(read(`/sys/fs/cgroup${group}/cpu.max`))
      : (group: string) => limitV1((file) => read(`/sys/fs/cgroup/cpu${group}/${file}`));
  if (controllers !== "" && !controllers.split(",").includes("cpu")) return [];
  return groupsAround(path).flatMap((group) => limitAt(group) ?? []);
}

/** `/a/b`, `/a` and the root: a container sees its own group as the root, whatever its path outside is. */
function groupsAround(path: string): string[] {
  const names = path.split("/").filter((name) => name !== "" && name !== "..");
  return ["", ...names].map((_, i) => ["", ...names.slice(0, i)].join("/"));
}

function limitV2(text: string | undefined): number | undefined {
  const [quota, period] = text?.trim().split(" ") ?? [];
  return ratio(quota, period);
}

function limitV1(read: ReadText): number | undefined {
  return ratio(read("cpu.cfs_quota_us"), read("cpu.cfs_period_us"));
}

function ratio(quota: string | undefined, period: string | undefined): number | undefined {
  const cores = Number(quota) / Number(period);
  // "max" and -1 are no limit.
  return cores > 0 && cores < Number.POSITIVE_INFINITY ? cores : undefined;
}
