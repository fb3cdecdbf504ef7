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
 * The secret that all nodes over one store sign with, made by whichever comes first: commit 1 of its journal is the one that counts
 * (docs/adr/0013). Opens the store, and closes it.
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
				// Who was not first, or does not know, reads what stands there now.
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
