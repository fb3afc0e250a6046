const string = { type: "string" };
const integer = { type: "integer" };
const number = { type: "number" };
const boolean = { type: "boolean" };

/** `bench.v1.TwentyFields` as one writes it by hand for fastify: JSON's types, none of Protobuf's rules. */
export const twentyFieldsSchema = {
  type: "object",
  properties: {
    id: string,
    name: string,
    email: string,
    description: string,
    age: integer,
    balanceCents: string,
    visits: integer,
    sequence: string,
    offset: integer,
    checksum: integer,
    ratio: number,
    score: number,
    active: boolean,
    verified: boolean,
    level: string,
    token: string,
    createdAt: string,
    tags: { type: "array", items: string },
    labels: { type: "object", additionalProperties: string },
    address: { type: "object", properties: { street: string, city: string, zip: string } },
  },
};
