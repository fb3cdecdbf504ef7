import type { Migrations } from "../migrations";
import { redactUrl } from "../../errors/redact-url";
import { connect } from "./connection";
import { migrate, statusOf } from "./migration-runner";

/** @throws with a sentence for the operator if the server cannot be reached */
export const mongoMigrations = async (url: string): Promise<Migrations> => {
	const database = await connect(url, "migrations", { warn: () => undefined });
	return {
		status: async () => ({ place: redactUrl(url), ...(await statusOf(database)) }),
		up: () => migrate(database, undefined, true),
		close: () => database.close(),
	};
};
