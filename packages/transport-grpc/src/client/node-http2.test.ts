// The client's suites once more, with the HTTP/2 of node:http2.
import { carrierChoice } from "../../testdata/carrier-choice.ts";

carrierChoice.http2 = "node";
await import("./cancellation.test.ts");
await import("./connections.test.ts");
await import("./discovery.test.ts");
await import("./faulty-server.test.ts");
await import("./grpc-js.test.ts");
await import("./middleware.test.ts");
await import("./round-trip.test.ts");
await import("./tls.test.ts");
await import("./unary.test.ts");
await import("../streams.test.ts");
