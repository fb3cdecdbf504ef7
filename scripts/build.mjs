/** `npm run build`: compiles all of the program into dist/. The other scripts compile changed files automatically. */
import { run } from "./project.mjs";
import { setUp } from "./setup.mjs";

await run(async () => {
	await setUp({ rebuild: true });
	return 0;
});
