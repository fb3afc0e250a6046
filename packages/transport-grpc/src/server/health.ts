import type { DescService } from "@bufbuild/protobuf";
import { errorNotFound, type Service } from "@kratos-ts/core";
import {
  Health as HealthService,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "../gen/grpc/health/v1/health_pb.ts";

/** What `grpc.health.v1.Health` says of a service. */
export type HealthStatus = "SERVING" | "NOT_SERVING" | "UNKNOWN";

/** The health of a server: `grpc.health.v1.Health` and the switches behind it. */
export interface Health {
  readonly service: typeof HealthService;
  readonly implementation: Service<typeof HealthService>;
  /** From now on this is the status of a service, `""` for the server; without effect after `leave`. */
  set(service: DescService | string, status: HealthStatus): void;
  /** From now on NOT_SERVING, all of them: callers are to go elsewhere. */
  leave(): void;
}

type Statuses = Map<string, ServingStatus>;

/** The server as a whole, the service "", is SERVING until told otherwise; others are not known until they are set. */
export function createHealth(): Health {
  const statuses: Statuses = new Map([["", ServingStatus.SERVING]]);
  const watches = new Set<Watch>();
  const tell = (): void => {
    for (const watch of watches) watch.changed();
  };
  let left = false;
  return {
    service: HealthService,
    implementation: {
      check({ service }) {
        const status = statuses.get(service);
        if (status === undefined) throw errorNotFound("", "unknown service");
        return { status };
      },
      list: () => ({ statuses: Object.fromEntries([...statuses].map(([service, status]) => [service, { status }])) }),
      watch: ({ service }) => new Watch({ service, statuses, watches }),
    },
    set(service, status) {
      if (left) return;
      statuses.set(typeof service === "string" ? service : service.typeName, ServingStatus[status]);
      tell();
    },
    leave() {
      left = true;
      for (const service of statuses.keys()) statuses.set(service, ServingStatus.NOT_SERVING);
      tell();
    },
  };
}

interface WatchOptions {
  readonly service: string;
  readonly statuses: Statuses;
  /** Those that are to be told of changes. */
  readonly watches: Set<Watch>;
}

type Reply = IteratorResult<{ status: ServingStatus }>;

/** The status of one service, and again when it has changed; a slow reader gets the newest. */
class Watch implements AsyncIterableIterator<{ status: ServingStatus }> {
  readonly #options: WatchOptions;
  #last: ServingStatus | undefined;
  #resolve: ((reply: Reply) => void) | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  next(): Promise<Reply> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#options.watches.add(this);
      this.changed();
    });
  }

  async return(): Promise<Reply> {
    this.#options.watches.delete(this);
    const end: Reply = { done: true, value: undefined };
    this.#resolve?.(end);
    return end;
  }

  changed(): void {
    const { service, statuses } = this.#options;
    const status = statuses.get(service) ?? ServingStatus.SERVICE_UNKNOWN;
    if (status === this.#last || this.#resolve === undefined) return;
    this.#last = status;
    this.#resolve({ done: false, value: { status } });
    this.#resolve = undefined;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
