/** The gRPC status codes (https://grpc.io/docs/guides/status-codes/), by name. */
export const GrpcCode = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

const grpcByHttp = new Map<number, number>([
  [200, GrpcCode.OK],
  [400, GrpcCode.INVALID_ARGUMENT],
  [401, GrpcCode.UNAUTHENTICATED],
  [403, GrpcCode.PERMISSION_DENIED],
  [404, GrpcCode.NOT_FOUND],
  [409, GrpcCode.ABORTED],
  [412, GrpcCode.FAILED_PRECONDITION],
  [429, GrpcCode.RESOURCE_EXHAUSTED],
  [499, GrpcCode.CANCELLED],
  [500, GrpcCode.INTERNAL],
  [501, GrpcCode.UNIMPLEMENTED],
  [503, GrpcCode.UNAVAILABLE],
  [504, GrpcCode.DEADLINE_EXCEEDED],
]);

// Indexed by gRPC code.
const httpByGrpc = [200, 499, 500, 400, 504, 404, 409, 403, 429, 412, 409, 400, 501, 500, 503, 500, 401];

/** The gRPC status code of an error's (HTTP) code, as Kratos maps it; UNKNOWN where it has none of its own. */
export function grpcCodeOf(httpCode: number): number {
  return grpcByHttp.get(httpCode) ?? GrpcCode.UNKNOWN;
}

/** The (HTTP) code of a gRPC status code, as Kratos maps it; 500 for an unknown one. */
export function httpCodeOf(grpcCode: number): number {
  return httpByGrpc[grpcCode] ?? 500;
}
