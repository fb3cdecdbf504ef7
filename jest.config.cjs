/** The tests, compiled by swc as they are loaded; types are checked by `npm run typecheck`, not here. */
const roots = ["kernel", "mixins", "config", "services", "tests"];

/** @type {import("jest").Config} */
module.exports = {
	rootDir: __dirname,
	testEnvironment: "node",
	testMatch: ["<rootDir>/**/*.spec.ts"],
	testPathIgnorePatterns: ["/node_modules/", "<rootDir>/dist/"],
	modulePathIgnorePatterns: ["<rootDir>/dist/"],
	moduleFileExtensions: ["ts", "js", "json", "node", "cjs", "mjs"],
	moduleNameMapper: Object.fromEntries(roots.map((root) => [`^@${root}/(.*)$`, `<rootDir>/${root}/$1`])),
	transform: {
		"^.+\\.ts$": [
			"@swc/jest",
			{
				jsc: { target: "es2024", parser: { syntax: "typescript" }, keepClassNames: true },
				module: { type: "commonjs" },
				sourceMaps: "inline",
			},
		],
	},
	// A machine of two cores must stay of use while they run.
	maxWorkers: 2,
	// Also makes Jest use a worker where there is only one: what a spec leaves open ends with it.
	workerIdleMemoryLimit: "2GB",
	testTimeout: 20_000,
	cacheDirectory: "<rootDir>/node_modules/.cache/jest",
	reporters: ["default", "<rootDir>/scripts/reporter.cjs"],
};
