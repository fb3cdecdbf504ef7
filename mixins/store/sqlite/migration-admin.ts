import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Migrations } from "../migrations";
import { SqliteDatabase } from "./database";
import { migrate, STEPS, versionOf } from "./migration-runner";

/** Of a file that this process owns, or of one that it only looks at. A step that fails leaves the file as it was, so nothing has to be remembered. */
export const sqliteMigrations = (path: string): Migrations => {
	const version = (): number => {
		if (!existsSync(path)) return 0;
		const database = new DatabaseSync(path, { readOnly: true });
		try {
			return versionOf(database);
		} finally {
			database.close();
		}
	};
	return {
		status: () => Promise.resolve({ place: path, version: version(), steps: STEPS, appliedAt: {} }),
		async up() {
			const before = version();
			const file = new SqliteDatabase(path);
			try {
				migrate(file);
			} finally {
				await file.close();
			}
			return STEPS.filter((step) => step.version > before);
		},
		close: () => Promise.resolve(),
	};
};
