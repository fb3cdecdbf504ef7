/** One schema migration. It does not cover documents: they are views, rebuilt when the declaration of their kind changes. */
export interface Migration {
	/** Schema version after this migration, counted from 1. */
	readonly version: number;
	readonly name: string;
}

export interface FailedMigration extends Migration {
	readonly error: string;
	/** Time of the failure, in epoch milliseconds. */
	readonly at: number;
}

export interface MigrationStatus {
	/** Location of the data, without credentials. */
	readonly place: string;
	/** Schema version of the data; 0 if there are none. */
	readonly version: number;
	/** All migrations that this program knows. */
	readonly steps: readonly Migration[];
	/** Time at which each version was applied, in epoch milliseconds. Empty if the engine does not store it. */
	readonly appliedAt: Readonly<Record<number, number>>;
	/** The migration that failed. No node starts until it succeeds. */
	readonly failed?: FailedMigration;
	/** Holder of the migration lease, while a process migrates the data. */
	readonly holder?: string;
}

/** Migrations of one database or file. Both engines migrate when they are opened; operators use this to inspect the status or to retry. */
export interface Migrations {
	status(): Promise<MigrationStatus>;
	/** Runs the pending migrations. @returns the ones that were applied. @throws an error with a message for the operator */
	up(): Promise<readonly Migration[]>;
	close(): Promise<void>;
}

export const newerSchemaError = (what: string, found: number, known: number, instead: string): Error =>
	new Error(
		`${what} was written by a newer version of the program (schema ${found}, this one knows ${known}): run that version, or set another ${instead}`,
	);

/** For readers of the data, which do not migrate them. */
export const olderSchemaError = (what: string, found: number, known: number): Error =>
	new Error(
		`${what} was written by an older version of the program (schema ${found}, this one knows ${known}): start this version once, or run "npm run migrate -- up"`,
	);

export const migrationFailedError = ({ version, name, error }: FailedMigration): Error =>
	new Error(
		`migration ${version} (${name}) failed: ${error}. The program does not start on this data until "npm run migrate -- up" succeeds`,
	);
