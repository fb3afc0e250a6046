// What every framework's server does for its callers.
import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { FindReplySchema, FindRequestSchema, TwentyFields } from "./gen/bench/v1/bench_pb.ts";
import type { HelloRequest } from "./gen/helloworld/v1/greeter_pb.ts";

export const greeter = {
  sayHello: (request: Pick<HelloRequest, "name">) => ({ message: `Hello ${request.name}` }),
};

export const bench = {
  echo: (request: TwentyFields) => request,
  find: (request: MessageShape<typeof FindRequestSchema>): MessageInitShape<typeof FindReplySchema> => {
    const { tenant, shelf, book, pageSize, pageToken, orderBy, archived, tags } = request;
    return { tenant, shelf, book, pageSize, pageToken, orderBy, archived, tags };
  },
};
