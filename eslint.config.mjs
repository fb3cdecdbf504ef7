import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const environment = [
	{ object: "process", property: "env", message: "Only config/env.ts reads the environment; take a setting from Runtime.settings." },
];

const hiddenInputs = [
	{ object: "Date", property: "now", message: "Time comes in as an argument." },
	{ object: "Math", property: "random", message: "Ids and chance come in as arguments." },
	{ object: "performance", property: "now", message: "Time comes in as an argument." },
];

const environmentImports = ["process", "node:process"].map((name) => ({
	name,
	importNames: ["env", "default"],
	message: "Only config/env.ts reads the environment.",
}));

const CALL = "CallExpression[callee.property.name=/^m?call$/]";
const CALLERS = "/^(ctx|context|broker|caller)$/";
const rawCall = [
	`${CALL}[arguments.0.raw=/^["']/], ${CALL}[arguments.0.type='TemplateLiteral']`,
	`${CALL}[callee.object.name=${CALLERS}], ${CALL}[callee.object.property.name=${CALLERS}]`,
].map((selector) => ({
	selector,
	message: "Call another service by its contract: call(caller, Orders.place, params) of kernel/contract.",
}));

const noClock = [
	{ selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Time comes in as an argument." },
	{ selector: "CallExpression[callee.name='Date']", message: "Time comes in as an argument." },
];

const PURE = ["kernel/**/*.ts", "services/*/domain/**/*.ts"];
const TESTS = ["**/*.spec.ts", "tests/**/*.ts"];

/** ESLint takes the last options of a rule and does not merge them: each kind of file is given all of its own. Without options the earlier ones stay. */
const rule = (options) => (options.length === 0 ? "off" : ["error", ...options]);
const bans = ({ properties = [], syntax = [], imports = environmentImports }) => ({
	"no-restricted-properties": rule(properties),
	"no-restricted-syntax": rule(syntax),
	"no-restricted-imports": rule(imports),
});

export default defineConfig(
	globalIgnores(["dist/", "data/", "coverage/", ".cache/", ".engines/"]),
	{ linterOptions: { reportUnusedDisableDirectives: "error" } },
	{
		files: ["**/*.ts"],
		extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
		languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
		rules: {
			...bans({ properties: environment, syntax: rawCall }),
			eqeqeq: "error",
			"no-console": "error",
			"prefer-const": "error",
			"object-shorthand": "error",
			// Handlers are async for the sake of their type, whether or not they wait today.
			"@typescript-eslint/require-await": "off",
			"@typescript-eslint/no-empty-function": "off",
			"@typescript-eslint/no-non-null-assertion": "off",
			"@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
			"@typescript-eslint/no-meaningless-void-operator": "off",
			"@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
			"@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: "only-allowed-literals" }],
			"@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true }],
			"@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
			"@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
			// A generic parameter that is named once still says what a caller may count on.
			"@typescript-eslint/no-unnecessary-type-parameters": "off",
			"@typescript-eslint/no-dynamic-delete": "off",
			// Our objects are plain data and closures: nothing in them looks at `this`.
			"@typescript-eslint/no-misused-spread": ["error", { allow: ["string"] }],
			"@typescript-eslint/dot-notation": ["error", { allowIndexSignaturePropertyAccess: true }],
			// Methods are closures in plain objects here; the few classes are adapters.
			"@typescript-eslint/unbound-method": "off",
		},
	},
	{ files: PURE, rules: bans({ properties: [...environment, ...hiddenInputs], syntax: [...rawCall, ...noClock] }) },
	{ files: ["kernel/contract.ts"], rules: bans({ properties: [...environment, ...hiddenInputs], syntax: noClock }) },
	{ files: ["mixins/**/*.ts"], rules: bans({ properties: environment }) },
	{ files: ["config/env.ts"], rules: bans({ syntax: rawCall, imports: [] }) },
	{ files: ["cli/**/*.ts"], rules: { "no-console": "off" } },
	// Benchmarks and campaigns of faults start programs, and give them their environment.
	{ files: ["bench/**/*.ts", "faults/**/*.ts"], rules: { ...bans({ syntax: rawCall, imports: [] }), "no-console": "off" } },
	{
		files: TESTS,
		rules: {
			...bans({ imports: [] }),
			"no-console": "off",
			"@typescript-eslint/no-unsafe-argument": "off",
			"@typescript-eslint/no-unsafe-assignment": "off",
			"@typescript-eslint/no-unsafe-call": "off",
			"@typescript-eslint/no-unsafe-member-access": "off",
			"@typescript-eslint/no-unsafe-return": "off",
			"@typescript-eslint/no-unnecessary-condition": "off",
			"@typescript-eslint/restrict-template-expressions": "off",
		},
	},
	{
		files: ["**/*.mjs", "**/*.cjs"],
		extends: [tseslint.configs.recommended],
		rules: { "@typescript-eslint/no-require-imports": "off" },
	},
);
