import type { DescMessage } from "@bufbuild/protobuf";
import { type MessageRecord, messageFactory } from "./message-factory.ts";

/** Makes messages that are about to be filled. */
export interface MessageShape {
  make(): MessageRecord;
  /** To be called when the message is filled; gives the message to go on with. */
  finish(message: MessageRecord): MessageRecord;
}

/** Gives the shape that the next message is likely to have. */
export type LikelyShape = () => MessageShape;

/** So many fields, and so many of their combinations, are told apart. */
const maxFields = 30;
const maxShapes = 64;

/**
 * Messages have no property for an unset message field, and adding one later by a name that V8 does not know costs as
 * much as reading the rest of a small message, and turns larger ones into slow hash tables. So a message is made with
 * those that the one before it had; what it turns out not to have is taken off again.
 */
export function likelyShape(desc: DescMessage): LikelyShape {
  const make = messageFactory(desc);
  const zero = make();
  const names = desc.fields
    .filter((field) => field.oneof === undefined && !(field.localName in zero))
    .map((field) => field.localName)
    .slice(0, maxFields);
  if (names.length === 0 || Object.getPrototypeOf(zero) !== Object.prototype) {
    const only: MessageShape = { make, finish: (message) => message };
    return () => only;
  }
  const shapes = new Map<number, MessageShape>();
  let likely = shapeOf(0);
  return () => likely;

  function shapeOf(mask: number): MessageShape {
    let shape = shapes.get(mask);
    if (shape !== undefined) return shape;
    const made = messageFactory(
      desc,
      names.filter((_, i) => (mask & (1 << i)) !== 0),
    );
    shape = { make: made, finish: (message) => settle(message, mask) };
    if (shapes.size < maxShapes) shapes.set(mask, shape);
    return shape;
  }

  function settle(message: MessageRecord, shaped: number): MessageRecord {
    let mask = 0;
    for (let i = 0; i < names.length; i++) if (message[names[i]!] !== undefined) mask |= 1 << i;
    if (mask === shaped) return message;
    likely = shapeOf(mask);
    if ((shaped & ~mask) === 0) return message;
    const settled = likely.make();
    for (const [name, value] of Object.entries(message)) if (value !== undefined) settled[name] = value;
    return settled;
  }
}
