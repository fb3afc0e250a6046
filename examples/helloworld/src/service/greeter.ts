import type { Service } from "@kratos-ts/core";
import { errorContentMissing, errorUserNotFound } from "../errors.ts";
import type { Greeter } from "../gen/helloworld/v1/greeter_pb.ts";

/** Says hello to everybody but `nobody`. */
export const greeter = {
  async sayHello({ name }) {
    if (name.trim() === "") throw errorContentMissing("say whom to greet: the name is empty");
    if (name === "nobody") throw errorUserNotFound(`user ${name} not found`, { metadata: { name } });
    return { message: `Hello ${name}` };
  },
} satisfies Service<typeof Greeter>;
