export { createHttpTransport, type FetchTransportOptions } from "./fetch-transport.ts";
