/** Who may import whom. Types count as well: a type that crosses a border is a border crossed. */
const SPEC = "\\.spec\\.ts$";
const IO = "^(amqplib|autocannon|express|ioredis|moleculer|mongoose|nodemailer|pino|rabbitmq-client|rate-limiter-flexible)";

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
	forbidden: [
		{
			name: "no-cycles",
			comment: "Two files that need each other are one file, or lack a third.",
			severity: "error",
			from: {},
			to: { circular: true },
		},
		{
			name: "resolvable",
			comment: "An import that leads nowhere would be checked by no other rule.",
			severity: "error",
			from: {},
			to: { couldNotResolve: true },
		},
		{
			name: "domain-is-pure",
			comment: "domain/ imports its own domain/ and kernel/ only.",
			severity: "error",
			from: { path: "^services/([^/]+)/domain/", pathNot: SPEC },
			to: { path: "^(services|mixins|config|tests|cli|bench|faults|scripts|[^/]+\\.ts$)", pathNot: "^services/$1/domain/" },
		},
		{
			name: "domain-does-no-io",
			comment: "What domain/ takes from a library or from Node must be pure.",
			severity: "error",
			from: { path: "^services/[^/]+/domain/", pathNot: SPEC },
			to: { dependencyTypes: ["core"], pathNot: "^(node:)?(crypto|url|util|buffer)$" },
		},
		{
			name: "domain-does-no-io-by-a-library",
			severity: "error",
			from: { path: "^services/[^/]+/domain/", pathNot: SPEC },
			to: { path: `node_modules/${IO.slice(1)}(/|$)` },
		},
		{
			name: "services-meet-by-contract",
			comment: "A service reaches another only through <other>.contract.ts.",
			severity: "error",
			from: { path: "^services/([^/]+)/", pathNot: SPEC },
			to: { path: "^services/", pathNot: ["^services/$1/", "^services/([^/]+)/\\1\\.contract\\.ts$"] },
		},
		{
			name: "kernel-stands-alone",
			comment: "kernel/ imports no service, mixin, config or anything else of ours.",
			severity: "error",
			from: { path: "^kernel/" },
			to: { path: "^(services|mixins|config|tests|cli|bench|faults|scripts)/|^[^/]+\\.ts$" },
		},
		{
			name: "mixins-know-the-kernel",
			comment: "mixins/ imports no service and no config: what it needs of them comes in as an argument.",
			severity: "error",
			from: { path: "^mixins/", pathNot: SPEC },
			to: { path: "^(services|config|tests|cli|bench|faults|scripts)/|^[^/]+\\.ts$" },
		},
		{
			name: "mixins-know-no-service",
			severity: "error",
			from: { path: `^mixins/.*${SPEC}` },
			to: { path: "^(services|cli|bench|faults|scripts)/" },
		},
		{
			name: "config-knows-no-service",
			comment: "Which services there are is told to it by main.ts.",
			severity: "error",
			from: { path: "^config/" },
			to: { path: "^(services|cli|bench|faults|scripts)/|^[^/]+\\.ts$" },
		},
		{
			name: "stores-are-private",
			comment: "A store is imported by its own service, by tests, and by the check of the books, which reads them all.",
			severity: "error",
			from: { pathNot: `^services/|^tests/|^cli/check/|${SPEC}` },
			to: { path: "\\.store\\.ts$" },
		},
		{
			name: "no-specs",
			comment: "Nothing needs a spec, and the program needs no test.",
			severity: "error",
			from: { pathNot: SPEC },
			to: { path: SPEC },
		},
		{
			name: "no-tests-in-the-program",
			severity: "error",
			from: { pathNot: `^tests/|${SPEC}` },
			to: { path: "^tests/" },
		},
		{
			name: "no-development-packages",
			comment: "What the server needs must be there where only dependencies are installed.",
			severity: "error",
			from: { path: "^(config|kernel|mixins|services|main\\.ts|moleculer\\.config\\.ts)", pathNot: SPEC },
			to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only"] },
		},
	],
	options: {
		exclude: { path: "^(dist|data|coverage|\\.cache)/" },
		doNotFollow: { path: "node_modules" },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: "tsconfig.json" },
		combinedDependencies: false,
		enhancedResolveOptions: {
			extensions: [".ts", ".js", ".mjs", ".cjs", ".json"],
			exportsFields: ["exports"],
			conditionNames: ["require", "node", "default", "types"],
		},
	},
};
