import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Migrations } from "../migrations";
import { SqliteDatabase } from "./database";
import { migrate, STEPS, versionOf } from "./migration-runner";

/** `status` only reads the file; `up` needs exclusive use of it. A failed migration leaves the file unchanged, so no failure is stored. */
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
