import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ERRORS } from "@kernel/errors";
import { ACTIONS } from "@services/index";
import { generatedPages } from "../cli/docs/pages";

describe("the pages that are made from the code", () => {
	test.each(Object.entries(generatedPages()))("docs/%s is what the code says (npm run docs:generate)", (name, text) => {
		expect(readFileSync(join(__dirname, "..", "docs", name), "utf8")).toBe(text);
	});
});

test("every code that an action may refuse with stands in the catalogue", () => {
	const unknown = ACTIONS.flatMap(({ name, errors }) =>
		errors.filter((code) => !Object.hasOwn(ERRORS, code)).map((code) => `${name}: ${code}`),
	);
	expect(unknown).toEqual([]);
});

test("every code of the catalogue is one that some action or the edge can answer", () => {
	const named = new Set<string>(ACTIONS.flatMap(({ errors }) => errors));
	const edge = [
		"INVALID_JSON",
		"UNAUTHENTICATED",
		"FORBIDDEN",
		"NOT_FOUND",
		"METHOD_NOT_ALLOWED",
		"IDEMPOTENCY_IN_PROGRESS",
		"IDEMPOTENCY_KEY_REUSED",
		"BODY_TOO_LARGE",
		"URI_TOO_LONG",
		"UNSUPPORTED_MEDIA_TYPE",
		"RATE_LIMITED",
		"INTERNAL",
		"UNAVAILABLE",
		"PRECONDITION_FAILED",
		"REQUEST_TOO_SLOW",
		"HEADERS_TOO_LARGE",
	];
	expect(Object.keys(ERRORS).filter((code) => !named.has(code) && !edge.includes(code))).toEqual([]);
});

test("what the README says of settings is what the program reads", () => {
	const readme = readFileSync(join(__dirname, "..", "README.md"), "utf8");
	const env = readFileSync(join(__dirname, "..", "config", "env.ts"), "utf8");
	const named = [...env.matchAll(/\("([A-Z][A-Z_]+)"/g)].map(([, name]) => name!).filter((name) => name !== "TIANGUIS_LAUNCHER_FD");
	const silent = ["MONGO_URL", "REDIS_URL", "AMQP_URL"];
	expect(new Set(named).size).toBeGreaterThan(15);
	expect([...new Set(named)].filter((name) => !silent.includes(name) && !new RegExp(`^\\|.*\\b${name}\\b`, "m").test(readme))).toEqual(
		[],
	);
});

describe("guides name files that exist", () => {
	const root = join(__dirname, "..");
	const FOLDERS = ["bench", "cli", "config", "docker", "faults", "kernel", "mixins", "scripts", "services", "tests"];
	const guides = ["docs/architecture.md", "docs/extending.md", ...FOLDERS.map((folder) => `${folder}/README.md`)];

	/** Paths in backquotes. Those with a placeholder, such as `<domain>.store.ts`, name no file. */
	const namedFiles = (text: string): string[] => [...text.matchAll(/`(\w[\w./-]*\.(?:ts|mjs|yml|md))`/g)].map(([, path]) => path!);

	test.each(guides)("%s", (guide) => {
		const named = namedFiles(readFileSync(join(root, guide), "utf8"));
		expect(named.length).toBeGreaterThan(0);
		const isKnown = (path: string): boolean => [root, dirname(join(root, guide))].some((folder) => existsSync(join(folder, path)));
		const SUFFIXES = ["context.ts", "queries.ts", "consumers.ts", "sweep.ts", "views.ts"]; // patterns, which several services have
		expect(named.filter((path) => !SUFFIXES.includes(path) && !isKnown(path))).toEqual([]);
	});
});
