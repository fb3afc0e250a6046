import { expect, test } from "vitest";
import { cgroupCpuLimit } from "./cgroup-cpu.ts";

/** The limit on a machine with these files. */
const limitOf = (files: Record<string, string>) => cgroupCpuLimit((path) => files[path]);

test.each<[string, Record<string, string>, number | undefined]>([
  ["nothing outside of Linux", {}, undefined],
  ["cgroup v2", { "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "150000 100000\n" }, 1.5],
  ["cgroup v2 without a limit", { "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "max 100000\n" }, undefined],
  [
    "the tightest of groups within groups",
    {
      "/proc/self/cgroup": "0::/a/b",
      "/sys/fs/cgroup/a/b/cpu.max": "200000 100000",
      "/sys/fs/cgroup/a/cpu.max": "50000 100000",
    },
    0.5,
  ],
  [
    "a container that sees itself as the root",
    { "/proc/self/cgroup": "0::/../../docker/1", "/sys/fs/cgroup/cpu.max": "50000 100000" },
    0.5,
  ],
  [
    "cgroup v1",
    {
      "/proc/self/cgroup": "12:memory:/a\n4:cpu,cpuacct:/a\n",
      "/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "250000\n",
      "/sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000\n",
    },
    2.5,
  ],
  [
    "cgroup v1 without a limit",
    {
      "/proc/self/cgroup": "4:cpu,cpuacct:/\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    },
    undefined,
  ],
])("reads %s", (_, files, limit) => {
  expect(limitOf(files)).toBe(limit);
});

test("reads this machine, whatever it is", () => {
  const limit = cgroupCpuLimit();
  if (limit !== undefined) expect(limit).toBeGreaterThan(0);
});
