/** Libraries of the project, loaded on demand: a script must start before they are installed. */
import { createRequire } from "node:module";
import { at } from "../project.mjs";

export const fromProject = createRequire(at("package.json"));
