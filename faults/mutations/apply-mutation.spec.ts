import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import { builtProgram } from "../../cli/built-program";
import { DEFECTS } from "./mutations";
import { DoesNotApply, edited } from "./apply-mutation";

test("names are unique", () => {
	expect(new Set(DEFECTS.map(({ name }) => name)).size).toBe(DEFECTS.length);
});

test.each(DEFECTS.flatMap(({ name, edits }) => edits.map((edit) => [name, edit] as const)))("%s applies to today's program", (_, edit) => {
	const text = readFileSync(join(builtProgram(), edit.file), "utf8");
	const changed = edited(text, edit);
	expect(changed).not.toBe(text);
	expect(() => new Script(changed)).not.toThrow(); // it is JavaScript still
});

test("an edit that is found twice, or not at all, does not apply", () => {
	const edit = { file: "x.js", find: /a/, by: "b" };
	expect(() => edited("a a", edit)).toThrow(DoesNotApply);
	expect(() => edited("c", edit)).toThrow(DoesNotApply);
	expect(edited("c a", edit)).toBe("c b");
});
