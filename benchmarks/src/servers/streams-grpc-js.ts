import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  Server,
  ServerCredentials,
  type ServiceDefinition,
} from "@grpc/grpc-js";
import type { Chunk, CountRequest } from "../gen/bench/v1/streams_pb.ts";
import { serverReady } from "../harness/answers.ts";
import {
  countPath,
  decodeChunk,
  decodeCount,
  encodeChunk,
  encodeCount,
  maxMessageBytes,
  pingPongPath,
  smallChunk,
} from "../streams/chunks.ts";

const replies = { responseStream: true, responseSerialize: encodeChunk, responseDeserialize: decodeChunk } as const;
const definition = {
  count: {
    path: countPath,
    requestStream: false,
    requestSerialize: encodeCount,
    requestDeserialize: decodeCount,
    ...replies,
  },
  pingPong: {
    path: pingPongPath,
    requestStream: true,
    requestSerialize: encodeChunk,
    requestDeserialize: decodeChunk,
    ...replies,
  },
} satisfies ServiceDefinition;

const count: handleServerStreamingCall<CountRequest, Chunk> = (call) => {
  let left = call.request.count;
  const send = (): void => {
    while (left > 0) {
      left--;
      if (!call.write(smallChunk)) {
        call.once("drain", send);
        return;
      }
    }
    call.end();
  };
  send();
};
const pingPong: handleBidiStreamingCall<Chunk, Chunk> = (call) => {
  call.on("data", (chunk: Chunk) => call.write(chunk));
  call.on("end", () => call.end());
  call.on("error", () => {});
};

const server = new Server({
  "grpc.max_receive_message_length": maxMessageBytes,
  "grpc.max_concurrent_streams": 20_000,
});
server.addService(definition, { count, pingPong });
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  serverReady({ port });
});
