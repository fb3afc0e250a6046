import type { DescFile, DescService, MessageInitShape } from "@bufbuild/protobuf";
import { errorBadRequest, GrpcCode, type Service } from "@kratos-ts/core";
import {
  ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponseSchema,
} from "../gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ServerReflectionAlpha } from "../gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { filesOf } from "../message-codec.ts";
import { bytesOf, DescriptorIndex } from "./descriptor-index.ts";

type Answer = NonNullable<MessageInitShape<typeof ServerReflectionResponseSchema>["messageResponse"]>;

/** Reflection in both versions, which differ in nothing but their package. */
export interface Reflection {
  readonly services: readonly [typeof ServerReflection, typeof ServerReflectionAlpha];
  readonly implementation: Service<typeof ServerReflection>;
}

/** Answers about the services that are registered when it is asked. */
export function createReflection(registered: ReadonlyMap<string, DescService>): Reflection {
  let index = new DescriptorIndex([]);
  let indexed = 0;
  const current = (): DescriptorIndex => {
    if (indexed === registered.size) return index;
    indexed = registered.size;
    index = new DescriptorIndex(registered.values());
    return index;
  };
  return {
    services: [ServerReflection, ServerReflectionAlpha],
    implementation: {
      async *serverReflectionInfo(requests) {
        // What the caller has of this stream; it keeps it.
        const sent = new Set<DescFile>();
        for await (const request of requests) {
          const messageResponse = answerOf(request, { index: current(), sent, registered });
          // Of either version: only the fields count, and they are the same.
          const { host, messageRequest } = request;
          yield { validHost: host, originalRequest: { host, messageRequest }, messageResponse };
        }
      },
    },
  };
}

interface Asked {
  readonly index: DescriptorIndex;
  readonly sent: Set<DescFile>;
  readonly registered: ReadonlyMap<string, DescService>;
}

function answerOf({ messageRequest }: ServerReflectionRequest, { index, sent, registered }: Asked): Answer {
  switch (messageRequest.case) {
    case "fileByFilename":
      return filesAnswer(index.file(messageRequest.value), sent) ?? notFound("file", messageRequest.value);
    case "fileContainingSymbol":
      return filesAnswer(index.declaring(messageRequest.value), sent) ?? notFound("symbol", messageRequest.value);
    case "fileContainingExtension": {
      const { containingType, extensionNumber } = messageRequest.value;
      const file = index.extensionsOf(containingType)?.get(extensionNumber);
      return filesAnswer(file, sent) ?? notFound("extension", `${extensionNumber} of ${containingType}`);
    }
    case "allExtensionNumbersOfType": {
      const extensions = index.extensionsOf(messageRequest.value);
      if (extensions === undefined) return notFound("type", messageRequest.value);
      const value = {
        baseTypeName: messageRequest.value,
        extensionNumber: [...extensions.keys()].sort((a, b) => a - b),
      };
      return { case: "allExtensionNumbersResponse", value };
    }
    case "listServices": {
      const names = [...registered.keys()].sort();
      return { case: "listServicesResponse", value: { service: names.map((name) => ({ name })) } };
    }
    default:
      throw errorBadRequest("", "the reflection request asks for nothing that is known");
  }
}

/** A file, with what it imports and was not sent before. */
function filesAnswer(file: DescFile | undefined, sent: Set<DescFile>): Answer | undefined {
  if (file === undefined) return undefined;
  const files = [file, ...[...filesOf(file)].filter((other) => other !== file && !sent.has(other))];
  for (const each of files) sent.add(each);
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto: files.map(bytesOf) } };
}

function notFound(what: string, name: string): Answer {
  const value = { errorCode: GrpcCode.NOT_FOUND, errorMessage: `unknown ${what} ${name}` };
  return { case: "errorResponse", value };
}
