import type { DescMethod } from "@bufbuild/protobuf";
import type { HttpCall } from "./http-call.ts";

/** What serves the requests of one verb and path template. */
export interface Route {
  /** `/package.Service/Method`, or the path template of a hand-written route. */
  readonly operation: string;
  readonly pathTemplate: string;
  readonly method: DescMethod | undefined;
  /** The names of its path variables, in order. */
  readonly variables: readonly string[];
  /** The call's limit in ms; undefined: none. */
  readonly timeoutMs: number | undefined;
  /** Whether its calls become WebSockets. */
  readonly webSocket?: boolean | undefined;
  /** Answers the call. What it throws becomes the error reply. */
  serve(call: HttpCall): void;
}

/** What a request is of that has no route. */
export const nowhere: Route = {
  operation: "",
  pathTemplate: "",
  method: undefined,
  variables: [],
  timeoutMs: undefined,
  serve(call) {
    call.fail(undefined);
  },
};
