/** `npm run docs:generate`: writes the generated pages of docs/. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generatedPages } from "./docs/pages";

for (const [name, text] of Object.entries(generatedPages())) {
	writeFileSync(join("docs", name), text);
	console.log(`docs/${name}`);
}
