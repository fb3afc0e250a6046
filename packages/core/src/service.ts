import type {
  DescMessage,
  DescMethod,
  DescMethodBiDiStreaming,
  DescMethodClientStreaming,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import type { ServiceContext } from "./context.ts";

/**
 * The implementation of a service: Connect's `ServiceImpl` with our context, so an implementation written for Connect
 * fits as it is, and `satisfies Service<typeof Greeter>` checks one written for us.
 */
export type Service<S extends DescService> = { [P in keyof S["method"]]: ServiceMethod<S["method"][P]> };

/** The implementation of one method. */
export type ServiceMethod<M extends DescMethod> =
  M extends DescMethodUnary<infer I, infer O>
    ? (request: MessageShape<I>, context: ServiceContext) => Promise<MessageInitShape<O>> | MessageInitShape<O>
    : M extends DescMethodServerStreaming<infer I, infer O>
      ? (request: MessageShape<I>, context: ServiceContext) => AsyncIterable<MessageInitShape<O>>
      : M extends DescMethodClientStreaming<infer I, infer O>
        ? (requests: Messages<I>, context: ServiceContext) => Promise<MessageInitShape<O>>
        : M extends DescMethodBiDiStreaming<infer I, infer O>
          ? (requests: Messages<I>, context: ServiceContext) => AsyncIterable<MessageInitShape<O>>
          : never;

type Messages<I extends DescMessage> = AsyncIterable<MessageShape<I>>;

/** Something services are registered with: both servers are. A method left out answers UNIMPLEMENTED (501). */
export interface ServiceRegistrar {
  service<S extends DescService>(service: S, implementation: Partial<Service<S>>): this;
}

/** The operation of a method, `/package.Service/Method`: the same for every transport. */
export function operationOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}
