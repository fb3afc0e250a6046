// The greeter as @grpc/grpc-js and nice-grpc want it described, with protobuf-es as its codec.
import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import type { MethodDefinition } from "@grpc/grpc-js";
import {
  type HelloReply,
  HelloReplySchema,
  type HelloRequest,
  HelloRequestSchema,
} from "./gen/helloworld/v1/greeter_pb.ts";
import { helloPath } from "./samples.ts";

const serializer =
  <T extends DescMessage>(type: T) =>
  (message: MessageShape<T>): Buffer => {
    const bytes = toBinary(type, message);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };

type UnaryDefinition<I, O> = MethodDefinition<I, O> & { readonly requestStream: false; readonly responseStream: false };

export const greeterDefinition: { readonly sayHello: UnaryDefinition<HelloRequest, HelloReply> } = {
  sayHello: {
    path: helloPath,
    requestStream: false,
    responseStream: false,
    requestSerialize: serializer(HelloRequestSchema),
    requestDeserialize: (bytes) => fromBinary(HelloRequestSchema, bytes),
    responseSerialize: serializer(HelloReplySchema),
    responseDeserialize: (bytes) => fromBinary(HelloReplySchema, bytes),
  },
};

export const helloRequest = (name: string): HelloRequest => create(HelloRequestSchema, { name });
export const helloReplyTo = (request: HelloRequest): HelloReply =>
  create(HelloReplySchema, { message: `Hello ${request.name}` });
