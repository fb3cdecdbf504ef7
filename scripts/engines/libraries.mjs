/** Libraries of the project, loaded when they are needed: a script must begin without them. */
import { createRequire } from "node:module";
import { at } from "../project.mjs";

export const fromProject = createRequire(at("package.json"));
