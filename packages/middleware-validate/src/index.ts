export { type ValidationOptions, validation } from "./validation.ts";
