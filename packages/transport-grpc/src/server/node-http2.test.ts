// The server's suites once more, with the HTTP/2 of node:http2.
import { serverChoice } from "../../testdata/carrier-choice.ts";

serverChoice.http2 = "node";
await import("./cancellation.test.ts");
await import("./errors.test.ts");
await import("./grpc-js.test.ts");
await import("./health.test.ts");
await import("./keepalive.test.ts");
await import("./limits.test.ts");
await import("./reflection.test.ts");
await import("./stop.test.ts");
await import("./tls.test.ts");
await import("./unary.test.ts");
await import("./web/web.test.ts");
await import("../streams.test.ts");
