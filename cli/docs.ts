/** `npm run docs:generate`: writes the pages of docs/ that are made from the code. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generatedPages } from "./docs/pages";

for (const [name, text] of Object.entries(generatedPages())) {
	writeFileSync(join("docs", name), text);
	console.log(`docs/${name}`);
}
