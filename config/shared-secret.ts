import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "@kernel/clock";
import type { Kind, Store } from "@mixins/store/port";

interface Secret {
	readonly value: string | null;
}

interface SecretMade {
	readonly type: "secret.made";
	readonly value: string;
}

const secrets: Kind<Secret, SecretMade> = {
	name: "secret",
	revision: 1,
	initial: () => ({ value: null }),
	evolve: (_, { value }) => ({ value }),
	fields: {},
	publishes: [],
};

const ID = "signing";
const BYTES = 32;
const ATTEMPTS = 5;
const RETRY_MS = 200;

/**
 * The signing secret of all nodes that share a store. The first node creates it: only one node can write commit 1 of its journal (docs/adr/0013).
 * Opens and closes the store.
 */
export const sharedSecret = async (store: Store, clock: Clock): Promise<string> => {
	const collection = store.collection(secrets);
	await store.open();
	try {
		for (let attempt = 1; ; attempt++) {
			const found = await collection.load(ID);
			if (found?.state.value) return found.state.value;
			const made: SecretMade = { type: "secret.made", value: randomBytes(BYTES).toString("hex") };
			const cause = { at: clock(), actor: "program", correlationId: ID, causationId: ID };
			try {
				// After a conflict or an unknown outcome, the next attempt reads the stored secret.
				if (await collection.commit(ID, 0, [made], { value: made.value }, cause)) return made.value;
			} catch (failure) {
				if (attempt === ATTEMPTS) throw failure;
				await pause(RETRY_MS);
			}
		}
	} finally {
		await store.close();
	}
};
