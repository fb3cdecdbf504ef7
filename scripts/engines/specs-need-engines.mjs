/** Decides whether the requested specs need engines. Starting them for a kernel spec would take longer than the spec. */
import { execFile } from "node:child_process";
import { at, root } from "../project.mjs";

const JEST = at("node_modules", "jest", "bin", "jest.js");
/** The module that every spec with engines imports, directly or indirectly. */
const GIVERS = ["tests/support/engines.ts", "tests/support/mongo.ts"];

const listed = (node, args) =>
	new Promise((resolve) => {
		execFile(node, [JEST, "--listTests", ...args], { cwd: root }, (cause, stdout) =>
			resolve(cause ? undefined : stdout.split("\n").filter(Boolean)),
		);
	});

/** Also true if Jest cannot tell. */
export const needEngines = async (node, args) => {
	if (args.length === 0) return true;
	const [wanted, related] = await Promise.all([listed(node, args), listed(node, ["--findRelatedTests", ...GIVERS])]);
	return wanted === undefined || related === undefined || wanted.some((path) => related.includes(path));
};
