import { describeMeterContract } from "@kratos-ts/testing";
import { pointsOf } from "../testdata/points.ts";
import { createMetrics } from "./create-metrics.ts";

describeMeterContract("createMetrics", () => {
  const metrics = createMetrics({ runtime: false });
  return { meter: metrics, collect: async (name) => pointsOf(await metrics.text(), name) };
});

describeMeterContract("createMetrics with exemplars, read as OpenMetrics", () => {
  const metrics = createMetrics({ runtime: false, exemplar: () => ({ trace_id: "4bf92f3577b34da6a3ce929d0e0e4736" }) });
  return { meter: metrics, collect: async (name) => pointsOf(await metrics.text("openmetrics"), name) };
});
