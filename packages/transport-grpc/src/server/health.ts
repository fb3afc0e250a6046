import { errorNotFound, type Service } from "@kratos-ts/core";
import {
  Health as HealthService,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "../gen/grpc/health/v1/health_pb.ts";

/** The health of a server: `grpc.health.v1.Health` and the switch behind it. */
export interface Health {
  readonly service: typeof HealthService;
  readonly implementation: Partial<Service<typeof HealthService>>;
  /** From now on NOT_SERVING: callers are to go elsewhere. */
  leave(): void;
}

/** SERVING until `leave`. Only the server as a whole, the service "", is known, as on Kratos for Go. */
export function createHealth(): Health {
  let status: ServingStatus = ServingStatus.SERVING;
  return {
    service: HealthService,
    implementation: {
      check({ service }) {
        if (service !== "") throw errorNotFound("", "unknown service");
        return { status };
      },
      list: () => ({ statuses: { "": { status } } }),
    },
    leave() {
      status = ServingStatus.NOT_SERVING;
    },
  };
}
