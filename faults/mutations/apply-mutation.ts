import { cpSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Mutation, Edit } from "./mutations";

/** A mutation that no longer matches the program. */
export class MutationNotApplicableError extends Error {}

/** @throws MutationNotApplicableError unless it is found exactly once */
export const applyEdit = (text: string, { file, find, by }: Edit): string => {
	const count = [...text.matchAll(new RegExp(find.source, `${find.flags}g`))].length;
	if (count !== 1) throw new MutationNotApplicableError(`${file}: ${String(find)} is there ${count} times`);
	return text.replace(find, by);
};

/**
 * Copies the built program and applies the mutation.
 *
 * @returns the folder of the mutated program
 * @throws MutationNotApplicableError
 */
export const applyMutation = (program: string, defect: Mutation, folder: string): string => {
	const copy = join(folder, "program", basename(program));
	mkdirSync(folder, { recursive: true });
	cpSync(program, copy, { recursive: true });
	// The copy resolves its packages from here.
	symlinkSync(realpathSync(join(program, "..", "node_modules")), join(folder, "program", "node_modules"), "dir");
	for (const edit of defect.edits) {
		const file = join(copy, edit.file);
		writeFileSync(file, applyEdit(readFileSync(file, "utf8"), edit));
	}
	return copy;
};
