import { errorNotFound, type Service } from "@kratos-ts/core";
import type { Chat } from "./gen/chat/v1/chat_pb.ts";

/** The one implementation that every protocol calls. */
export const chat: Service<typeof Chat> = {
  async say({ room, text }) {
    if (room === "nowhere") throw errorNotFound("ROOM_NOT_FOUND", "there is no such room");
    return { text: `${room}: ${text}` };
  },
  async look({ room }) {
    return { text: `${room} is quiet` };
  },
  async *hear({ room, count }) {
    for (let i = 1; i <= count; i++) yield { text: `${room} ${i}` };
  },
  async *talk(requests) {
    for await (const { room, text } of requests) yield { text: `${room}: ${text}` };
  },
};
