import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { serverReady } from "../harness/answers.ts";

const app = new Hono();
app.get("/helloworld/:name", (context) => context.json({ message: `Hello ${context.req.param("name")}` }));
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, serverReady);
