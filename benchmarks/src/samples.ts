// What is sent in every benchmark of a kind, and what must come back.
import { create, toBinary } from "@bufbuild/protobuf";
import { HelloRequestSchema } from "./gen/helloworld/v1/greeter_pb.ts";

export const name = "kratos";
export const greeting = `Hello ${name}`;

export const helloPath = "/helloworld.v1.Greeter/SayHello";
export const helloUrl = `/helloworld/${name}`;
/** The same reply, from the greeter with rules for its requests. */
export const governedPath = "/governed.v1.Governed/SayHello";
export const governedUrl = `/governed/${name}`;
export const helloReply = JSON.stringify({ message: greeting });

/** A length-prefixed message (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md), not compressed. */
export function frameOf(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(5 + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}

export const helloFrame = frameOf(toBinary(HelloRequestSchema, create(HelloRequestSchema, { name })));

export const echoUrl = "/bench/echo";

/** Every field has a value, so that it makes no difference who leaves out empty ones. */
export const twentyFields = {
  id: "01J9ZQ3V7W8X4Y5A6B7C8D9E0F",
  name: "Ada Lovelace",
  email: "ada@example.org",
  description:
    'Wrote the first program; "notes" on the Analytical Engine, translated from the French (Menabrea, 1842).',
  age: 36,
  balanceCents: "123456789012",
  visits: 4711,
  sequence: "9007199254740993",
  offset: -42,
  checksum: 3735928559,
  ratio: 0.75,
  score: 98.6125,
  active: true,
  verified: true,
  level: "LEVEL_GOLD",
  token: "3q2+7wABAgMEBQYHCAkKCw==",
  createdAt: "2024-02-29T12:30:45.500Z",
  tags: ["mathematics", "poetry", "engines"],
  labels: { team: "analytics", region: "eu-west", tier: "one" },
  address: { street: "12 St James's Square", city: "London", zip: "SW1Y 4JH" },
} as const;

export const twentyFieldsJson = JSON.stringify(twentyFields);

const { tags, labels, address, ...scalars } = twentyFields;

/** The same as `application/x-www-form-urlencoded`. */
export const twentyFieldsForm = new URLSearchParams([
  ...Object.entries(scalars).map(([field, value]) => [field, String(value)]),
  ...tags.map((tag) => ["tags", tag]),
  ...Object.entries(labels).map(([key, value]) => [`labels[${key}]`, value]),
  ...Object.entries(address).map(([field, value]) => [`address.${field}`, value]),
]).toString();

export const findUrl =
  "/bench/acme/shelves/1842/books/notes-on-the-engine?page_size=50&page_token=bmV4dA&order_by=title&archived=true&tags=poetry";

export const findReply = {
  tenant: "acme",
  shelf: "1842",
  book: "notes-on-the-engine",
  pageSize: 50,
  pageToken: "bmV4dA",
  orderBy: "title",
  archived: true,
  tags: ["poetry"],
} as const;
