import {
  create,
  createRegistry,
  type DescFile,
  type DescMessage,
  fromBinary,
  fromJsonString,
  type MessageInitShape,
  type MessageShape,
  type Registry,
  toJsonString,
} from "@bufbuild/protobuf";
import { messageEncoder } from "./message-encoder.ts";

/** Reads the messages of one type and writes those of another, in one encoding: one side of a method. */
export interface MessageCodec {
  /** Throws what the parser throws. */
  decode(bytes: Uint8Array): unknown;
  /** Takes a message, or an init object. */
  encode(message: unknown): Uint8Array;
}

/** The encodings of gRPC's content types: binary, and protojson (`application/grpc+json`). */
export interface MessageCodecs {
  readonly proto: MessageCodec;
  readonly json: MessageCodec;
}

export interface MessageTypes {
  readonly decodes: DescMessage;
  readonly encodes: DescMessage;
}

export function createMessageCodecs({ decodes, encodes }: MessageTypes): MessageCodecs {
  const encode = messageEncoder(encodes);
  return {
    proto: {
      decode: (bytes) => fromBinary(decodes, bytes),
      encode: (message) => encode(messageOf(encodes, message)),
    },
    json: jsonCodec({ decodes, encodes }),
  };
}

function jsonCodec({ decodes, encodes }: MessageTypes): MessageCodec {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const encoder = new TextEncoder();
  // Messages within an Any need it; made for the first call, since few calls are JSON.
  let registry: Registry | undefined;
  const types = (): Registry => {
    registry ??= createRegistry(...filesOf(decodes.file), ...filesOf(encodes.file));
    return registry;
  };
  return {
    decode: (bytes) => fromJsonString(decodes, decoder.decode(bytes), { ignoreUnknownFields: true, registry: types() }),
    encode: (message) =>
      encoder.encode(
        toJsonString(encodes, messageOf(encodes, message), { alwaysEmitImplicit: true, registry: types() }),
      ),
  };
}

/** The message that an init object means; a message is taken as it is. */
export function messageOf<D extends DescMessage>(desc: D, init: unknown): MessageShape<D> {
  const isMessage = (init as { $typeName?: string } | undefined)?.$typeName === desc.typeName;
  return isMessage ? (init as MessageShape<D>) : create(desc, init as MessageInitShape<D>);
}

/** A file and all that it imports, directly or not. */
export function filesOf(file: DescFile, seen: Set<DescFile> = new Set()): Set<DescFile> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const dependency of file.dependencies) filesOf(dependency, seen);
  return seen;
}
