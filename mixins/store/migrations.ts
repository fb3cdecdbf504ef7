/** One step of the data's form. Documents are no part of it: they are views, made again where a kind means something else by now. */
export interface Migration {
	/** That it leads to; they count from 1. */
	readonly version: number;
	readonly name: string;
}

export interface FailedMigration extends Migration {
	readonly error: string;
	/** Epoch ms. */
	readonly at: number;
}

export interface MigrationStatus {
	/** Where the data are, without who we are to it. */
	readonly place: string;
	/** Of the data; 0 where there are none. */
	readonly version: number;
	/** All that this program knows. */
	readonly steps: readonly Migration[];
	/** When they were taken, epoch ms, where the engine remembers it. */
	readonly appliedAt: Readonly<Record<number, number>>;
	/** The step that could not be taken. Nobody starts until it is. */
	readonly failed?: FailedMigration;
	/** Somebody is at it. */
	readonly holder?: string;
}

/** Of one database or file. Both engines take the steps by themselves when they are opened; this is for who wants to look, or to try again. */
export interface Migrations {
	status(): Promise<MigrationStatus>;
	/** @returns the steps that were taken. @throws with a sentence for the operator */
	up(): Promise<readonly Migration[]>;
	close(): Promise<void>;
}

export const newerSchemaError = (what: string, found: number, known: number, instead: string): Error =>
	new Error(
		`${what} was written by a newer version of the program (schema ${found}, this one knows ${known}): run that version, or set another ${instead}`,
	);

/** Where something looks that does not take the steps itself. */
export const olderSchemaError = (what: string, found: number, known: number): Error =>
	new Error(
		`${what} was written by an older version of the program (schema ${found}, this one knows ${known}): start this version once, or run "npm run migrate -- up"`,
	);

export const migrationFailedError = ({ version, name, error }: FailedMigration): Error =>
	new Error(
		`migration ${version} (${name}) failed: ${error}. The program does not start on this data until "npm run migrate -- up" succeeds`,
	);
