import { setTimeout as delay } from "node:timers/promises";
import type { Service } from "@kratos-ts/core";
import type { Orders } from "./gen/orders/v1/orders_pb.ts";

// What a quote costs: the CPU, a database to wait for, the CPU again. So a process can do about 250 in a second.
const cpuMs = 2;
const waitMs = 10;

export const orders: Service<typeof Orders> = {
  async quote({ item, count }, ctx) {
    compute(cpuMs);
    await delay(waitMs, undefined, { signal: ctx.signal });
    compute(cpuMs);
    return { cents: BigInt(item.length * 100 * count) };
  },
};

/** Keeps the CPU busy. */
function compute(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
