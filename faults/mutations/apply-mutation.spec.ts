import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import { builtProgram } from "../../cli/built-program";
import { MUTATIONS } from "./mutations";
import { MutationNotApplicableError, applyEdit } from "./apply-mutation";

test("names are unique", () => {
	expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
});

test.each(MUTATIONS.flatMap(({ name, edits }) => edits.map((edit) => [name, edit] as const)))(
	"%s applies to today's program",
	(_, edit) => {
		const text = readFileSync(join(builtProgram(), edit.file), "utf8");
		const changed = applyEdit(text, edit);
		expect(changed).not.toBe(text);
		expect(() => new Script(changed)).not.toThrow(); // the result is valid JavaScript
	},
);

test("an edit that is found twice, or not at all, does not apply", () => {
	const edit = { file: "x.js", find: /a/, by: "b" };
	expect(() => applyEdit("a a", edit)).toThrow(MutationNotApplicableError);
	expect(() => applyEdit("c", edit)).toThrow(MutationNotApplicableError);
	expect(applyEdit("c a", edit)).toBe("c b");
});
