import { create, createFileRegistry, type DescMethod } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema, file_google_protobuf_empty } from "@bufbuild/protobuf/wkt";
import { type Context, HeaderList, type Transporter } from "../src/index.ts";

/** A service with a method of each kind, all from Empty to Empty, in the package `fixture.v1`. */
const services = createFileRegistry(
  create(FileDescriptorSetSchema, {
    file: [
      file_google_protobuf_empty.proto,
      create(FileDescriptorProtoSchema, {
        name: "fixture.proto",
        package: "fixture.v1",
        syntax: "proto3",
        dependency: ["google/protobuf/empty.proto"],
        service: [
          {
            name: "Kinds",
            method: [
              kind("Unary", false, false),
              kind("ServerStream", false, true),
              kind("ClientStream", true, false),
              kind("BidiStream", true, true),
            ],
          },
        ],
      }),
    ],
  }),
);

function kind(name: string, clientStreaming: boolean, serverStreaming: boolean) {
  const empty = ".google.protobuf.Empty";
  return { name, inputType: empty, outputType: empty, clientStreaming, serverStreaming };
}

/** The method of that name of `fixture.v1.Kinds`. */
export function methodOf(name: "Unary" | "ServerStream" | "ClientStream" | "BidiStream"): DescMethod {
  return services.getService("fixture.v1.Kinds")!.methods.find((method) => method.name === name)!;
}

/** A server's transport without a wire. */
export function fakeTransporter(over: Partial<Transporter> = {}): Transporter {
  return {
    kind: "grpc",
    side: "server",
    endpoint: "grpc://127.0.0.1:9000",
    operation: "/fixture.v1.Kinds/Unary",
    requestHeader: new HeaderList(["x-one", "1"]),
    replyHeader: new HeaderList(),
    replyTrailer: new HeaderList(),
    requestMethod: "POST",
    url: "http://127.0.0.1:9000/fixture.v1.Kinds/Unary",
    ...over,
  };
}

/** A context of another make, such as one of another copy of this package: nothing but the interface. */
export function foreignContext(over: Partial<Context> = {}): Context {
  const context: Context = {
    signal: new AbortController().signal,
    deadline: undefined,
    transport: undefined,
    method: undefined,
    timeoutMs: () => undefined,
    get: (key) => key.defaultValue,
    with: () => context,
    ...over,
  };
  return context;
}
